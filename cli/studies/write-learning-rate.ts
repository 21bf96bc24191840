import { atBestRates } from '../../core/comparison/best-rate.ts';
import { compareInitializers } from '../../core/comparison/compare-initializers.ts';
import type { GroupComparison } from '../../core/comparison/comparison.ts';
import { lineChart } from '../charts/line-chart.ts';
import { rateSensitivityCharts } from '../charts/rate-sensitivity.ts';
import { metricText } from '../report/numbers.ts';
import type { StackConnection } from '../stack-connection.ts';
import { finishedSweep } from './finished-sweep.ts';
import { markdownTable, repositoryFile, writeParts, writePicture } from './page.ts';
import { runStudy } from './run-study.ts';

/** `npm run learning-rate`: runs examples/learning-rate.json, or takes what there is of it, and writes the numbers and pictures of docs/learning-rate.md. */
async function writeLearningRate({ store, ...stack }: StackConnection): Promise<void> {
  const { id, spec } = await finishedSweep({ store, ...stack }, repositoryFile('examples/learning-rate.json'));
  const { epochs, target } = spec.training;
  const training = { epochs, target };
  const outcomes = await store.outcomes(id);
  const atEachRate = compareInitializers(outcomes, training);
  const { trials, choices } = atBestRates(outcomes, training);
  const atBest = compareInitializers(trials, training);

  const pictures = await Promise.all(
    rateSensitivityCharts(atEachRate).map((chart) =>
      writePicture(
        `learning-rate-${chart.title.split(' ')[0]!}`,
        lineChart(chart),
        `Test accuracy by learning rate of every initializer, ${chart.title}`,
      ),
    ),
  );
  const rows = atBest.flatMap(({ group, results, metric }) =>
    results.map((result) => {
      const choice = choices.find(
        ({ cell }) => cell.initializer === result.initializer && cell.activation === group.activation,
      )!;
      const rates = [...new Set(choice.parts.map(({ learningRate }) => learningRate))].sort((a, b) => a - b);
      return [
        group.activation,
        result.initializer,
        rates.join(', '),
        result.epochsText,
        metricText(result.testMetric, metric),
      ];
    }),
  );
  const head = ['network', 'initializer', 'rates chosen', 'median epochs to the target', 'test accuracy (IQM)'];
  const ranks = markdownTable(
    ['network', ...spec.axes.learningRate.map((rate) => `first at ${rate}`), 'first at the best rate'],
    atBest.map(({ group: { activation }, verdict, results }) => [
      activation,
      ...spec.axes.learningRate.map((rate) => {
        const at = atEachRate.find(({ group }) => group.activation === activation && group.learningRate === rate)!;
        return firstText(at);
      }),
      firstText({ verdict, results }),
    ]),
  );
  await writeParts('docs/learning-rate.md', {
    pictures: pictures.join('\n\n'),
    best: markdownTable(head, rows),
    first: ranks,
  });
}

/** The best initializer, or how many are not told apart from it. */
function firstText({ verdict, results }: Pick<GroupComparison, 'verdict' | 'results'>): string {
  if (results.every(({ converged }) => converged === 0)) return 'none at the target';
  return verdict.kind === 'best' ? verdict.initializer : `undecided: ${verdict.among.join(', ')}`;
}

await runStudy(writeLearningRate);
