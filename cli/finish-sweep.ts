import type { WorkflowHandle } from '@temporalio/client';
import { exitCodes } from './explain.ts';
import { followSweep } from './follow-sweep.ts';
import { sweepAddresses } from './report/addresses.ts';
import { showResults } from './report/show-results.ts';
import type { StackConnection } from './stack-connection.ts';

export interface SweepToFinish {
  readonly stack: StackConnection;
  readonly handle: WorkflowHandle;
  readonly workflowId: string;
  readonly sweepId: string;
  /** The sweep file, where the command knows it. */
  readonly file?: string;
}

/** Follows a sweep to its end, shows its results and says where more is to be seen. Answers the command's exit code. */
export async function finishSweep({ stack, handle, workflowId, sweepId, file }: SweepToFinish): Promise<number> {
  const end = await followSweep(handle, sweepId, stack.store);
  if (end.kind === 'left') {
    console.error(
      [
        `The sweep goes on without you.`,
        `  follow it again:  npx initsweep watch ${workflowId}`,
        `  cancel it:        npx initsweep temporal workflow cancel --workflow-id ${workflowId}`,
      ].join('\n'),
    );
    // 128 + SIGINT, as a shell expects after Ctrl-C.
    return 130;
  }
  if (end.kind === 'failed' && end.mistake) {
    console.error(end.message);
    return exitCodes.user;
  }
  await showResults(stack.store, sweepId);
  console.log(sweepAddresses({ stack, workflowId, sweepId, ...(file === undefined ? {} : { file }) }).join('\n'));
  if (end.kind === 'completed') return exitCodes.done;
  console.error(end.kind === 'failed' ? `The sweep failed: ${end.message}` : end.message);
  return exitCodes.sweepFailed;
}
