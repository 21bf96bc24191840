import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { exitCodeOf, explain } from '../../cli/explain.ts';
import { BugError, MachineError, UserError } from '../../core/errors.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'explain-'));
});
afterEach(() => rm(folder, { recursive: true }));

describe('explain', () => {
  test.each([
    [new UserError('set X'), 2, 'set X'],
    [new MachineError('the server is away'), 3, 'the server is away\n(a machine failed: trying again may help)'],
  ])('%s is told in its own words, without a stack', async (error, code, text) => {
    expect(exitCodeOf(error)).toBe(code);
    expect(await explain(error, folder)).toBe(text);
  });

  test.each([new BugError('impossible', { number: 7 }), new TypeError('x is not a function')])(
    'the stack of %s goes to a file that the text names',
    async (error) => {
      expect(exitCodeOf(error)).toBe(70);
      const text = await explain(error, join(folder, 'logs'));
      const file = join(folder, 'logs', 'bugs.log');
      expect(text).toContain(file);
      expect(text).not.toContain('explain.test.ts');
      expect(await readFile(file, 'utf8')).toContain('explain.test.ts');
    },
  );

  test("a bug's context is kept beside its stack", async () => {
    await explain(new BugError('impossible', { number: 7 }), folder);
    expect(await readFile(join(folder, 'bugs.log'), 'utf8')).toContain('{"number":7}');
  });
});
