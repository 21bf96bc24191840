import type { Issue } from '../../errors.ts';
import { looksOf } from '../../adaptive/adaptive-seeds.ts';
import { beyondLimit, type SweepLimits } from '../limits.ts';
import { issueAt } from '../mistakes/issues-of.ts';
import { gridSizeOf } from '../plan.ts';
import type { SweepFile } from '../schema/sweep-file.ts';
import type { Axes } from '../sweep-spec.ts';

/** Each look costs error rate and a round of waiting. */
const mostLooks = 20;
/** A round names the regimes that are open, in the sweep's row and in what its shards are told. */
const mostRegimes = 2_000;

/** What adaptive seeds ask of the rest of the file. */
export function checkAdaptive(
  input: unknown,
  adaptive: SweepFile['adaptive'] | undefined,
  axes: Axes,
  limits: SweepLimits,
): Issue[] {
  const seeds = adaptive?.seeds;
  if (seeds === undefined || axes.seed.length === 0) return [];
  const issue = (field: 'budget' | 'step', message: string): Issue =>
    issueAt(input, ['adaptive', 'seeds', field], message);
  const looks = looksOf(seeds, axes.seed.length);
  const trials = (gridSizeOf(axes) / axes.seed.length) * seeds.budget;
  const regimes = gridSizeOf({ ...axes, seed: [0], initializer: [0] });
  const inMost = (message: string): Issue => ({ path: 'adaptive.seeds', message });
  return [
    ...(seeds.budget <= axes.seed.length
      ? [issue('budget', `must be more than the ${axes.seed.length} seeds that every cell has anyway`)]
      : []),
    ...(seeds.budget > limits.valuesPerAxis
      ? [issue('budget', `is ${beyondLimit(limits, 'valuesPerAxis')}`)]
      : trials > limits.trials
        ? [issue('budget', `can come to ${trials} trials, ${beyondLimit(limits, 'trials')}`)]
        : []),
    ...(looks > mostLooks
      ? [issue('step', `makes ${looks} looks at the results; at most ${mostLooks}: take larger steps`)]
      : []),
    ...(axes.initializer.length < 2 ? [inMost('needs two initializers at least: it compares them')] : []),
    ...(regimes > mostRegimes
      ? [inMost(`takes at most ${mostRegimes} regimes (all axes but initializer and seed); there are ${regimes}`)]
      : []),
  ];
}
