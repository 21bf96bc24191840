import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import {
  ChildWorkflowCancellationType,
  type ChildWorkflowHandle,
  getExternalWorkflowHandle,
  isCancellation,
  log,
  ParentClosePolicy,
  sleep,
  startChild,
} from '@temporalio/workflow';
import { type ShardInput, sweepShard } from './sweep-shard.ts';

const longestWaitMs = 30_000;

/**
 * Runs a shard as a child of the calling sweep, says when it has started, and resolves when it has ended. Its id derives from the sweep's, so a sweep that was
 * reset may meet the shard of its former run: that one is cancelled first, for nobody would hear of it or stop it.
 */
export async function runShard(
  input: ShardInput,
  onStarted: (handle: ChildWorkflowHandle<typeof sweepShard>) => void,
): Promise<void> {
  const workflowId = `${input.sweepWorkflowId}/${input.sweepId}/shard-${input.index}`;
  for (let waitMs = 500; ; waitMs = Math.min(2 * waitMs, longestWaitMs)) {
    try {
      const shard = await startChild(sweepShard, {
        workflowId,
        args: [input],
        cancellationType: ChildWorkflowCancellationType.WAIT_CANCELLATION_COMPLETED,
        // Also when the sweep is terminated, its shards end in order: their trials stop and are recorded as cancelled.
        parentClosePolicy: ParentClosePolicy.REQUEST_CANCEL,
        staticSummary: `${input.numbers === undefined ? 'positions' : 'failed trials'} ${input.from} to ${input.to - 1}, ${input.concurrency} trials at once`,
      });
      onStarted(shard);
      await shard.result();
      return;
    } catch (error) {
      if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    }
    await cancelFormer(workflowId);
    await sleep(waitMs);
  }
}

async function cancelFormer(workflowId: string): Promise<void> {
  try {
    await getExternalWorkflowHandle(workflowId).cancel();
  } catch (error) {
    if (isCancellation(error)) throw error;
    log.info('the shard of the former run had ended already', { workflowId });
  }
}
