import { atBestRates } from '../../core/comparison/best-rate.ts';
import { compareInitializers } from '../../core/comparison/compare-initializers.ts';
import type { ComparedTraining, GroupComparison } from '../../core/comparison/comparison.ts';
import { finalTrialStates } from '../../core/trial/trial-record.ts';
import type { SweepStore, TrialOutcomeRow } from '../../storage/sweep-store.ts';
import { durationText } from '../progress/progress-text.ts';
import { answer } from './answer.ts';
import { bestRatesTable } from './best-rates-table.ts';
import { comparisonTable } from './comparison-table.ts';
import { pruningText } from './pruning-text.ts';
import { resultTable } from './result-table.ts';

const failuresShown = 3;

/** Prints all that a sweep's finished trials say: counts, result table, comparison, answer in words. */
export async function showResults(store: SweepStore, sweepId: string): Promise<void> {
  const sweep = await store.readSweep(sweepId);
  const outcomes = await store.outcomes(sweepId);
  console.log(`\n${sweep.spec.name}: ${countsText(outcomes, sweep.trialCount)}.`);
  console.log(provenanceText(outcomes));
  for (const line of failureLines(outcomes)) console.log(line);
  if (outcomes.length === 0) return;
  const { target, epochs } = sweep.spec.training;
  const comparisons = compareInitializers(outcomes, { epochs, target });

  const goal = target === null ? '' : `median epochs until ${target.metric} ${target.threshold} · `;
  const metric = comparisons[0]?.metric === 'testLoss' ? 'test loss' : 'test accuracy';
  console.log(`\nResults over seeds: ${goal}${metric} (interquartile mean)`);
  console.log(resultTable(comparisons));
  console.log(
    '\nComparison, best first, with 95 % intervals. "1 is better": chance that a run of the first beats one of this.',
  );
  if (target !== null) console.log(`"> ${epochs}": most seeds had not met the target when the budget of epochs ended.`);
  console.log(comparisonTable(comparisons));
  const answered = sweep.spec.axes.learningRate.length > 1 ? showBestRates(outcomes, { epochs, target }) : comparisons;
  console.log(`\nAnswer`);
  for (const sentence of answer(answered)) console.log(`  ${sentence}`);
  for (const sentence of pruningText(sweep.spec, outcomes, answered)) console.log(`  ${sentence}`);
  console.log('');
}

/** Prints what each initializer does at its own best learning rate, and answers the comparison. */
function showBestRates(outcomes: readonly TrialOutcomeRow[], training: ComparedTraining): GroupComparison[] {
  const { trials, choices } = atBestRates(outcomes, training);
  const comparisons = compareInitializers(trials, training);
  console.log('\nEach initializer at its own best learning rate');
  console.log('Each half of the seeds is shown at the rate that the other half chose, by validation data alone.');
  console.log(resultTable(comparisons));
  console.log(comparisonTable(comparisons));
  console.log('The rates chosen. An arrow marks an end of those tried: a better one may lie beyond.');
  console.log(bestRatesTable(choices));
  return comparisons;
}

function countsText(outcomes: readonly TrialOutcomeRow[], total: number): string {
  const counts = finalTrialStates
    .map((state) => ({ state, count: outcomes.filter((row) => row.state === state).length }))
    .filter(({ count }) => count > 0)
    .map(({ state, count }) => `${count} ${state}`);
  return [`${outcomes.length} of ${total} trials have ended`, ...counts].join(', ');
}

function provenanceText(outcomes: readonly TrialOutcomeRow[]): string {
  const backends = [...new Set(outcomes.flatMap(({ backend }) => backend ?? []))].sort();
  const trainedMs = outcomes.reduce((sum, { durationMs, reused }) => sum + (reused ? 0 : (durationMs ?? 0)), 0);
  const reused = outcomes.filter((row) => row.reused).length;
  return [
    `Backend: ${backends.join(', ') || 'none'}`,
    ...(trainedMs > 0 ? [`time in the trainer: ${durationText(trainedMs)}`] : []),
    ...(reused > 0 ? [`${reused} results taken over from earlier sweeps`] : []),
  ].join(' · ');
}

function failureLines(outcomes: readonly TrialOutcomeRow[]): string[] {
  const failed = outcomes.filter(({ state }) => state === 'failed');
  const lines = failed.slice(0, failuresShown).map(({ number, reason }) => `  trial ${number} failed: ${reason}`);
  return failed.length > failuresShown ? [...lines, `  and ${failed.length - failuresShown} more`] : lines;
}
