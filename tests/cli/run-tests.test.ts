import { describe, expect, test } from 'vitest';
import { summarize, type TestReport } from '../../cli/run-tests.ts';

function report(changes: Partial<TestReport>): TestReport {
  return { numPassedTests: 5, numFailedTests: 0, numPendingTests: 0, numTodoTests: 0, testResults: [], ...changes };
}

describe('summarize', () => {
  test.each([
    ['all is well', report({}), 0, '5 passed, 0 failed, 0 skipped'],
    [
      'tests fail and others wait',
      report({ numFailedTests: 2, numPendingTests: 1, numTodoTests: 1 }),
      1,
      '5 passed, 2 failed, 2 skipped',
    ],
    [
      'a file cannot be loaded',
      report({ testResults: [{ status: 'failed', assertionResults: [] }] }),
      1,
      '5 passed, 1 failed, 0 skipped',
    ],
    ['the run fails outside of all tests', report({}), 1, '5 passed, 1 failed, 0 skipped'],
    ['there is no report at all', null, 1, '0 passed, 1 failed, 0 skipped'],
  ])('when %s', (_title, given, exitCode, line) => {
    expect(summarize(given, exitCode)).toBe(line);
  });
});
