import Table from 'cli-table3';
import { withStack } from '../stack-connection.ts';
import { endedTrials } from '../progress/ended-trials.ts';

const shown = 20;

/** `initsweep sweeps` */
export function sweepsCommand(): Promise<void> {
  return withStack(async ({ store }) => {
    const sweeps = await store.listSweeps(shown);
    if (sweeps.length === 0) {
      console.log('No sweep was run yet. Start one with: npx initsweep run examples/quickstart.json');
      return;
    }
    const table = new Table({
      style: { head: [], border: [], compact: true },
      head: ['workflow id', 'sweep id', 'state', 'trials', 'started', 'reason'],
    });
    for (const { id, workflowId, state, trialCount, createdAt, reason } of sweeps) {
      const ended = endedTrials(await store.progress(id));
      table.push([workflowId, id, state, `${ended}/${trialCount}`, createdAt.toISOString().slice(0, 19), reason ?? '']);
    }
    console.log(table.toString());
  });
}
