import { availableParallelism } from 'node:os';
import { UserError } from '../../core/errors.ts';
import { axisLabels } from '../../core/sweep/exclusions.ts';
import { parseSweep } from '../../core/sweep/parse-sweep.ts';
import { createPlan, type Plan } from '../../core/sweep/plan.ts';
import type { SweepSpec } from '../../core/sweep/sweep-spec.ts';
import { cellOf, cellParts, isTold, type CellLabels } from '../../core/trial/labels.ts';
import type { TrialConfig } from '../../core/trial/trial-config.ts';
import { chooseBackend } from '../../training/backends/choose-backend.ts';
import { loadDataset } from '../../training/datasets/load-dataset.ts';
import { readSweepLimits } from '../../workers/config.ts';
import { estimateWork, type SweepWork } from '../plan/estimate-work.ts';
import { measureStepsPerSecond } from '../plan/measure-rate.ts';
import { durationText } from '../progress/progress-text.ts';
import { rungsText } from '../report/pruning-text.ts';
import { readSweepFile } from '../sweep-file.ts';

const trialsShown = 10;

/** `initsweep plan FILE`: the same check and the same messages as the workflow's, and what the sweep would do. */
export async function planCommand(file: string): Promise<void> {
  const spec = parseSweep(await readSweepFile(file), readSweepLimits(process.env));
  const plan = createPlan(spec);
  console.log(describeGrid(spec, plan).join('\n'));
  if (plan.trialCount === 0) throw new UserError('Every combination is excluded: no trial is left.');
  console.log((await describeWork(spec, plan)).join('\n'));
  console.log(`\nThe first trials, in the order in which they start:`);
  console.log(
    firstTrials(plan)
      .map((label) => `  ${label}`)
      .join('\n'),
  );
}

function describeGrid(spec: SweepSpec, plan: Plan): string[] {
  const { name, description, axes, training, run } = spec;
  const values = Object.entries(axisLabels(axes));
  const { target, epochs, stopAtTarget, loss } = training;
  const goal =
    target === null ? 'no target' : `target ${target.metric} ${target.threshold}${stopAtTarget ? ', ends there' : ''}`;
  return [
    description === '' ? name : `${name}: ${description}`,
    '',
    ...values.map(([axis, labels]) => `${axis.padEnd(13)}${String(labels.length).padStart(5)}  ${shorten(labels)}`),
    '',
    `grid       ${values.map(([, labels]) => labels.length).join(' x ')} = ${plan.gridSize} combinations`,
    `excluded   ${plan.gridSize - plan.trialCount}`,
    `trials     ${plan.trialCount}`,
    `training   ${epochs} epochs at most, ${loss}, ${goal}; ${run.concurrency} trials at once`,
    ...pruningLine(spec),
  ];
}

function pruningLine(spec: SweepSpec): string[] {
  const pruning = spec.adaptive?.pruning;
  if (pruning === undefined) return [];
  return [
    `pruning    ${rungsText(spec)}, the best of ${pruning.reduction} trials of a network goes on (by validation loss)`,
  ];
}

function shorten(labels: readonly (string | number)[]): string {
  const shown = labels.slice(0, 8).join(', ');
  return labels.length > 8 ? `${shown}, ... ${labels.at(-1) ?? ''}` : shown;
}

async function describeWork(spec: SweepSpec, plan: Plan): Promise<string[]> {
  const datasetFolder = process.env['SWEEP_DATASETS'] ?? null;
  const work = await estimateWork(plan, (dataset) => loadDataset(dataset, { datasetFolder }));
  const amount = `work       at most ${count(work.steps)} steps, ${count(work.flops)} floating-point operations`;
  return [amount, await describeTime(spec, work)];
}

/** The rate of this machine's own backend; other machines may train beside it, and trials that meet their target end early. */
async function describeTime({ run }: SweepSpec, { flops, typical }: SweepWork): Promise<string> {
  const { backend } = await chooseBackend(process.env['SWEEP_BACKEND'] || 'auto');
  const trainers = Number(process.env['SWEEP_TRAINERS']) || availableParallelism();
  try {
    const rate = await measureStepsPerSecond(backend, typical);
    // Steps of other shapes are taken to cost in proportion to their operations.
    const seconds = flops / (typical.flops / typical.steps) / (rate * Math.min(trainers, run.concurrency));
    return (
      `time       about ${durationText(1000 * seconds)} at most on this machine: ${backend.name} does ${count(rate)} steps a second of ` +
      `${networkText(typical.config)} in one trainer, measured now; ${trainers} trainers, no trial ending early`
    );
  } finally {
    await backend.dispose();
  }
}

function networkText(config: TrialConfig): string {
  const cell = cellOf(config);
  const told = new Set<keyof CellLabels>(['network', 'normalization', 'depth', 'width']);
  return cellParts(cell, (axis) => told.has(axis) && isTold(cell, axis)).join(', ');
}

/** `1,234`, `3.4 million`, `5.6e15`. */
function count(value: number): string {
  if (value < 1e6) return Math.round(value).toLocaleString('en');
  for (const [unit, name] of [
    [1e6, 'million'],
    [1e9, 'billion'],
    [1e12, 'trillion'],
  ] as const) {
    if (value < 1000 * unit) return `${(value / unit).toPrecision(3)} ${name}`;
  }
  return value.toExponential(1);
}

function firstTrials(plan: Plan): string[] {
  const labels: string[] = [];
  for (let position = 0; position < plan.gridSize && labels.length < trialsShown; position += 1) {
    const trial = plan.at(position);
    if (trial !== null) labels.push(trial.label);
  }
  return labels;
}
