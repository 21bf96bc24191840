import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { MachineError, UserError } from '../../core/errors.ts';
import { findFreePort, isPortFree } from './ports.ts';
import { findPostgresBinaries, type PostgresBinaries } from './postgres-binaries.ts';
import { createDataFolder, keepPassword, lockFile, serverEnvironment, userName } from './postgres-data-folder.ts';
import { commandOf, isAlive } from './processes.ts';
import { asAccount, canEnter, chooseServerAccount, type ServerAccount } from './server-account.ts';

export interface PostgresOptions {
  /** Holds the data, the password (mode 0600) and the log of one server. */
  readonly folder: string;
  /** Holds copies of the binaries where the package's own cannot be used; see findPostgresBinaries. */
  readonly cacheFolder: string;
  readonly port: number;
  /** What to do when the port is taken: refuse with a UserError, or take the next free one. */
  readonly portTaken: 'refuse' | 'next';
  /** Server settings, such as { fsync: 'off' }. */
  readonly settings?: Readonly<Record<string, string>>;
}

export interface PostgresServer {
  /** postgresql://... with the password, for a superuser on database `initsweep`. */
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  /** True when a server of this folder was running already. */
  readonly adopted: boolean;
  readonly logFile: string;
  /** Ends all sessions and waits until the server is gone; the data stays. */
  stop(): Promise<void>;
}

const startTimeoutMs = 60_000;
const stopTimeoutMs = 30_000;

/**
 * Starts PostgreSQL on 127.0.0.1 with its data in `folder`, or adopts the server that runs there already (left behind by a
 * process that was killed). As root the server runs under another account. It outlives this process unless stopped.
 * Throws UserError when the port is taken or a folder cannot be used, MachineError when the server does not come up.
 */
export async function startPostgres(options: PostgresOptions): Promise<PostgresServer> {
  mkdirSync(options.folder, { recursive: true });
  const folder = realpathSync(options.folder);
  const dataFolder = join(folder, 'data');
  const account = chooseServerAccount(dataFolder);
  if (!canEnter(folder, account)) {
    throw new UserError(
      `PostgreSQL runs as ${account?.name ?? 'you'}, who cannot enter ${folder}. ` +
        'Set SWEEP_HOME to a folder that this account can enter.',
    );
  }
  const password = keepPassword(folder, dataFolder);
  const running = await adopt(dataFolder, password);
  if (running !== null) return server(folder, running, password, true);

  const versionFile = join(dataFolder, 'PG_VERSION');
  const major = existsSync(versionFile) ? Number(readFileSync(versionFile, 'utf8')) : null;
  const binaries = findPostgresBinaries({ cacheFolder: options.cacheFolder, major, account });
  if (major === null) createDataFolder(binaries, folder, dataFolder, password, account);
  const started = await launch({ ...options, folder }, binaries, dataFolder, password, account);
  await createDatabase(started, password);
  return server(folder, started, password, started.adopted);
}

interface Running {
  readonly pid: number;
  readonly port: number;
}

function server(folder: string, { pid, port }: Running, password: string, adopted: boolean): PostgresServer {
  return {
    url: connectionUrl(port, password, userName),
    port,
    pid,
    adopted,
    logFile: join(folder, 'server.log'),
    stop: () => stop(pid),
  };
}

function connectionUrl(port: number, password: string, database: string): string {
  return `postgresql://${userName}:${password}@127.0.0.1:${port}/${database}`;
}

async function launch(
  options: PostgresOptions,
  binaries: PostgresBinaries,
  dataFolder: string,
  password: string,
  account: ServerAccount | null,
): Promise<Running & { adopted: boolean }> {
  const logFile = join(options.folder, 'server.log');
  for (;;) {
    const port = options.portTaken === 'next' ? await findFreePort(options.port) : options.port;
    if (!(await isPortFree(port))) throw portInUse(port);
    const logStart = existsSync(logFile) ? readFileSync(logFile).length : 0;
    const child = spawnServer(options, binaries, dataFolder, port, account, logFile);
    const ended = await untilUp(child, () => answers(port, password, dataFolder));
    if (ended === null && child.pid !== undefined) return { pid: child.pid, port, adopted: false };
    // Another process may have started this folder's server meanwhile: PostgreSQL's lock file lets one win.
    const other = await adopt(dataFolder, password);
    if (other !== null) return { ...other, adopted: true };
    const log = readFileSync(logFile).subarray(logStart).toString();
    if (!/could not bind/i.test(log))
      throw new MachineError(`PostgreSQL did not start (${ended}); ${logFile} says:\n${log}`);
    if (options.portTaken === 'refuse') throw portInUse(port);
  }
}

