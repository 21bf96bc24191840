import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { BugError, MachineError, UserError } from '../../core/errors.ts';
import { type Folders, folders as defaultFolders } from './folders.ts';
import { stopOrphans } from './orphans.ts';
import { lockHolder } from './process-lock.ts';
import { stopProcess } from './processes.ts';
import { lockFile, readStackState, shapingVariables, type StackState, type StackStep } from './stack-state.ts';
import { tail } from './supervised-process.ts';

const pollMs = 100;
const stopWithinMs = 90_000;

export interface EnsureStackOptions {
  readonly environment?: NodeJS.ProcessEnv;
  /** Called with all steps whenever one of them has changed. */
  readonly onSteps?: (steps: readonly StackStep[]) => void;
}

/**
 * Resolves with a stack that is ready: the one that runs, or a new one under a supervisor of its own that outlives this
 * process. Many callers at once end with the same one. Throws UserError when the environment asks for another stack than the
 * one that runs, else what the start-up failed with.
 */
export async function ensureStack(options: EnsureStackOptions = {}): Promise<StackState> {
  const environment = options.environment ?? process.env;
  const folders = defaultFolders(environment);
  let child: ReturnType<typeof spawnSupervisor> | null = null;
  let shown = '';
  for (;;) {
    const holder = await lockHolder(lockFile(folders));
    const state = await readStackState(folders);
    const living = state !== null && holder !== null && state.supervisorPid === holder;
    if (living && (state.phase === 'ready' || state.phase === 'starting')) {
      refuseOtherSettings(state, environment);
      const steps = JSON.stringify(state.steps);
      if (steps !== shown) options.onSteps?.(state.steps);
      shown = steps;
      if (state.phase === 'ready') return state;
    }
    if (holder === null && child === null) child = spawnSupervisor(folders, environment);
    const exit = child?.exit();
    if (child !== null && exit !== null && exit !== undefined) {
      const after = await readStackState(folders);
      if (after !== null && after.supervisorPid === child.pid && after.failure !== null)
        throw restoreError(after.failure);
      // Another supervisor was faster: follow that one.
      if (exit !== 'another supervisor') {
        const log = join(folders.logs, 'supervisor.log');
        throw new MachineError(`the stack's supervisor ended (${exit}); the end of ${log}:\n${tail(log)}`);
      }
      child = null;
    }
    await sleep(pollMs);
  }
}

/** The stack that runs and is ready, or null. */
export async function findStack(environment: NodeJS.ProcessEnv = process.env): Promise<StackState | null> {
  const folders = defaultFolders(environment);
  const [holder, state] = [await lockHolder(lockFile(folders)), await readStackState(folders)];
  return holder !== null && state?.supervisorPid === holder && state.phase === 'ready' ? state : null;
}

/**
 * Stops everything that the stack started, workers first and PostgreSQL last; its data stays. Also ends what a killed
 * supervisor left behind. Answers the names of what was ended; an empty list when nothing ran.
 */
export async function stopStack(environment: NodeJS.ProcessEnv = process.env): Promise<string[]> {
  const folders = defaultFolders(environment);
  const holder = await lockHolder(lockFile(folders));
  const before = await readStackState(folders);
  const ended: string[] = [];
  if (holder !== null) {
    const how = await stopProcess(holder, stopWithinMs);
    if (how === 'ended' && before !== null) ended.push(...partsOf(before));
  }
  // Read again: a worker may have been replaced while we waited.
  const after = (await readStackState(folders)) ?? before;
  if (after !== null) ended.push(...(await stopOrphans(folders, after, { database: true })));
  return [...new Set(ended)];
}

function partsOf(state: StackState): string[] {
  const workers = state.workers.map((worker) => worker.name);
  const temporal = state.temporal?.embedded ? ['Temporal'] : [];
  const grafana = state.grafana?.embedded ? ['Grafana'] : [];
  return [...workers, ...grafana, ...temporal, ...(state.database?.embedded ? ['PostgreSQL'] : [])];
}

function refuseOtherSettings(state: StackState, environment: NodeJS.ProcessEnv): void {
  for (const name of shapingVariables) {
    const wanted = environment[name];
    if (wanted === undefined || wanted === (state.settings[name] ?? '')) continue;
    // A person may well have exported the running stack's own addresses.
    if (name === 'DATABASE_URL' && wanted === state.database?.url) continue;
    if (name === 'TEMPORAL_ADDRESS' && wanted === state.temporal?.address) continue;
    throw new UserError(
      `A stack is running that was started with another ${name} than the one in this environment. ` +
        `Stop it first (npx initsweep down), or unset ${name} to use it.`,
    );
  }
}

function spawnSupervisor(folders: Folders, environment: NodeJS.ProcessEnv) {
  mkdirSync(folders.logs, { recursive: true });
  const log = openSync(join(folders.logs, 'supervisor.log'), 'a');
  try {
    const entry = fileURLToPath(new URL('supervisor.ts', import.meta.url));
    const child = spawn(process.execPath, ['--import', import.meta.resolve('tsx'), entry], {
      cwd: fileURLToPath(new URL('../..', import.meta.url)),
      env: environment,
      stdio: ['ignore', log, log],
      detached: true,
    });
    let exit: string | null = null;
    child.once('error', (error) => (exit = error.message));
    child.once('exit', (code, signal) => (exit = code === 0 ? 'another supervisor' : `exit ${code ?? signal}`));
    child.unref();
    return { pid: child.pid, exit: () => exit };
  } finally {
    closeSync(log);
  }
}

function restoreError({ name, message }: { name: string; message: string }): Error {
  if (name === 'UserError') return new UserError(message);
  return name === 'MachineError' ? new MachineError(message) : new BugError(message);
}
