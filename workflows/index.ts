/** What is bundled into Temporal's sandbox: the workflows, and nothing else. */
export { sweep } from './sweep.ts';
export { sweepShard } from './sweep-shard.ts';
