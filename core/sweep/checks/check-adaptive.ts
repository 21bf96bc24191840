import type { Issue } from '../../errors.ts';
import { looksOf } from '../../adaptive/adaptive-seeds.ts';
import { cellsOfRace } from '../../adaptive/pruning.ts';
import { beyondLimit, type SweepLimits } from '../limits.ts';
import { issueAt } from '../mistakes/issues-of.ts';
import { gridSizeOf } from '../plan.ts';
import type { ReadableParts } from '../read-parts.ts';
import type { SweepFile } from '../schema/sweep-file.ts';
import type { Axes } from '../sweep-spec.ts';

/** Each look costs error rate and a round of waiting. */
const mostLooks = 20;
/** A round names the regimes that are open, in the sweep's row and in what its shards are told. */
const mostRegimes = 2_000;

/** What the section `adaptive` asks of the rest of the file. */
export function checkAdaptive(
  input: unknown,
  { adaptive, training }: Pick<ReadableParts, 'adaptive' | 'training'>,
  axes: Axes,
  limits: SweepLimits,
): Issue[] {
  return [
    ...seedIssues(input, adaptive?.seeds, axes, limits),
    ...pruningIssues(input, adaptive?.pruning, axes, training.epochs),
  ];
}

function pruningIssues(
  input: unknown,
  pruning: NonNullable<SweepFile['adaptive']>['pruning'],
  axes: Axes,
  epochs: number | undefined,
): Issue[] {
  if (pruning === undefined) return [];
  const issue = (field: 'minEpochs' | 'reduction', message: string): Issue =>
    issueAt(input, ['adaptive', 'pruning', field], message);
  const cells = cellsOfRace(axes);
  const isReadable = axes.initializer.length > 0 && axes.learningRate.length > 0;
  const tooFew =
    cells === 1
      ? [{ path: 'adaptive.pruning', message: 'needs two initializers or learning rates at least: it compares them' }]
      : [
          issue(
            'reduction',
            `leaves fewer trials than one cell has: ${cells} cells (initializers x learning rates) race each other in a network; at most ${cells}`,
          ),
        ];
  return [
    ...(epochs !== undefined && pruning.minEpochs >= epochs
      ? [issue('minEpochs', `must be less than the budget: training.epochs is ${epochs}`)]
      : []),
    ...(isReadable && pruning.reduction > cells ? tooFew : []),
  ];
}

/** What adaptive seeds ask. */
function seedIssues(
  input: unknown,
  seeds: NonNullable<SweepFile['adaptive']>['seeds'],
  axes: Axes,
  limits: SweepLimits,
): Issue[] {
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
