import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, test } from 'vitest';
import { commandOf, isAlive, stopProcess } from '../../../infra/local/processes.ts';

async function start(script: string): Promise<number> {
  const child = spawn(process.execPath, ['-e', `${script}; setInterval(() => {}, 1000); console.log('up')`]);
  await once(child.stdout, 'data');
  return child.pid as number;
}

describe('stopProcess', () => {
  test('ends a process that obeys', async () => {
    const pid = await start('');
    expect(await commandOf(pid)).toContain('setInterval');
    expect(await stopProcess(pid, 5_000)).toBe('ended');
    expect(await commandOf(pid)).toBeNull();
  });

  test('kills one that does not, after the grace time', async () => {
    const pid = await start("process.on('SIGTERM', () => {})");
    const started = performance.now();
    expect(await stopProcess(pid, 300)).toBe('killed');
    expect(performance.now() - started).toBeGreaterThanOrEqual(300);
    expect(await commandOf(pid)).toBeNull();
  });

  test('is content with a process that is gone already', async () => {
    const pid = await start('');
    await stopProcess(pid, 5_000);
    expect(await stopProcess(pid, 5_000)).toBe('ended');
    expect(isAlive(process.pid)).toBe(true);
  });
});
