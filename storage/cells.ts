/** Cells, which dashboards read in place of trials: see refresh_cells in the migrations for what they hold. */
import type { PrismaClient } from './generated/client.ts';

/** Changed trials that one statement takes. */
const changesAtOnce = 5_000;
const shortestIntervalMs = 2_000;
/** Of the time between two refreshes, the part that one may take. */
const shareOfTime = 0.1;

export interface CellKeeper {
  /** Brings cells up to date when it is time again; what is left is done by whoever comes next. */
  whenDue(): Promise<void>;
  /** Brings them up to date with all that was committed before the call. */
  now(): Promise<void>;
}

/**
 * Keeps cells at most a few seconds behind their trials, whatever the rate of writes, for at most a tenth of the time. Any number of
 * processes may do it: one at a time works, the others go on at once.
 */
export function cellKeeper(client: PrismaClient): CellKeeper {
  let dueMs = 0;
  const refresh = async (wait: boolean): Promise<number> => {
    const [row] = await client.$queryRaw<{ taken: number | null }[]>`
      SELECT refresh_cells(${changesAtOnce}::int, ${wait}) AS taken`;
    return row?.taken ?? 0;
  };
  return {
    async whenDue() {
      const startedMs = performance.now();
      if (startedMs < dueMs) return;
      dueMs = Infinity;
      try {
        await refresh(false);
      } finally {
        const endedMs = performance.now();
        dueMs = endedMs + Math.max(shortestIntervalMs, (endedMs - startedMs) / shareOfTime);
      }
    },
    async now() {
      while ((await refresh(true)) >= changesAtOnce);
    },
  };
}
