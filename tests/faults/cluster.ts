import { execFile } from 'node:child_process';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { Client, Connection } from '@temporalio/client';
import pg from 'pg';
import { MachineError } from '../../core/errors.ts';
import { findFreePort } from '../../infra/local/ports.ts';
import { commandOf } from '../../infra/local/processes.ts';
import { type PostgresServer, startPostgres } from '../../infra/local/postgres.ts';
import { findTemporal, startTemporalServer, type TemporalServer } from '../../infra/local/temporal.ts';
import { migrate } from '../../storage/migrate.ts';
import { startWorkerProcess, type WorkerProcess } from '../workers/worker-process.ts';

export interface ClusterOptions {
  readonly trainingWorkers: number;
  /** Besides the addresses. */
  readonly environment: NodeJS.ProcessEnv;
}

export interface TrainingWorker extends WorkerProcess {
  readonly pid: number;
  isReady: boolean;
  /** A fault of the campaign ends it. */
  isMeantToEnd: boolean;
}

/** PostgreSQL, Temporal and workers of a campaign's own, each of which can be taken away and given back. */
export class Cluster {
  readonly #folder: string;
  readonly #options: ClusterOptions;
  readonly #temporalBinary: string;
  readonly #temporalPorts: { readonly port: number; readonly uiPort: number };
  #database: PostgresServer;
  #temporal: TemporalServer;
  #control!: WorkerProcess;
  #connection!: Connection;
  /** All that were ever started, in order. */
  readonly trainingWorkers: TrainingWorker[] = [];
  client!: Client;
  /** Whether a sweep has trials left: without, nothing can be harmed in the middle of its work. */
  isTraining = false;
  /** Training workers that ended and were started again though no fault was to end them, such as one that found no database at its start. */
  readonly unexpectedEnds: string[] = [];
  #isClosing = false;

  private constructor(
    folder: string,
    options: ClusterOptions,
    database: PostgresServer,
    temporal: { binary: string; ports: { port: number; uiPort: number }; server: TemporalServer },
  ) {
    this.#folder = folder;
    this.#options = options;
    this.#database = database;
    this.#temporal = temporal.server;
    this.#temporalBinary = temporal.binary;
    this.#temporalPorts = temporal.ports;
  }

