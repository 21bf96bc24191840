import { join } from 'node:path';
import type { Folders } from './folders.ts';
import { commandOf, stopProcess } from './processes.ts';
import type { StackState } from './stack-state.ts';

const graceMs = 15_000;

/**
 * Ends what a supervisor that was killed left running: its workers, its Temporal server, its Grafana and, when `database` is true, its
 * PostgreSQL. A pid counts only while its command line is still the one we started. Answers what was ended.
 */
export async function stopOrphans(
  folders: Folders,
  state: StackState,
  options: { database: boolean },
): Promise<string[]> {
  const ended: string[] = [];
  const end = async (
    name: string,
    pid: number | null | undefined,
    mark: string,
    signal?: NodeJS.Signals,
  ): Promise<void> => {
    if (pid === null || pid === undefined) return;
    if (!(await commandOf(pid))?.includes(mark)) return;
    await stopProcess(pid, graceMs, signal);
    ended.push(name);
  };
  for (const worker of state.workers) await end(worker.name, worker.pid, 'workers/');
  if (state.temporal?.embedded) await end('Temporal', state.temporal.pid, join(folders.home, 'temporal'));
  if (state.grafana?.embedded) await end('Grafana', state.grafana.pid, join(folders.home, 'grafana'));
  // SIGINT is PostgreSQL's fast shutdown: sessions end, data is flushed.
  if (options.database && state.database?.embedded) {
    await end('PostgreSQL', state.database.pid, join(folders.home, 'postgres'), 'SIGINT');
  }
  return ended;
}
