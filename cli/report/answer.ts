import type { GroupComparison } from '../../core/comparison/comparison.ts';
import { listText } from './numbers.ts';

/** Networks that a sentence names before it only counts the rest. */
const namedNetworks = 6;

/** What the sweep answers to "which initialization suits which network?", in a few sentences. Says nothing that the verdicts do not. */
export function answer(comparisons: readonly GroupComparison[]): string[] {
  return [
    ...bestSentences(comparisons),
    ...undecidedSentences(comparisons),
    ...neverSentences(comparisons),
    ...givenUpSentences(comparisons),
    ...divergedSentences(comparisons),
  ];
}

function bestSentences(comparisons: readonly GroupComparison[]): string[] {
  const networks = collect(comparisons, ({ verdict, results }) => {
    if (verdict.kind !== 'best') return [];
    // Where trials were given up it is ahead of what they had come to, not of what they would have.
    const isRace = results.some(({ pruned }) => pruned > 0);
    return [`${verdict.initializer} is ahead of all others${isRace ? ' in the race' : ''}`];
  });
  return [...networks].map(([answered, titles]) => `${answered} for ${networkList(titles)}.`);
}

function undecidedSentences(comparisons: readonly GroupComparison[]): string[] {
  const networks = collect(comparisons, ({ verdict }) =>
    verdict.kind === 'undecided' && verdict.among.length > 1 ? [`${listText(verdict.among)} (${verdict.reason})`] : [],
  );
  return [...networks].map(
    ([among, titles]) => `Undecided for ${networkList(titles)}: the trials do not tell apart ${among}.`,
  );
}

/** Initializers of which no trial met the target where others did. */
function neverSentences(comparisons: readonly GroupComparison[]): string[] {
  const networks = collect(comparisons, ({ results }) => {
    if (results.every(({ converged }) => converged === 0)) return [];
    const never = results.filter(({ trials, converged, pruned }) => trials > 0 && converged === 0 && pruned === 0);
    return never.map(({ initializer }) => initializer);
  });
  const nowhere = comparisons.filter(
    ({ results }) =>
      results.some(({ epochsText }) => epochsText.startsWith('>')) && results.every(({ converged }) => converged === 0),
  );
  return [
    ...[...networks].map(([initializer, titles]) => `${initializer} never met the target for ${networkList(titles)}.`),
    ...(nowhere.length === 0
      ? []
      : [
          `No initializer met the target for ${networkList(nowhere.map(({ title }) => title))} within the epochs given.`,
        ]),
  ];
}

/** Initializers of which no trial met the target, some of them because they were not given the time. */
function givenUpSentences(comparisons: readonly GroupComparison[]): string[] {
  const networks = collect(comparisons, ({ results }) =>
    results.filter(({ converged, pruned }) => pruned > 0 && converged === 0).map(({ initializer }) => initializer),
  );
  return [...networks].map(
    ([initializer, titles]) =>
      `${initializer} was behind for ${networkList(titles)}: its trials were given up early, or did not meet the target.`,
  );
}

function divergedSentences(comparisons: readonly GroupComparison[]): string[] {
  const networks = collect(comparisons, ({ results }) =>
    results.filter(({ diverged }) => diverged > 0).map(({ initializer }) => initializer),
  );
  return [...networks].map(([initializer, titles]) => `Trials of ${initializer} diverged for ${networkList(titles)}.`);
}

/** Which networks each key was found for, in their order. */
function collect(
  comparisons: readonly GroupComparison[],
  keysOf: (comparison: GroupComparison) => readonly string[],
): Map<string, string[]> {
  const networks = new Map<string, string[]>();
  for (const comparison of comparisons) {
    for (const key of keysOf(comparison)) networks.set(key, [...(networks.get(key) ?? []), comparison.title]);
  }
  return networks;
}

function networkList(titles: readonly string[]): string {
  if (titles.length <= namedNetworks) return listText(titles);
  return `${titles.slice(0, namedNetworks).join(', ')} and ${titles.length - namedNetworks} more networks`;
}
