/** A process that judges one sweep, handed to it page by page, and answers the judgement: a large one takes minutes, and its worker must go on polling. */
import { BugError } from '../core/errors.ts';
import { judgeSweep } from '../core/judgement/judge-sweep.ts';
import type { ProbedOutcome } from '../storage/sweep-store.ts';
import type { JudgingMessage } from './judge-stored-sweep.ts';

const trials: ProbedOutcome[] = [];
process.on('disconnect', () => process.exit());
process.on('message', (message: JudgingMessage) => {
  if (!('target' in message)) {
    trials.push(...message);
    return;
  }
  const { target, trialCount } = message;
  // A worker from before an update, say, that hands trials in another way: no judgement is better than one of other trials.
  if (trials.length !== trialCount) throw new BugError('trials to judge were lost', { trialCount, got: trials.length });
  process.send?.(judgeSweep({ trials, target }), () => process.disconnect());
});
