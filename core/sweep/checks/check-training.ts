import type { Issue } from '../../errors.ts';
import { datasetLabel } from '../../trial/labels.ts';
import { datasetExamples, datasetTask, trainingShare } from '../../trial/datasets.ts';
import type { DatasetSpec, Loss } from '../../trial/trial-config.ts';
import { beyondLimit, type SweepLimits } from '../limits.ts';
import { issueAt } from '../mistakes/issues-of.ts';
import type { ReadableParts } from '../read-parts.ts';
import type { Axes } from '../sweep-spec.ts';

/** The loss where a file names none. */
export function defaultLoss(datasets: readonly DatasetSpec[]): Loss {
  return datasets.some((dataset) => datasetTask(dataset) === 'regression') ? 'meanSquaredError' : 'crossEntropy';
}

/** Mistakes that training, probes and data make together, and values given both on an axis and for all trials. */
export function checkTraining(input: unknown, parts: ReadableParts, axes: Axes, limits: SweepLimits): Issue[] {
  return [
    ...givenTwice(input, parts),
    ...lossIssues(input, parts.training, axes.dataset),
    ...targetIssues(input, parts.training, axes.dataset),
    ...probeIssues(input, parts),
    ...axes.dataset.flatMap((dataset) => sizeIssues(input, parts, dataset, axes.batchSize, limits)),
  ];
}

const shareable = ['network', 'normalization', 'width', 'learningRate', 'optimizer', 'batchSize', 'dataset'] as const;

function givenTwice(input: unknown, { axes, training }: ReadableParts): Issue[] {
  return shareable
    .filter((axis) => axes[axis].source === 'axes' && training[axis] !== undefined)
    .map((axis) => issueAt(input, ['training', axis], `is given by axes.${axis} already; keep one of the two`));
}

function lossIssues(input: unknown, training: ReadableParts['training'], datasets: readonly DatasetSpec[]): Issue[] {
  const tasks = new Set(datasets.map(datasetTask));
  if (tasks.size > 1) {
    return [
      { path: 'axes.dataset', message: 'mixes classification and regression, which share no loss; make two sweeps' },
    ];
  }
  const task = [...tasks][0];
  const { loss } = training;
  if (loss === undefined || task === undefined || (loss === 'crossEntropy') === (task === 'classification')) return [];
  const allowed = task === 'classification' ? 'crossEntropy' : 'meanSquaredError, huber';
  return [issueAt(input, ['training', 'loss'], `does not fit the data, which ask for ${task}; allowed: ${allowed}`)];
}

function targetIssues(input: unknown, training: ReadableParts['training'], datasets: readonly DatasetSpec[]): Issue[] {
  const { target, stopAtTarget } = training;
  const issues: Issue[] = [];
  if (stopAtTarget === true && target === null) {
    issues.push(issueAt(input, ['training', 'stopAtTarget'], 'needs a target: give training.target, or leave it out'));
  }
  const regression = datasets.some((dataset) => datasetTask(dataset) === 'regression');
  if (regression && target?.metric.endsWith('Accuracy')) {
    issues.push(
      issueAt(
        input,
        ['training', 'target', 'metric'],
        'is not known for regression; allowed: validationLoss, trainLoss',
      ),
    );
  }
  return issues;
}

function probeIssues(input: unknown, { probes, training }: ReadableParts): Issue[] {
  const epochs = probes?.epochs;
  if (epochs === undefined || epochs === 'none') return [];
  return epochs.flatMap((epoch, i) => {
    const path = ['probes', 'epochs', i];
    if (epochs.indexOf(epoch) !== i) return [issueAt(input, path, 'is listed already; leave one out')];
    if (epoch === 'last' || training.epochs === undefined || epoch <= training.epochs) return [];
    return [issueAt(input, path, `is after the end: training.epochs is ${training.epochs}`)];
  });
}

/** Batches and steps, where the size of the set is known beforehand; of files the trainer learns it. */
function sizeIssues(
  input: unknown,
  { axes, training }: ReadableParts,
  dataset: DatasetSpec,
  batchSizes: readonly number[],
  limits: SweepLimits,
): Issue[] {
  const examples = datasetExamples(dataset);
  if (examples === null || batchSizes.length === 0) return [];
  const trained = Math.ceil(examples * trainingShare);
  const issues = batchSizes.flatMap((batchSize, i) => {
    if (batchSize <= trained) return [];
    const path = axes.batchSize.values[i]?.path ?? ['training', 'batchSize'];
    return [
      issueAt(
        input,
        path,
        `a batch of ${batchSize} is more than the ${trained} training examples of ${datasetLabel(dataset)}`,
      ),
    ];
  });
  const steps = (training.epochs ?? 0) * Math.floor(trained / Math.min(...batchSizes));
  if (steps > limits.stepsPerTrial) {
    const message = `makes ${steps} steps a trial on ${datasetLabel(dataset)}, ${beyondLimit(limits, 'stepsPerTrial')}`;
    issues.push(issueAt(input, ['training', 'epochs'], message));
  }
  return issues;
}
