import { initializerStyle } from '../../core/presentation/initializer-colours.ts';
import { epochsUntilTarget, hasResult } from '../../core/comparison/score-trials.ts';
import { glorotRules, glorotTheory, gradientTheory } from '../../core/papers/glorot-2010.ts';
import { heDepths, heRules } from '../../core/papers/he-2015.ts';
import { type LayerMeasure, measuredAtStart } from '../../core/papers/layer-factor.ts';
import type { PaperInput } from '../../core/papers/paper.ts';
import { epochsByDepth, saxeRules } from '../../core/papers/saxe-2013.ts';
import { publishedMultiple, trainedDepths, trainingLimit } from '../../core/papers/schoenholz-2017.ts';
import { quantile } from '../../core/statistics/quantile.ts';
import { heatmap } from '../charts/heatmap.ts';
import { initializerLine, lineChart, type ChartLine, type LinePoint } from '../charts/line-chart.ts';

/** A picture of docs/pictures: file name without ending, SVG, and what it shows for those who cannot see it. */
export interface Picture {
  readonly name: string;
  readonly svg: string;
  readonly alternative: string;
}

/** Median over seeds with the quartiles as band. */
function spreadPoint(x: number, values: readonly number[]): LinePoint {
  return { x, y: quantile(values, 0.5), low: quantile(values, 0.25), high: quantile(values, 0.75) };
}

/** Figures 7 and 6: spread by layer, with mean-field theory. */
export function glorotCharts(input: PaperInput): Picture[] {
  const cells = glorotRules.map((rule) => input.trials.filter(({ initializer }) => initializer === rule));
  const { depth } = input.trials[0]!;
  const layers = Array.from({ length: depth }, (_, i) => i + 1);
  const lines = (measure: LayerMeasure, theoryOf: (cell: (typeof cells)[number]) => LinePoint[]): ChartLine[] =>
    cells.map((cell) =>
      initializerLine(
        cell[0]!.initializer,
        layers.map((layer) => spreadPoint(layer, measuredAtStart(input, cell, layer, measure))),
        theoryOf(cell),
      ),
    );
  const gradients = lines('backpropagatedVariance', (cell) => {
    const theory = gradientTheory(input, cell);
    return layers.map((layer) => ({ x: layer, y: theory[layer - 1]! }));
  });
  const activations = lines('activationVariance', (cell) => {
    const theory = glorotTheory(input, cell);
    return layers.map((layer) => ({ x: layer, y: theory[layer - 1]!.activationVariance }));
  });
  const about = 'by hidden layer just after initialization: common heuristic and normalized rule, with theory';
  return [
    {
      name: 'glorot-2010-gradients',
      alternative: `Variance of the back-propagated gradient ${about}`,
      svg: lineChart({
        title: 'Back-propagated gradient before training',
        xLabel: 'hidden layer',
        yLabel: 'variance',
        yScale: 'log',
        lines: gradients,
      }),
    },
    {
      name: 'glorot-2010-activations',
      alternative: `Variance of the activations ${about}`,
      svg: lineChart({
        title: 'Activations before training',
        xLabel: 'hidden layer',
        yLabel: 'variance',
        yScale: 'log',
        lines: activations,
      }),
    },
  ];
}

/** Figures 2 and 3: the share of trials at the target by epoch. */
export function heChart({ trials, epochs }: PaperInput): Picture[] {
  const lines = [heDepths.shallow, heDepths.deep].flatMap((depth) =>
    [heRules.he, heRules.xavier].map((initializer): ChartLine => {
      const own = trials.filter(
        (trial) => trial.initializer === initializer && trial.depth === depth && hasResult(trial),
      );
      const times = own.map(epochsUntilTarget);
      const points = Array.from({ length: epochs + 1 }, (_, x) => ({
        x,
        y: times.filter((time) => time <= x).length / own.length,
      }));
      const { colour } = initializerStyle(initializer);
      return {
        label: `${initializer}, ${depth + 1} layers`,
        colour,
        dash: depth === heDepths.shallow ? [6, 4] : null,
        points,
      };
    }),
  );
  return [
    {
      name: 'he-2015',
      alternative: 'Share of trials at the target by epoch, with 22 and 30 layers, from He and from Xavier weights',
      svg: lineChart({
        title: 'Trials at the target',
        xLabel: 'epoch',
        yLabel: 'share, %',
        isPercent: true,
        isStepped: true,
        yDomain: [0, 1],
        lines,
      }),
    },
  ];
}

/** Figure 6: epochs to learn over depth, each depth at its best rate. */
export function saxeChart(input: PaperInput): Picture[] {
  const lines = Object.values(saxeRules).map((initializer) =>
    initializerLine(
      initializer,
      epochsByDepth(input, initializer).map(({ depth, epochs }) => spreadPoint(depth, epochs)),
    ),
  );
  return [
    {
      name: 'saxe-2013',
      alternative:
        'Epochs to learn over depth of deep linear networks, from scaled Gaussian and from orthogonal weights',
      svg: lineChart({
        title: 'Deep linear networks at their best learning rates',
        xLabel: 'hidden layers',
        yLabel: 'epochs to the target',
        xScale: 'log',
        yScale: 'log',
        lines,
      }),
    },
  ];
}

/** Figure 5: which depths are trained for which sigmaW^2, and where training ends beside 6 xi. */
export function schoenholzCharts(input: PaperInput): Picture[] {
  const rows = trainedDepths(input);
  const { depths } = rows[0]!;
  const nameOf = (variance: number) => String(Number(variance.toPrecision(3)));
  const isReached = (depth: number, xi: number) => depth <= publishedMultiple * xi;
  const cells = rows.flatMap(({ weightVariance, correlationLength, trained }) =>
    depths.map((depth, i) => {
      const seeds = trained[i]!;
      const hits = seeds.filter(Boolean).length;
      return {
        row: String(depth),
        column: nameOf(weightVariance),
        value: hits / seeds.length,
        text: `${hits}/${seeds.length}${isReached(depth, correlationLength) ? ' ◂' : ''}`,
      };
    }),
  );
  const deepest = depths.at(-1)!;
  const { colour } = initializerStyle('meanField');
  return [
    {
      name: 'schoenholz-2017-trained',
      alternative:
        'Seeds trained by depth and weight variance of tanh networks; marked: depths up to six correlation lengths',
      svg: heatmap({
        title: `Seeds trained, by hidden layers and sigmaW² (◂: up to ${publishedMultiple} xi)`,
        rows: depths.map(String).toReversed(),
        columns: rows.map(({ weightVariance }) => nameOf(weightVariance)),
        cells,
        domain: [0, 1],
        cellWidth: 58,
      }),
    },
    {
      name: 'schoenholz-2017-limit',
      alternative: 'Depth at which training ends over the weight variance, beside six correlation lengths',
      svg: lineChart({
        title: `Where training ends, and ${publishedMultiple} xi`,
        xLabel: 'sigmaW²',
        yLabel: 'hidden layers',
        yScale: 'log',
        yDomain: [depths[0]! / 2, 2 * deepest],
        lines: [
          {
            label: 'trained by half of the seeds',
            colour,
            dash: null,
            points: rows.map((row) => ({ x: row.weightVariance, y: trainingLimit(row) ?? deepest })),
            theory: rows.map(({ weightVariance, correlationLength }) => ({
              x: weightVariance,
              y: Math.min(publishedMultiple * correlationLength, 2 * deepest),
            })),
          },
        ],
      }),
    },
  ];
}
