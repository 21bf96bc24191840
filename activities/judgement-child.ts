/** A process that judges one sweep, handed to it page by page, and answers the judgement: a large one takes minutes, and its worker must go on polling. */
import { judgeSweep } from '../core/judgement/judge-sweep.ts';
import type { ProbedOutcome } from '../storage/sweep-store.ts';
import type { JudgingMessage } from './judge-stored-sweep.ts';

const trials: ProbedOutcome[] = [];
process.on('disconnect', () => process.exit());
process.on('message', (message: JudgingMessage) => {
  if ('target' in message) process.send?.(judgeSweep({ trials, target: message.target }), () => process.disconnect());
  else trials.push(...message);
});
