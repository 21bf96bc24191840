import { UserError } from '../core/errors.ts';
import type { StoredSweep, SweepStore } from '../storage/sweep-store.ts';

const searched = 10_000;

/** The sweep of a workflow id (its latest run) or a sweep id. Throws UserError that names some that are there. */
export async function findSweep(store: SweepStore, id: string): Promise<StoredSweep> {
  const sweeps = await store.listSweeps(searched);
  const found = sweeps.find((sweep) => sweep.id === id) ?? sweeps.find((sweep) => sweep.workflowId === id);
  if (found) return found;
  const known = [...new Set(sweeps.map(({ workflowId }) => workflowId))].slice(0, 5).join(', ');
  throw new UserError(
    `There is no sweep ${id}. ${known ? `The latest are: ${known}.` : 'No sweep was ever run here.'}`,
  );
}
