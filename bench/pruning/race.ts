import { decideRung, type RungEntry } from '../../core/adaptive/pruning.ts';
import type { ComparedTrial } from '../../core/comparison/comparison.ts';
import { randomStream, type RandomStream } from '../../core/random/random-stream.ts';
import { scoreTrials } from '../../core/comparison/score-trials.ts';
import { permutationTest } from '../../core/statistics/permutation-test.ts';

export const training = { epochs: 20, target: {} };
const rung = 3;
const reduction = 3;
const network = {
  activation: 'relu',
  network: 'mlp',
  normalization: 'none',
  depth: 4,
  width: 32,
  learningRate: 0.1,
  optimizer: 'sgd',
  batchSize: 64,
  dataset: 'digits',
};

interface Coming {
  readonly initializer: number;
  readonly seed: number;
  /** Validation loss at the rung. */
  readonly loss: number;
  /** Until the target. */
  readonly epochs: number;
}

/** Whether a trial goes on, given those that have come before it. */
export type Ranking = (own: Coming, before: readonly Coming[]) => boolean;

function isAmongBest(own: number, others: readonly number[]): boolean {
  const entry = (validationLoss: number): RungEntry => ({ hasReachedTarget: false, validationLoss });
  return decideRung(entry(own), others.map(entry), reduction).isKept;
}

/** Ways in which the trials of a network might be ranked: the one that is used, and two that are not. */
export const rankings = {
  'all trials of the network': (own, before) =>
    isAmongBest(
      own.loss,
      before.map(({ loss }) => loss),
    ),
  'those of the same seed': (own, before) =>
    isAmongBest(
      own.loss,
      before.filter(({ seed }) => seed === own.seed).map(({ loss }) => loss),
    ),
  'means of the initializers so far': (own, before) => {
    const all = [...before, own];
    const meanOf = (initializer: number) => {
      const losses = all.filter((trial) => trial.initializer === initializer).map(({ loss }) => loss);
      return losses.reduce((sum, loss) => sum + loss, 0) / losses.length;
    };
    const others = [...new Set(before.map(({ initializer }) => initializer))].filter((one) => one !== own.initializer);
    return isAmongBest(meanOf(own.initializer), others.map(meanOf));
  },
} as const satisfies Record<string, Ranking>;

/**
 * One race of trials that come to a rung in a random order. What a trial has come to there tells half of the variance of how it ends, and a seed's
 * order of the data makes all of its trials a little better or worse. The first initializer is `lead` standard deviations ahead of the others,
 * which are alike.
 */
export function race(
  initializers: number,
  seeds: number,
  stream: RandomStream,
  { lead = 0, ranking = rankings['all trials of the network'] as Ranking } = {},
): ComparedTrial[] {
  const luck = Array.from({ length: seeds }, () => 0.5 * stream.normal());
  const coming = Array.from({ length: initializers * seeds }, (_, i) => {
    const [initializer, seed] = [i % initializers, Math.floor(i / initializers)];
    const early = stream.normal() + luck[seed]! - (initializer === 0 ? lead : 0);
    const epochs = Math.max(rung + 1, Math.round(12 + 3 * (early + stream.normal())));
    return { initializer, seed, loss: 10 + early, epochs, turn: stream.uniform() };
  }).sort((a, b) => a.turn - b.turn);
  return coming.map((own, i): ComparedTrial => {
    const isKept = ranking(own, coming.slice(0, i));
    const converged = isKept && own.epochs <= training.epochs;
    return {
      ...network,
      initializer: `initializer ${own.initializer}`,
      seed: own.seed,
      state: !isKept ? 'pruned' : converged ? 'converged' : 'notConverged',
      epochsToTarget: converged ? own.epochs : null,
      epochsRun: isKept ? training.epochs : rung,
      testLoss: null,
      testAccuracy: isKept ? 0.9 + 0.02 * stream.normal() : null,
    };
  });
}

/** Of so many races of initializers that are alike, those in which the first two are told apart at a level of 5 %. */
export function falseDifferences(initializers: number, seeds: number, runs: number, ranking: Ranking): number {
  let found = 0;
  for (let run = 0; run < runs; run++) {
    const stream = randomStream(run, 'alike', initializers, seeds);
    const scored = scoreTrials(race(initializers, seeds, stream, { ranking }), training, 'testAccuracy');
    const scoresOf = (name: string) =>
      scored
        .filter(({ trial }) => trial.initializer === name)
        .map(({ score }) => score)
        .sort((a, b) => a - b);
    if (permutationTest(scoresOf('initializer 0'), scoresOf('initializer 1'), stream) <= 0.05) found += 1;
  }
  return found;
}
