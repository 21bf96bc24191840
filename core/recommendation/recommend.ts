// Which initializer the trials of all finished sweeps recommend for a network that a person describes. No I/O.
import type { Activation } from '../activations/activation.ts';
import { theoryChoice } from '../claims/framework.ts';
import { claimThresholds } from '../claims/thresholds.ts';
import type { NetworkBuild } from '../networks/network.ts';
import { randomStream } from '../random/random-stream.ts';
import { bootstrapInterval } from '../statistics/bootstrap.ts';
import type { Interval } from '../statistics/interval.ts';
import { probabilityOfImprovement } from '../statistics/probability-of-improvement.ts';
import { parseInitializer } from '../sweep/parse-choice.ts';
import { cornersAround, type Corner, type EvidenceTrial } from './evidence.ts';

export interface DescribedNetwork extends NetworkBuild {
  readonly activation: Activation;
  readonly depth: number;
  readonly width: number;
}

export interface RankedInitializer {
  readonly initializer: string;
  /** Mean place of its trials among those of their networks, 0 the worst, 1 the best, interpolated to the network asked about. */
  readonly place: number;
  readonly trials: number;
  /** Of the measured network where it has the fewest. */
  readonly seeds: number;
  /** Chance that a run of the first does better than one of this; null for the first. */
  readonly beatenByFirst: { readonly probability: number; readonly interval: Interval } | null;
}

export interface Recommendation {
  /** Best first; empty: not measured. */
  readonly ranking: readonly RankedInitializer[];
  /** Those that are not told apart from the first, itself included: one name is a decision. */
  readonly notToldApart: readonly string[];
  readonly corners: readonly Corner[];
  /** Names of the sweeps that the trials are from. */
  readonly sweeps: readonly string[];
  /** Mean-field theory's choice, among those ranked, or among the usual ones where none was measured. */
  readonly theory: readonly string[];
}

/** What theory chooses from, and what a sweep would measure, where nothing was measured. */
export const usualInitializers = ['heNormal', 'glorotNormal', 'lecunNormal', 'orthogonal', 'normal(sd=0.01)'] as const;

/**
 * Ranks the initializers that were measured in every network around the one described; see cornersAround. One is recommended where it is ahead of
 * every other beyond chance: at least 4 seeds in each network, and a bootstrap interval over seeds, stratified by network, above a half.
 *
 * @param trials finished trials of the described activation, network and normalization, each once
 */
export function recommend(trials: readonly EvidenceTrial[], network: DescribedNetwork): Recommendation {
  const corners = cornersAround(trials, network.depth, network.width);
  const measured = [...new Set(corners.flatMap(({ places }) => [...places.keys()]))];
  const labels = measured.filter((label) => corners.every(({ places }) => places.has(label))).sort();
  const placed = labels
    .map((initializer) => ({
      initializer,
      place: weighted(corners, (corner) => mean(corner.places.get(initializer)!)),
    }))
    .sort((a, b) => b.place - a.place);
  const first = placed[0]?.initializer;
  const ranking = placed.map(({ initializer, place }): RankedInitializer => {
    const own = corners.map((corner) => corner.trials.filter((trial) => trial.initializer === initializer));
    return {
      initializer,
      place,
      trials: own.reduce((sum, members) => sum + members.length, 0),
      seeds: Math.min(...own.map((members) => new Set(members.map(({ seed }) => seed)).size)),
      beatenByFirst: initializer === first ? null : improvement(corners, first!, initializer),
    };
  });
  const rivals = ranking.filter((other) => !isBehind(ranking[0]!, other));
  return {
    ranking,
    notToldApart: rivals.map(({ initializer }) => initializer),
    corners,
    sweeps: [...new Set(corners.flatMap((corner) => corner.trials.map(({ sweep }) => sweep)))].sort(),
    theory: theoryFor(network, labels.length === 0 ? usualInitializers : labels),
  };
}

function theoryFor(network: DescribedNetwork, labels: readonly string[]): string[] {
  const cells = labels.map((label) => ({ label, initializer: parseInitializer(label) }));
  return theoryChoice({ ...network, cells }).map(({ label }) => label);
}

function isBehind(first: RankedInitializer, other: RankedInitializer): boolean {
  if (Math.min(first.seeds, other.seeds) < claimThresholds.fewestSeeds) return false;
  return (other.beatenByFirst?.interval.low ?? 0) > 0.5;
}

function improvement(corners: readonly Corner[], first: string, other: string): RankedInitializer['beatenByFirst'] {
  const strata = corners.flatMap(({ places }) => [places.get(first)!, places.get(other)!]);
  const statistic = (drawn: readonly (readonly number[])[]) =>
    weighted(corners, (_, i) => probabilityOfImprovement(drawn[2 * i]!, drawn[2 * i + 1]!));
  const stream = randomStream(0, 'recommendation', first, other);
  return { probability: statistic(strata), interval: bootstrapInterval(strata, statistic, stream) };
}

/** Mean over corners by their weights, every setting counting the same. */
function weighted(corners: readonly Corner[], valueOf: (corner: Corner, index: number) => number): number {
  const total = corners.reduce((sum, { weight }) => sum + weight, 0);
  return corners.reduce((sum, corner, i) => sum + corner.weight * valueOf(corner, i), 0) / total;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
