import { randomUUID } from 'node:crypto';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { BugError, MachineError, UserError } from '../../core/errors.ts';
import { startPostgres, type PostgresServer } from '../../infra/local/postgres.ts';
import { migrate } from '../../storage/migrate.ts';
import { openStore } from '../../storage/prisma-sweep-store.ts';
import type { Fenced } from '../../storage/sweep-store.ts';
import { claim, claimedIn, epoch, result, sweep } from '../contracts/sweep-store-samples.ts';
import { SeverableLink } from '../faults/severable-link.ts';
import { createTestDatabase, type TestDatabase } from '../setup/test-database.ts';

type Store = Awaited<ReturnType<typeof openStore>>;

const claimed = (store: Store, sweepId: string, number: number): Promise<Fenced> =>
  claimedIn(store, sweepId, number, randomUUID());

describe('sessions that the server ends', () => {
  let database: TestDatabase;
  let store: Store;
  let admin: pg.Client;

  beforeAll(async () => {
    database = await createTestDatabase();
    store = await openStore(database.url);
    admin = new pg.Client(database.url);
    await admin.connect();
    await store.openSweep(sweep('s'));
  });
  afterAll(async () => {
    await store.close();
    await admin.end();
    await database.drop();
  });

  const endAllSessions = (which = 'true') =>
    admin.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
       WHERE datname = current_database() AND pid <> pg_backend_pid() AND ${which}`,
    );
  const isBlocked = "wait_event_type = 'Lock'";
  const untilBlocked = async () => {
    for (;;) {
      const { rows } = await admin.query(
        `SELECT FROM pg_stat_activity WHERE datname = current_database() AND ${isBlocked}`,
      );
      if (rows.length > 0) return;
    }
  };

  it('are a MachineError too when the network resets them in the middle of a call', async () => {
    const { hostname: host, port } = new URL(database.url);
    const link = await SeverableLink.open({ host, port: Number(port) });
    const url = new URL(database.url);
    url.host = `127.0.0.1:${link.port}`;
    const far = await openStore(url.href);
    try {
      const trial = await claimed(far, 's', 8);
      await admin.query('BEGIN');
      await admin.query('LOCK TABLE trial IN ACCESS EXCLUSIVE MODE');
      const finished = far.finishTrial(trial, result()).catch((error: unknown) => error);
      await untilBlocked();
      link.mend();
      expect(await finished).toBeInstanceOf(MachineError);
      await admin.query('ROLLBACK');
      await far.finishTrial(trial, result());
    } finally {
      await far.close();
      await link.close();
    }
  });

  it('are a MachineError for the call in the middle of which it happened, whatever the call, and later calls work', async () => {
    const trial = await claimed(store, 's', 0);
    const calls: Record<string, () => Promise<unknown>> = {
      recordProgress: () => store.recordProgress(trial, [epoch(0)], [], 60_000),
      finishTrial: () => store.finishTrial(trial, result()),
      abandonTrial: () => store.abandonTrial(trial, 'failed', 'x'),
      claimTrial: () => store.claimTrial(claim('s', 0, 'other key')),
      recordFailure: () => store.recordFailure({ sweepId: 's', number: 0, key: null, state: 'failed', reason: 'x' }),
      closeSweep: () => store.closeSweep('s', 'cancelled', 'x'),
      openSweep: () => store.openSweep(sweep('t')),
      progress: () => store.progress('s'),
      outcomes: () => store.outcomes('s'),
      listSweeps: () => store.listSweeps(1),
    };
    for (const [name, call] of Object.entries(calls)) {
      await admin.query('BEGIN');
      await admin.query('LOCK TABLE trial, sweep IN ACCESS EXCLUSIVE MODE');
      const outcome = call().then(
        () => 'fulfilled',
        (error: unknown) => error,
      );
      await untilBlocked();
      await endAllSessions(isBlocked);
      await admin.query('COMMIT');
      expect({ name, outcome: await outcome, states: (await store.progress('s')).states }).toMatchObject({
        name,
        outcome: expect.any(MachineError),
        states: { running: 1 },
      });
    }
    await store.finishTrial(trial, result());
    expect((await store.readSweep('s')).state).toBe('running');
  });

  it('do no harm while they are idle', async () => {
    await Promise.all(Array.from({ length: 8 }, () => store.listSweeps(1)));
    await endAllSessions();
    const outcomes = await Promise.allSettled(Array.from({ length: 8 }, () => store.listSweeps(1)));
    for (const outcome of outcomes) {
      expect(outcome.status === 'fulfilled' || outcome.reason instanceof MachineError).toBe(true);
    }
    expect(await store.listSweeps(1)).toHaveLength(1);
  });

  it('are a MachineError when all connections of the store are taken for too long', async () => {
    await admin.query('BEGIN');
    await admin.query('LOCK TABLE sweep IN ACCESS EXCLUSIVE MODE');
    const outcomes = await Promise.allSettled(
      Array.from({ length: 8 }, (_, index) =>
        index < 4 ? store.listSweeps(1) : store.claimTrial(claim('s', index, randomUUID())),
      ).map(async (call, index) => {
        if (index === 7) {
          await call.catch(() => {});
          await admin.query('COMMIT');
        }
        return call;
      }),
    );
    const errors = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason as unknown] : []));
    expect(errors.length).toBeGreaterThanOrEqual(4);
    expect(errors.filter((error) => !(error instanceof MachineError))).toEqual([]);
  });
});

describe('a server that goes and comes back', () => {
  let folder: string;
  let server: PostgresServer;
  const start = (port: number) =>
    startPostgres({ folder, cacheFolder: join(folder, 'cache'), port, portTaken: 'next', settings: { fsync: 'off' } });

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'initsweep-server-'));
    chmodSync(folder, 0o755);
    server = await start(41_000 + (process.pid % 10_000));
    await migrate(server.url);
  });
  afterAll(async () => {
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it('is a MachineError while it is away; afterwards everything is there and the same store works', async () => {
    const store = await openStore(server.url);
    await store.openSweep(sweep('s'));
    const trial = await claimed(store, 's', 0);
    await store.recordProgress(trial, [epoch(0)], [], 60_000);
    await server.stop();
    for (const call of [
      () => store.claimTrial(claim('s', 1, 'key')),
      () => store.recordProgress(trial, [epoch(1)], [], 60_000),
      () => store.finishTrial(trial, result()),
      () => store.readSweep('s'),
      () => store.progress('s'),
      () => store.outcomes('s'),
      () => openStore(server.url),
    ]) {
      await expect(call()).rejects.toBeInstanceOf(MachineError);
    }
    const again = await start(server.port);
    expect(again.port).toBe(server.port);
    server = again;
    await store.recordProgress(trial, [epoch(1)], [], 60_000);
    await store.finishTrial(trial, result());
    expect((await store.progress('s')).states.converged).toBe(1);
    await store.close();
  });
});

describe('an address that cannot work', () => {
  it('is a UserError when password or database are wrong, or the tables are missing', async () => {
    for (const change of [
      (url: URL) => (url.password = 'wrong'),
      (url: URL) => (url.pathname = '/no_such_database'),
      (url: URL) => (url.pathname = '/postgres'),
    ]) {
      const url = new URL(inject('databaseAdminUrl'));
      change(url);
      await expect(openStore(url.href)).rejects.toBeInstanceOf(UserError);
    }
  });

  it('is a MachineError when nothing answers there', async () => {
    const url = new URL(inject('databaseAdminUrl'));
    url.port = '1';
    await expect(openStore(url.href)).rejects.toBeInstanceOf(MachineError);
  });
});

describe('rows that are wrong', () => {
  it('are a BugError that carries what was written', async () => {
    const database = await createTestDatabase();
    const store = await openStore(database.url);
    await store.openSweep(sweep('s'));
    const trial = await claimed(store, 's', 0);
    const error: unknown = await store
      .finishTrial(trial, result({ testAccuracy: 2 }))
      .catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(BugError);
    expect((error as BugError).message).toContain('trial_numbers_check');
    expect((error as BugError).context).toMatchObject({ method: 'finishTrial', trialId: trial.trialId });
    await store.close();
    await database.drop();
  });
});