  static async start(options: ClusterOptions): Promise<Cluster> {
    const folder = await mkdtemp(join(tmpdir(), 'initsweep-faults-'));
    await chmod(folder, 0o755); // as root, PostgreSQL runs as another user
    const database = await startPostgres(postgresOptions(folder, await findFreePort(21_300)));
    await migrate(database.url);
    const { path: binary } = await findTemporal({ onProgress: (message) => console.error(message) });
    const port = await findFreePort(17_600);
    const ports = { port, uiPort: await findFreePort(port + 1) };
    const server = await startTemporalServer({ binary, folder, ...ports });
    const cluster = new Cluster(folder, options, database, { binary, ports, server });
    cluster.#connection = await Connection.connect({ address: server.address });
    cluster.client = new Client({ connection: cluster.#connection });
    cluster.#control = startWorkerProcess('control', cluster.#environment);
    await cluster.#control.ready;
    await Promise.all(Array.from({ length: options.trainingWorkers }, () => cluster.startTrainingWorker().ready));
    return cluster;
  }

  get temporalPid(): number {
    return this.#temporal.pid;
  }

  get databasePid(): number {
    return this.#database.pid;
  }

  get #environment(): NodeJS.ProcessEnv {
    return {
      DATABASE_URL: this.#database.url,
      TEMPORAL_ADDRESS: this.#temporal.address,
      ...this.#options.environment,
    };
  }

  startTrainingWorker(): TrainingWorker {
    const process = startWorkerProcess('training', this.#environment);
    const worker: TrainingWorker = { ...process, pid: process.child.pid!, isReady: false, isMeantToEnd: false };
    void process.ready.then(
      () => (worker.isReady = true),
      () => undefined,
    );
    void process.ended.then((how) => {
      worker.isReady = false;
      if (worker.isMeantToEnd || this.#isClosing) return;
      // As a supervisor does: it could not start, or gave up.
      this.unexpectedEnds.push(`worker ${worker.pid} ended (${how}): ${lastErrorIn(process.log())}`);
      this.startTrainingWorker();
    });
    this.trainingWorkers.push(worker);
    return worker;
  }

  /** Kills the Temporal server and starts it again on the same histories. */
  async restartTemporal(awayMs: number): Promise<void> {
    process.kill(this.#temporal.pid, 'SIGKILL');
    await this.#temporal.ended;
    await sleep(awayMs);
    this.#temporal = await startTemporalServer({
      binary: this.#temporalBinary,
      folder: this.#folder,
      ...this.#temporalPorts,
    });
  }

  /** Stops PostgreSQL and starts it again on the same data. */
  async restartDatabase(awayMs: number): Promise<void> {
    const { port } = this.#database;
    await this.#database.stop();
    await sleep(awayMs);
    this.#database = await startPostgres(postgresOptions(this.#folder, port));
  }

  /** Waits for a database that is away, up to two minutes. */
  async query<Row extends pg.QueryResultRow>(sql: string, values: readonly unknown[] = []): Promise<Row[]> {
    const deadline = performance.now() + 120_000;
    for (;;) {
      try {
        return await queryOnce<Row>(this.#database.url, sql, values);
      } catch (error) {
        if (performance.now() > deadline) throw error;
      }
      await sleep(500);
    }
  }

  /** Whether the database answers at this moment. */
  async databaseAnswers(): Promise<boolean> {
    return queryOnce(this.#database.url, 'SELECT 1', []).then(
      () => true,
      () => false,
    );
  }

  async close(): Promise<void> {
    this.#isClosing = true;
    await this.#connection.close();
    const living = [...this.trainingWorkers, this.#control];
    for (const { child } of living) if (child.exitCode === null) child.kill('SIGKILL');
    await Promise.all(living.map(({ ended }) => ended));
    await this.#temporal.stop();
    await this.#database.stop();
    await rm(this.#folder, { recursive: true, force: true });
  }
}

/** What a worker's log says last of an error. */
function lastErrorIn(log: string): string {
  const line = log.split('\n').findLast((each) => each.includes('"level":50'));
  if (line === undefined) return 'it says no reason';
  const { error, msg } = JSON.parse(line) as { msg: string; error?: { message: string } };
  return error?.message ?? msg;
}

function postgresOptions(folder: string, port: number): Parameters<typeof startPostgres>[0] {
  return {
    folder,
    cacheFolder: join(folder, 'cache'),
    port,
    portTaken: 'refuse',
    settings: { max_connections: '200' },
  };
}

async function queryOnce<Row extends pg.QueryResultRow>(
  url: string,
  sql: string,
  values: readonly unknown[],
): Promise<Row[]> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000 });
  client.on('error', () => {}); // a lost connection rejects the query that is under way
  try {
    await client.connect();
    return (await client.query<Row>(sql, [...values])).rows;
  } finally {
    await client.end().catch(() => {});
  }
}

/** Trainer processes of a worker that run; its compiler may have processes too. */
export async function trainersOf(worker: number): Promise<number[]> {
  const children = await childrenOf(worker);
  const commands = await Promise.all(children.map(commandOf));
  return children.filter((_, index) => commands[index]?.includes('trainer-child'));
}

/** Processes that a process has started, of those that still run. */
async function childrenOf(pid: number): Promise<number[]> {
  const { stdout } = await promisify(execFile)('ps', ['-A', '-o', 'pid=,ppid=,stat=']);
  return stdout
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter(([, parent, state]) => Number(parent) === pid && !state!.startsWith('Z'))
    .map(([child]) => Number(child));
}

/** Throws MachineError when it does not come to hold. */
export async function until(holds: () => Promise<boolean>, what: string, withinMs: number): Promise<void> {
  const deadline = performance.now() + withinMs;
  while (!(await holds())) {
    if (performance.now() > deadline)
      throw new MachineError(`it did not come to this within ${withinMs / 1000} s: ${what}`);
    await sleep(100);
  }
}
