import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findS3Server } from '../infra/local/find-s3-server.ts';
import { findTemporal } from '../infra/local/find-temporal.ts';
import { exitCodeOf, explain } from './explain.ts';

/** What we read of vitest's JSON report. */
export interface TestReport {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numTodoTests: number;
  readonly testResults: readonly { readonly status: string; readonly assertionResults: readonly unknown[] }[];
}

/**
 * Runs vitest once the machine has what the tests need, and prints `N passed, N failed, N skipped` as the last line.
 * Answers vitest's exit code.
 */
export async function runTests(root: string, args: readonly string[]): Promise<number> {
  try {
    // Here, not in the tests' own setup: a build of minutes must show its progress and meet no time limit.
    const onProgress = (message: string): void => console.error(message);
    await findTemporal({ onProgress });
    await findS3Server({ onProgress });
  } catch (error) {
    console.error(await explain(error));
    return exitCodeOf(error);
  }
  const folder = await mkdtemp(join(tmpdir(), 'initsweep-tests-'));
  try {
    const reportFile = join(folder, 'report.json');
    const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs');
    const options = ['--reporter=default', '--reporter=json', `--outputFile.json=${reportFile}`];
    const child = spawn(process.execPath, [vitest, 'run', ...options, ...args], { cwd: root, stdio: 'inherit' });
    // Ctrl-C reaches vitest too, which ends what it started; we wait for that.
    const wait = (): void => undefined;
    process.on('SIGINT', wait);
    const code = await new Promise<number>((resolve, reject) => {
      child.once('error', reject);
      child.once('exit', (status) => resolve(status ?? 1));
    });
    process.off('SIGINT', wait);
    const report = await readFile(reportFile, 'utf8').then(
      (text) => JSON.parse(text) as TestReport,
      () => null,
    );
    console.log(summarize(report, code));
    return code;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** One line of totals. A file that could not even be loaded counts as a failure, and so does a run that failed outside of all tests. */
export function summarize(report: TestReport | null, exitCode: number): string {
  const unloaded = report?.testResults.filter(
    ({ status, assertionResults }) => status === 'failed' && assertionResults.length === 0,
  );
  const counted = (report?.numFailedTests ?? 0) + (unloaded?.length ?? 0);
  const failed = exitCode !== 0 && counted === 0 ? 1 : counted;
  const skipped = (report?.numPendingTests ?? 0) + (report?.numTodoTests ?? 0);
  return `${report?.numPassedTests ?? 0} passed, ${failed} failed, ${skipped} skipped`;
}
