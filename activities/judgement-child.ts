/** A process that judges one sweep, the one message it gets, and answers the judgement: a large one takes minutes, and its worker must go on polling. */
import type { ClaimInput } from '../core/claims/claim.ts';
import { judgeSweep } from '../core/judgement/judge-sweep.ts';

process.on('disconnect', () => process.exit());
process.once('message', (input: ClaimInput) => {
  process.send?.(judgeSweep(input), () => process.disconnect());
});
