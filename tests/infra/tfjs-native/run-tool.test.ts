import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { isAlive } from '../../../infra/local/processes.ts';
import { runTool } from '../../../infra/tfjs-native/run-tool.ts';

const signal = new AbortController().signal;
const node = (code: string, given = signal) =>
  runTool(process.execPath, ['-e', code], { environment: process.env, signal: given });

test('answers what a program printed', async () => {
  expect((await node("console.log('out'); console.error('err')")).split('\n').sort()).toEqual(['', 'err', 'out']);
});

test('of a failure it says how the program ended and its last lines', async () => {
  await expect(
    node("console.error(Array.from({ length: 30 }, (_, i) => 'line ' + i).join('\\n')); process.exit(4)"),
  ).rejects.toThrow(/^it ended with 4\. Its last lines:\nline 10\n[^]*line 29$/);
  await expect(node("process.kill(process.pid, 'SIGABRT')")).rejects.toThrow('it ended by SIGABRT');
  await expect(runTool('no-such-program', [], { environment: {}, signal })).rejects.toThrow('ENOENT');
});

test('an abort ends the program and what it started', async () => {
  const interruption = new AbortController();
  const grandchild = `const { spawn } = require('node:child_process');
    const child = spawn(process.execPath, ['-e', 'setInterval(() => undefined, 1000)'], { stdio: 'inherit' });
    require('node:fs').writeFileSync(process.env.PID_FILE, String(child.pid));
    setInterval(() => undefined, 1000);`;
  const folder = await mkdtemp(join(tmpdir(), 'initsweep-run-tool-'));
  const pidFile = join(folder, 'pid');
  try {
    const run = runTool(process.execPath, ['-e', grandchild], {
      environment: { ...process.env, PID_FILE: pidFile },
      signal: interruption.signal,
    });
    let pid = 0;
    while (pid === 0) {
      await sleep(20);
      pid = Number(await readFile(pidFile, 'utf8').catch(() => '0'));
    }
    expect(isAlive(pid)).toBe(true);
    interruption.abort(new Error('enough'));
    await expect(run).rejects.toThrow('enough');
    while (isAlive(pid)) await sleep(20);
  } finally {
    await rm(folder, { recursive: true });
  }
});
