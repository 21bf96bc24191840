import type { Logger } from 'pino';
import type { CheckpointStore } from '../storage/checkpoints/checkpoint-store.ts';

const intervalMs = 10 * 60_000;

/**
 * Takes away checkpoints that killed workers left, now and every ten minutes, until the answer is called. Each worker does, for any of
 * them may be the only one.
 */
export function collectCheckpoints(checkpoints: CheckpointStore, logger: Logger): () => Promise<void> {
  const collect = async (): Promise<void> => {
    try {
      const collected = await checkpoints.collect();
      if (collected > 0) logger.info({ collected }, 'checkpoints that nobody needs any more are gone');
    } catch (error) {
      logger.warn({ error }, 'checkpoints could not be collected; the next round tries again');
    }
  };
  let collecting = collect();
  const timer = setInterval(() => {
    collecting = collecting.then(collect);
  }, intervalMs);
  return async () => {
    clearInterval(timer);
    await collecting;
  };
}
