import { hasResult } from '../../core/comparison/score-trials.ts';
import { atBestRates } from '../../core/comparison/best-rate.ts';
import { compareInitializers } from '../../core/comparison/compare-initializers.ts';
import { glorotRules, glorotTheory, gradientTheory } from '../../core/papers/glorot-2010.ts';
import { measuredAtStart } from '../../core/papers/layer-factor.ts';
import type { PaperInput } from '../../core/papers/paper.ts';
import { epochsByDepth, saxeRules } from '../../core/papers/saxe-2013.ts';
import { deepestTrained, publishedMultiple, trainedDepths } from '../../core/papers/schoenholz-2017.ts';
import { quantile } from '../../core/statistics/quantile.ts';
import { numberText } from '../explain/explain-layer.ts';
import { metricText } from '../report/numbers.ts';
import { markdownTable } from './page.ts';

const short = (value: number) => numberText(Number(value.toPrecision(3)));

/** Median of every layer, theory in brackets. */
export function glorotTable(input: PaperInput): string {
  const { depth } = input.trials[0]!;
  const rows = glorotRules.flatMap((rule) => {
    const cell = input.trials.filter(({ initializer }) => initializer === rule);
    const theory = glorotTheory(input, cell);
    const median = (layer: number, measure: 'activationVariance' | 'backpropagatedVariance') =>
      quantile(measuredAtStart(input, cell, layer, measure), 0.5);
    const layers = Array.from({ length: depth }, (_, i) => i + 1);
    const gradients = gradientTheory(input, cell);
    return [
      [
        rule,
        'activations',
        ...layers.map((l) => `${short(median(l, 'activationVariance'))} (${short(theory[l - 1]!.activationVariance)})`),
      ],
      [
        rule,
        'gradient',
        ...layers.map((l) => `${short(median(l, 'backpropagatedVariance'))} (${short(gradients[l - 1]!)})`),
      ],
    ];
  });
  return markdownTable(
    ['initializer', 'variance of', ...Array.from({ length: depth }, (_, i) => `layer ${i + 1}`)],
    rows,
  );
}

/** Trials at the target, median epochs until it, and test accuracy. */
export function heTable({ trials, epochs, target }: PaperInput): string {
  const rows = compareInitializers(trials, { epochs, target }).flatMap(({ group, results, metric }) =>
    results.map((result) => [
      String(group.depth + 1),
      result.initializer,
      `${result.converged} of ${result.trials}`,
      result.epochsText,
      metricText(result.testMetric, metric),
    ]),
  );
  return markdownTable(
    ['layers', 'initializer', 'at the target', 'median epochs until it', 'test accuracy (IQM)'],
    rows,
  );
}

/** Epochs by depth, and the rates that were chosen. */
export function saxeTable(input: PaperInput): string {
  const { choices } = atBestRates(input.trials, { epochs: input.epochs, target: input.target });
  const rows = Object.values(saxeRules).flatMap((initializer) =>
    epochsByDepth(input, initializer).map(({ depth, epochs }) => {
      const choice = choices.find(({ cell }) => cell.initializer === initializer && cell.depth === depth)!;
      const rates = [...new Set(choice.parts.map(({ learningRate }) => learningRate))].sort((a, b) => a - b);
      return {
        initializer,
        depth,
        text: `${short(quantile(epochs, 0.5))} at ${rates.join(', ')}`,
      };
    }),
  );
  const depths = [...new Set(rows.map(({ depth }) => depth))];
  return markdownTable(
    ['median epochs to the target at the best rate', ...depths.map((depth) => `depth ${depth}`)],
    Object.values(saxeRules).map((initializer) => [
      initializer,
      ...depths.map((depth) => rows.find((row) => row.initializer === initializer && row.depth === depth)?.text ?? '-'),
    ]),
  );
}

/** Every point with its correlation length, and the depths that were trained. */
export function schoenholzTable(input: PaperInput): string {
  const rows = trainedDepths(input).map((row) => [
    short(row.weightVariance),
    short(row.correlationLength),
    short(publishedMultiple * row.correlationLength),
    String(deepestTrained(row) ?? '-'),
    ...row.trained.map((seeds) => `${seeds.filter(Boolean).length}/${seeds.length}`),
  ]);
  const { depths } = trainedDepths(input)[0]!;
  return markdownTable(
    ['sigmaW²', 'xi', `${publishedMultiple} xi`, 'deepest trained', ...depths.map((depth) => `depth ${depth}`)],
    rows,
  );
}

/** How many trials of which kind the numbers rest on. */
export function trialsText(trials: readonly PaperInput['trials'][number][]): string {
  const seeds = new Set(trials.map(({ seed }) => seed)).size;
  const diverged = trials.filter(({ state }) => state === 'diverged').length;
  const told = trials.filter(hasResult).length;
  return `${told} trials, ${seeds} seeds a cell${diverged > 0 ? `, ${diverged} diverged` : ''}`;
}
