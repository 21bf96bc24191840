import pg from 'pg';
import { afterAll, afterEach, beforeAll, inject } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../setup/test-database.ts';
import { createTestNamespace, type TestNamespace } from '../setup/test-namespace.ts';
import { startWorkerProcess, type WorkerEntry, type WorkerProcess, type Wrap } from './worker-process.ts';

export interface WorkerProcesses {
  readonly temporal: TestNamespace;
  readonly database: TestDatabase;
  /** What every worker's environment holds. */
  readonly environment: NodeJS.ProcessEnv;
  /** Starts a worker that is killed after the test, whatever becomes of it. */
  readonly begin: (entry: WorkerEntry, changes?: NodeJS.ProcessEnv, wrap?: Wrap) => WorkerProcess;
  /** Rows of the database, by a connection of its own. */
  readonly query: <Row extends pg.QueryResultRow>(sql: string, ...parameters: readonly string[]) => Promise<Row[]>;
}

/** For the tests of a file: a namespace and a database of their own, and workers in processes of theirs. There from `beforeAll` on. */
export function useWorkerProcesses(settings: NodeJS.ProcessEnv): WorkerProcesses {
  let temporal: TestNamespace;
  let database: TestDatabase;
  const processes: WorkerProcess[] = [];
  const environment = (): NodeJS.ProcessEnv => ({
    DATABASE_URL: database.url,
    TEMPORAL_ADDRESS: inject('temporalAddress'),
    TEMPORAL_NAMESPACE: temporal.namespace,
    SWEEP_TRAINERS: '1',
    ...settings,
  });

  beforeAll(async () => {
    temporal = await createTestNamespace(inject('temporalAddress'));
    database = await createTestDatabase();
  });
  afterEach(async () => {
    for (const { child } of processes) child.kill('SIGKILL');
    await Promise.all(processes.splice(0).map(({ ended }) => ended));
  });
  afterAll(async () => {
    await database.drop();
    await temporal.close();
  });

  return {
    get temporal() {
      return temporal;
    },
    get database() {
      return database;
    },
    get environment() {
      return environment();
    },
    begin: (entry, changes = {}, wrap) => {
      const worker = startWorkerProcess(entry, { ...environment(), ...changes }, wrap);
      processes.push(worker);
      return worker;
    },
    query: async <Row extends pg.QueryResultRow>(sql: string, ...parameters: readonly string[]) => {
      const client = new pg.Client(database.url);
      await client.connect();
      try {
        return (await client.query<Row>(sql, [...parameters])).rows;
      } finally {
        await client.end();
      }
    },
  };
}
