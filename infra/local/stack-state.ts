import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { limitVariables } from '../../core/sweep/limits.ts';
import type { Folders } from './folders.ts';

/**
 * - starting: parts are being found, fetched or started; - ready: everything answers; - failed: start-up failed, `failure` says why;
 * - stopping: parts are being stopped, in order.
 */
export type StackPhase = 'starting' | 'ready' | 'failed' | 'stopping';

export interface StackStep {
  readonly title: string;
  readonly state: 'waiting' | 'running' | 'done';
  /** What is going on, or what came out. */
  readonly detail: string;
}

export interface StackWorker {
  readonly name: string;
  readonly pid: number | null;
  readonly restarts: number;
}

/** What the supervisor tells everybody, through `stack.json`. It holds the database's password, so only its owner may read it. */
export interface StackState {
  readonly supervisorPid: number;
  readonly phase: StackPhase;
  readonly failure: { readonly name: string; readonly message: string } | null;
  readonly steps: readonly StackStep[];
  readonly database: { readonly url: string; readonly embedded: boolean; readonly pid: number | null } | null;
  readonly temporal: {
    readonly address: string;
    readonly namespace: string;
    /** Null where the server is somebody else's: its UI's address is not ours to know. */
    readonly uiAddress: string | null;
    readonly embedded: boolean;
    readonly pid: number | null;
  } | null;
  /** Null where none was found, or none could be started; its administrator's password is in `secrets/grafana-admin`. */
  readonly grafana: { readonly address: string; readonly embedded: boolean; readonly pid: number | null } | null;
  readonly workers: readonly StackWorker[];
  /** The variables that shaped the workers; another value needs another stack. */
  readonly settings: Readonly<Record<string, string>>;
}

/** Variables that a running stack took its shape from. */
export const shapingVariables: readonly string[] = [
  'DATABASE_URL',
  'TEMPORAL_ADDRESS',
  'TEMPORAL_NAMESPACE',
  'TEMPORAL_PROFILE',
  'TEMPORAL_CONFIG_FILE',
  'SWEEP_BACKEND',
  'SWEEP_TRAINERS',
  'SWEEP_DATASETS',
  'SWEEP_PAYLOAD_KEYS',
  'SWEEP_CHECKPOINTS',
  'SWEEP_CHECKPOINT_INTERVAL',
  'SWEEP_TRAINER_SILENCE',
  ...Object.values(limitVariables),
];

/** Where the stack's workflows are in the Temporal UI; null where nobody knows. */
export function temporalUiOfStack(state: StackState | null): string | null {
  const temporal = state?.temporal;
  return temporal?.uiAddress ? `${temporal.uiAddress}/namespaces/${temporal.namespace}` : null;
}

function stateFile(folders: Folders): string {
  return join(folders.home, 'stack.json');
}

export function lockFile(folders: Folders): string {
  return join(folders.home, 'supervisor.lock');
}

/** Null when no stack ever ran here. What it says is true only while its supervisor lives. */
export async function readStackState(folders: Folders): Promise<StackState | null> {
  try {
    return JSON.parse(await readFile(stateFile(folders), 'utf8')) as StackState;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

/** Replaces the file in one step, so a reader never sees half of it. */
export async function writeStackState(folders: Folders, state: StackState): Promise<void> {
  const file = stateFile(folders);
  const draft = `${file}.${process.pid}`;
  await mkdir(dirname(file), { recursive: true });
  await writeFile(draft, `${JSON.stringify(state, null, 2)}\n`, { mode: 0o600 });
  await rename(draft, file);
}
