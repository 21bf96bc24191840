import { execFile } from 'node:child_process';
import { stripVTControlCharacters, promisify } from 'node:util';
import { describe, expect, test } from 'vitest';

const run = promisify(execFile);

/** Shows made-up steps in a process that takes its output for a terminal. */
async function shown(end: string): Promise<string> {
  const script = `
    import { setTimeout as sleep } from 'node:timers/promises';
    import { showLive } from './cli/start-stack.ts';
    process.stdout.isTTY = true;
    process.stdout.columns = 100;
    const step = (title, state, detail) => ({ title, state, detail });
    const ended = showLive(async (onSteps) => {
      for (let second = 1; second <= 3; second += 1) {
        await sleep(150);
        onSteps([step('PostgreSQL', 'done', 'at its port'), step('Temporal', 'running', 'built for ' + second + ' s')]);
      }
      ${end}
      await sleep(150);
      return 'the stack';
    });
    console.log('ended with', await ended.catch((error) => error.message));`;
  const { stdout } = await run(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script]);
  return stripVTControlCharacters(stdout);
}

describe('showLive', () => {
  test('shows each step as it goes, also when one that is done is told again', async () => {
    const titles = ['PostgreSQL', 'Temporal', 'workers', 'Grafana'];
    const text = await shown(`onSteps(${JSON.stringify(titles)}.map((title) => step(title, 'done', 'ready')));`);
    expect(text).toContain('✔ PostgreSQL: at its port');
    expect(text).toContain('built for 3 s');
    expect(text).toContain('✔ workers: ready');
    expect(text).toContain('ended with the stack');
  });

  test('marks what did not come to be when the start fails, and passes the error on', async () => {
    const text = await shown(`throw new Error('no such server');`);
    expect(text).toMatch(/✖ Temporal/);
    expect(text).toContain('ended with no such server');
  });
});
