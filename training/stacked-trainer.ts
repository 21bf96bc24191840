import { setImmediate } from 'node:timers/promises';
import { MachineError } from '../core/errors.ts';
import type { DatasetSpec, TrialConfig } from '../core/trial/trial-config.ts';
import type { Backend, StackShape } from './backend.ts';
import type { Dataset } from './datasets/dataset.ts';
import { StackGroup } from './stack-group.ts';
import type { Trainer, TrialJob, TrialOutcome, TrialProgress } from './trainer.ts';
import { asTrialError } from './trial-error.ts';
import { checkTrialFits, datasetFacts } from './trial-fit.ts';

/**
 * A Trainer with continuous batching: trials of all overlapping calls that share a shape and a data set are trained as one
 * stack, and groups of different shapes take turns of about 150 ms. A trial's numbers are the same alone and in
 * any company, because the stack keeps its slots apart and because initial weights, order of the examples and probes
 * depend on the trial's own seed and epoch only.
 *
 * Runs on the caller's thread, event loop and backend; `startTrainerProcess` puts it beside. Closes the backend with itself.
 */
export function createTrainer(backend: Backend, loadDataset: (spec: DatasetSpec) => Promise<Dataset>): Trainer {
  const groups = new Map<string, StackGroup>();
  let closed = false;
  let turning: Promise<void> | null = null;

  async function takeTurns(): Promise<void> {
    // The jobs of one call arrive one after the other within this tick: they are to start together.
    await setImmediate();
    while (groups.size > 0) {
      for (const [key, group] of groups) {
        try {
          await group.turn();
          if (group.idle) {
            groups.delete(key);
            group.dispose();
          }
        } catch (error) {
          groups.delete(key);
          group.fail(error);
        }
        await setImmediate();
      }
    }
    turning = null;
  }

  async function trainOne(
    job: TrialJob,
    onProgress: (progress: TrialProgress) => void,
    signal: AbortSignal,
  ): Promise<TrialOutcome> {
    let dataset: Dataset;
    try {
      dataset = await loadDataset(job.config.dataset);
      checkTrialFits(job.config, datasetFacts(dataset));
    } catch (error) {
      return { id: job.id, error: asTrialError(error) };
    }
    return new Promise((settle) => {
      const shape = shapeOf(job.config, dataset);
      const key = JSON.stringify([shape, dataset.hash]);
      const group = groups.get(key) ?? new StackGroup(backend, shape, dataset);
      groups.set(key, group);
      group.add({ job, onProgress, leaves: () => signal.aborted || closed, settle });
      turning ??= takeTurns();
    });
  }

  return {
    info: {
      backend: backend.name,
      arithmetic: backend.arithmetic,
      description: backend.description,
      places: backend.preferredCapacity,
    },

    async inspect(spec) {
      return datasetFacts(await loadDataset(spec));
    },

    async train(jobs, onProgress, signal) {
      signal.throwIfAborted();
      if (closed) throw new MachineError('The trainer is closed.');
      const outcomes = await Promise.all(jobs.map((job) => trainOne(job, onProgress, signal)));
      signal.throwIfAborted();
      return outcomes;
    },

    async close() {
      closed = true;
      await turning;
      await backend.dispose();
    },
  };
}

function shapeOf(config: TrialConfig, dataset: Dataset): StackShape {
  const hidden = Array.from({ length: config.depth }, () => config.width);
  return {
    layerSizes: [dataset.inputs, ...hidden, dataset.outputs],
    activation: config.activation,
    loss: config.loss,
    batchSize: config.batchSize,
    optimizer: config.optimizer.name,
  };
}
