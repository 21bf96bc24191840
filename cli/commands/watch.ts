import { exitCodes } from '../explain.ts';
import { findSweep } from '../find-sweep.ts';
import { finishSweep } from '../finish-sweep.ts';
import { withStack } from '../stack-connection.ts';
import { resultsCommand } from './results.ts';

/** `initsweep watch ID`: answers an exit code. */
export function watchCommand(id: string): Promise<number> {
  return withStack(async (stack) => {
    const { workflowId, id: sweepId, state } = await findSweep(stack.store, id);
    if (state !== 'running') {
      await resultsCommand(sweepId);
      return state === 'completed' ? exitCodes.done : exitCodes.sweepFailed;
    }
    // Named by its first run, the handle follows the sweep through retries and resets.
    const handle = stack.client.workflow.getHandle(workflowId, undefined, { firstExecutionRunId: sweepId });
    return finishSweep({ stack, handle, workflowId, sweepId });
  });
}
