import { setTimeout as delay } from 'node:timers/promises';

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** Waits until the process is gone; throws when it is still there after `limitMs`. */
export async function gone(pid: number, limitMs = 5_000): Promise<void> {
  for (let waited = 0; isAlive(pid); waited += 20) {
    if (waited > limitMs) throw new Error(`process ${pid} is still alive after ${limitMs} ms`);
    await delay(20);
  }
}
