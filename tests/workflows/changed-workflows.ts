import { sleep } from '@temporalio/workflow';
import { sweep as unchangedSweep } from '../../workflows/sweep.ts';
import { type ShardInput, sweepShard as unchangedShard } from '../../workflows/sweep-shard.ts';

/** The workflows with a timer that running ones have not started: replay must see it. */
export async function sweep(input: unknown) {
  await sleep('1 s');
  return unchangedSweep(input);
}

export async function sweepShard(input: ShardInput) {
  await sleep('1 s');
  return unchangedShard(input);
}
