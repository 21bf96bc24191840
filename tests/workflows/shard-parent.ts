import { executeChild, setHandler, workflowInfo } from '@temporalio/workflow';
import { type ShardReport, shardReportSignal } from '../../workflows/messages.ts';
import { type ShardInput, sweepShard } from '../../workflows/sweep-shard.ts';
import { emptyTally, type Tally } from '../../workflows/tally.ts';

export { sweep } from '../../workflows/sweep.ts';
export { sweepShard };

export type ShardParentInput = Omit<ShardInput, 'sweepWorkflowId' | 'tally'>;

/** Stands where a sweep stands, above one real shard, and keeps what that reports: a sweep's own shards are too large for a test. */
export async function shardParent(input: ShardParentInput): Promise<{ tally: Tally; reports: ShardReport[] }> {
  const { workflowId } = workflowInfo();
  const reports: ShardReport[] = [];
  setHandler(shardReportSignal, (report) => void reports.push(report));
  const tally = await executeChild(sweepShard, {
    workflowId: `${workflowId}/shard`,
    args: [{ ...input, sweepWorkflowId: workflowId, tally: emptyTally }],
  });
  return { tally, reports };
}
