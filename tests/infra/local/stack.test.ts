import { chmod, mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { commandOf } from '../../../infra/local/processes.ts';
import { ensureStack, findStack, stopStack } from '../../../infra/local/stack.ts';
import { shapingVariables, type StackState } from '../../../infra/local/stack-state.ts';

let home: string;
let environment: NodeJS.ProcessEnv;

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'stack-'));
  // As root PostgreSQL runs under another account, which must be able to enter.
  await chmod(home, 0o755);
  const inherited = Object.entries(process.env).filter(([name]) => !shapingVariables.includes(name));
  environment = { ...Object.fromEntries(inherited), SWEEP_HOME: home, SWEEP_TRAINERS: '1' };
});
afterAll(async () => {
  await stopStack(environment);
  await rm(home, { recursive: true });
});

const pidsOf = (stack: StackState): number[] =>
  [stack.supervisorPid, stack.database?.pid, stack.temporal?.pid, ...stack.workers.map(({ pid }) => pid)].filter(
    (pid): pid is number => typeof pid === 'number',
  );
const alive = async (pids: readonly number[]): Promise<number[]> => {
  const commands = await Promise.all(pids.map(commandOf));
  return pids.filter((_, index) => commands[index] !== null);
};
async function until(holds: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 60_000;
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error('it did not come to hold within a minute');
    await sleep(100);
  }
}

describe('the local stack', { timeout: 180_000 }, () => {
  let first: StackState;

  test('starts once for all who ask at the same time, migrated and ready, in a file that only its owner reads', async () => {
    const titles = new Set<string>();
    const stacks = await Promise.all([
      ensureStack({ environment, onSteps: (steps) => steps.forEach(({ title }) => titles.add(title)) }),
      ensureStack({ environment }),
      ensureStack({ environment }),
    ]);
    first = stacks[0];
    expect(new Set(stacks.map(({ supervisorPid }) => supervisorPid)).size).toBe(1);
    expect(titles).toEqual(new Set(['PostgreSQL', 'Temporal', 'workers', 'Grafana']));
    expect(pidsOf(first)).toHaveLength(5);
    expect(await alive(pidsOf(first))).toEqual(pidsOf(first));
    expect((await stat(join(home, 'stack.json'))).mode & 0o077).toBe(0);

    const client = new pg.Client({ connectionString: first.database?.url });
    await client.connect();
    const { rows } = await client.query("SELECT to_regclass('_prisma_migrations') IS NOT NULL AS migrated");
    await client.end();
    expect(rows).toEqual([{ migrated: true }]);
  });

  test('is found again at once, and refuses an environment that asks for another one', async () => {
    const started = performance.now();
    expect((await ensureStack({ environment })).supervisorPid).toBe(first.supervisorPid);
    expect(performance.now() - started).toBeLessThan(1_000);
    await expect(ensureStack({ environment: { ...environment, SWEEP_BACKEND: 'cpu' } })).rejects.toThrow(
      /another SWEEP_BACKEND.*npx initsweep down/,
    );
    const own = { ...environment, DATABASE_URL: first.database?.url, TEMPORAL_ADDRESS: first.temporal?.address };
    expect((await ensureStack({ environment: own })).supervisorPid).toBe(first.supervisorPid);
  });

  test.each([
    ['a worker', (stack: StackState) => stack.workers.find(({ name }) => name === 'control worker')?.pid],
    ['the Temporal server', (stack: StackState) => stack.temporal?.pid],
    ['PostgreSQL', (stack: StackState) => stack.database?.pid],
  ])('starts %s again after it was killed', async (_part, pidOf) => {
    const before = await ensureStack({ environment });
    const killed = pidOf(before) as number;
    process.kill(killed, 'SIGKILL');
    await until(async () => {
      const now = await findStack(environment);
      const pid = now && pidOf(now);
      return typeof pid === 'number' && pid !== killed && (await commandOf(pid)) !== null;
    });
    const after = await ensureStack({ environment });
    expect(after.supervisorPid).toBe(before.supervisorPid);
    expect(after.database?.url).toBe(before.database?.url);
    expect(after.temporal?.address).toBe(before.temporal?.address);
  });

  test('is whole again after its supervisor was killed: the old parts go or are adopted, none is there twice', async () => {
    const before = await ensureStack({ environment });
    process.kill(before.supervisorPid, 'SIGKILL');
    await until(async () => (await commandOf(before.supervisorPid)) === null);
    expect(await findStack(environment)).toBeNull();
    const after = await ensureStack({ environment });
    expect(after.database).toEqual(before.database);
    expect(after.temporal?.address).toBe(before.temporal?.address);
    const adopted = before.database?.pid as number;
    expect(await alive(pidsOf(before))).toEqual([adopted]);
    expect(await alive(pidsOf(after))).toEqual(pidsOf(after));
  });

  test('leaves no process when it is stopped, even one whose supervisor was killed', async () => {
    const running = await ensureStack({ environment });
    expect(await stopStack(environment)).toEqual(['control worker', 'training worker', 'Temporal', 'PostgreSQL']);
    expect(await alive(pidsOf(running))).toEqual([]);

    const again = await ensureStack({ environment });
    process.kill(again.supervisorPid, 'SIGKILL');
    await until(async () => (await commandOf(again.supervisorPid)) === null);
    await stopStack(environment);
    expect(await alive(pidsOf(again))).toEqual([]);
    expect(await stopStack(environment)).toEqual([]);
  });

  test('says what is wrong when a server that the environment names does not answer, and leaves nothing running', async () => {
    const wrong = { ...environment, TEMPORAL_ADDRESS: '127.0.0.1:1' };
    await expect(ensureStack({ environment: wrong })).rejects.toThrow(/127\.0\.0\.1:1 does not answer.*unset them/);
    const state = JSON.parse(await readFile(join(home, 'stack.json'), 'utf8')) as StackState;
    expect(state.phase).toBe('failed');
    expect(await alive(pidsOf(state))).toEqual([]);
  });
});