function spawnServer(
  { folder, settings }: PostgresOptions,
  { postgres }: PostgresBinaries,
  dataFolder: string,
  port: number,
  account: ServerAccount | null,
  logFile: string,
): ChildProcess {
  const all = { listen_addresses: '127.0.0.1', unix_socket_directories: '', ...settings };
  const flags = Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const log = openSync(logFile, 'a', 0o600);
  const child = spawn(postgres, ['-D', dataFolder, '-p', String(port), ...flags], {
    cwd: folder,
    env: serverEnvironment(),
    stdio: ['ignore', log, log],
    detached: true, // Ctrl-C in the terminal must not stop it before the workers have written what they hold
    ...asAccount(account),
  });
  closeSync(log);
  child.unref();
  return child;
}

/** Null once the server answers, or how its process ended without an answer. */
async function untilUp(child: ChildProcess, answersNow: () => Promise<boolean>): Promise<string | null> {
  let ended: string | null = null;
  child.once('error', (error) => (ended = error.message));
  child.once('exit', (code, signal) => (ended = `exit ${code ?? signal}`));
  const deadline = performance.now() + startTimeoutMs;
  while (performance.now() < deadline) {
    if (ended !== null) return ended;
    if (await answersNow()) return null;
    await sleep(20);
  }
  child.kill('SIGKILL');
  return `no answer in ${startTimeoutMs} ms`;
}

function portInUse(port: number): UserError {
  return new UserError(
    `Port ${port} on 127.0.0.1 is in use by another program. Stop it, choose another port, or set DATABASE_URL to a server of your own.`,
  );
}

/** The server that holds `dataFolder`, once it answers; null when none runs. */
async function adopt(dataFolder: string, password: string): Promise<Running | null> {
  const deadline = performance.now() + startTimeoutMs;
  while (performance.now() < deadline) {
    const lines = lockFile(dataFolder);
    const [pid, port] = [Number(lines?.[0]), Number(lines?.[3])];
    if (lines === null || !isAlive(pid)) return null;
    if (port > 0 && (await answers(port, password, dataFolder))) return { pid, port };
    await sleep(50);
  }
  throw new MachineError(`A PostgreSQL server holds ${dataFolder} but does not answer.`);
}

async function answers(port: number, password: string, dataFolder: string): Promise<boolean> {
  try {
    return await withClient(connectionUrl(port, password, 'postgres'), async (client) => {
      const { rows } = await client.query<{ folder: string }>("SELECT current_setting('data_directory') AS folder");
      return rows[0]?.folder === dataFolder;
    });
  } catch {
    return false; // not up yet, still recovering, or somebody else's server
  }
}

async function createDatabase({ port }: Running, password: string): Promise<void> {
  await withClient(connectionUrl(port, password, 'postgres'), async (client) => {
    try {
      await client.query(`CREATE DATABASE ${userName}`);
    } catch (error) {
      const code = (error as { code?: string }).code;
      if (code !== '42P04' && code !== '23505') throw error; // exists already, or is being created by another process
    }
  });
}

async function withClient<T>(url: string, use: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000 });
  client.on('error', () => {}); // a server that ends the session while idle; the next query rejects
  try {
    await client.connect();
    return await use(client);
  } finally {
    await client.end().catch(() => {});
  }
}

/** PostgreSQL's "fast" shutdown: sessions end, data is flushed. */
async function stop(pid: number): Promise<void> {
  if (!isAlive(pid)) return;
  process.kill(pid, 'SIGINT');
  const deadline = performance.now() + stopTimeoutMs;
  while ((await commandOf(pid)) !== null) {
    if (performance.now() > deadline) throw new MachineError(`PostgreSQL (process ${pid}) did not stop.`);
    await sleep(20);
  }
}
