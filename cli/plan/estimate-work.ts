import { BugError } from '../../core/errors.ts';
import type { Plan } from '../../core/sweep/plan.ts';
import type { DatasetSpec, TrialConfig } from '../../core/trial/trial-config.ts';
import type { Dataset } from '../../training/datasets/dataset.ts';
import type { StackShape } from '../../training/backend.ts';
import { stepsPerEpoch } from '../../training/epoch-order.ts';
import { parameterLayout } from '../../training/parameter-layout.ts';
import { shapeOf } from '../../training/stack-shape.ts';

/** Work of one trial that trains all its epochs. */
export interface TrialWork {
  readonly config: TrialConfig;
  readonly dataset: Dataset;
  readonly shape: StackShape;
  readonly steps: number;
  /** Floating-point operations of the matrix products, a multiplication and an addition counted as two. */
  readonly flops: number;
}

/** Work of all trials of a sweep. */
export interface SweepWork {
  readonly steps: number;
  readonly flops: number;
  /** The trial below which lies half of the work: what a measured rate should be measured on. */
  readonly typical: TrialWork;
}

/** Sums the work of all trials, of which there is one at least and none ends early. `load` gives a data set; each is asked for once. */
export async function estimateWork(plan: Plan, load: (spec: DatasetSpec) => Promise<Dataset>): Promise<SweepWork> {
  const datasets = new Map<string, Dataset>();
  // Trials of one shape cost the same: a grid of many seeds has few shapes.
  const shapes = new Map<string, { work: TrialWork; trials: number }>();
  for (let position = 0; position < plan.gridSize; position += 1) {
    const config = plan.at(position)?.config;
    if (config === undefined) continue;
    const { network, normalization, depth, width, batchSize, epochs } = config;
    const datasetKey = JSON.stringify(config.dataset);
    const key = JSON.stringify([network, normalization, depth, width, batchSize, epochs, datasetKey]);
    const shape = shapes.get(key);
    if (shape !== undefined) {
      shape.trials += 1;
      continue;
    }
    const dataset = datasets.get(datasetKey) ?? (await load(config.dataset));
    datasets.set(datasetKey, dataset);
    shapes.set(key, { work: trialWork(config, dataset), trials: 1 });
  }
  const ordered = [...shapes.values()].toSorted((a, b) => a.work.flops - b.work.flops);
  const flops = ordered.reduce((sum, { work, trials }) => sum + work.flops * trials, 0);
  const steps = ordered.reduce((sum, { work, trials }) => sum + work.steps * trials, 0);
  let below = 0;
  for (const { work, trials } of ordered) {
    below += work.flops * trials;
    if (below >= flops / 2) return { steps, flops, typical: work };
  }
  throw new BugError('a plan without trials has no work', { gridSize: plan.gridSize });
}

/**
 * Per step and kernel 2 B fanIn fanOut for the forward pass, as much for the kernel's gradient, and as much for the gradient that
 * is handed down, which the first kernel need not do, all at every position of a convolution; per epoch a forward pass over the validation split.
 */
export function trialWork(config: TrialConfig, dataset: Dataset): TrialWork {
  const { batchSize, epochs } = config;
  const shape = shapeOf(config, dataset);
  const kernels = parameterLayout(shape).layers.map(({ fanIn, units, positions }) => positions * fanIn * units);
  const weights = kernels.reduce((sum, size) => sum + size, 0);
  const steps = epochs * stepsPerEpoch(dataset.splits.train.examples, batchSize);
  const flopsPerStep = 2 * batchSize * (3 * weights - kernels[0]!);
  const flops = steps * flopsPerStep + epochs * 2 * dataset.splits.validation.examples * weights;
  return { config, dataset, shape, steps, flops };
}
