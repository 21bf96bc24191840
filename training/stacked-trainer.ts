import { setImmediate, setTimeout as sleep } from 'node:timers/promises';
import { BugError, MachineError } from '../core/errors.ts';
import type { DatasetSpec } from '../core/trial/trial-config.ts';
import { trialKey } from '../core/trial/trial-key.ts';
import type { Backend, StackShape } from './backend.ts';
import { decodeCheckpoint, encodeCheckpoint } from './checkpoint.ts';
import type { Dataset } from './datasets/dataset.ts';
import type { QueuedTrial } from './group-trial.ts';
import { slotBytes } from './slot-bytes.ts';
import { StackGroup } from './stack-group.ts';
import { shapeOf } from './stack-shape.ts';
import { StackSize } from './stack-size.ts';
import type { AskAtRung, Checkpointing, Trainer, TrialJob, TrialOutcome, TrialProgress } from './trainer.ts';
import { asTrialError } from './trial-error.ts';
import { checkTrialFits, datasetFacts } from './trial-fit.ts';
import type { TrialSnapshot } from './trial-snapshot.ts';

/** Where every trial waits for an answer, the next look is so much later. */
const answerWaitMs = 2;
/** A stack stays below this (1 GiB), so that very large networks come in smaller stacks. */
const maxStackBytes = 2 ** 30;

interface TrainerOptions {
  /** Hears of each piece of work that is done. */
  readonly onTurn?: () => void;
}

const nobodyAnswers: AskAtRung = ({ id, epoch }) =>
  Promise.reject(new BugError('a trial with rungs was given nobody to ask', { id, epoch }));

/**
 * A Trainer with continuous batching: trials of all overlapping calls that share a shape and a data set are trained as one
 * stack, and groups of different shapes take turns of about 150 ms. A trial's numbers are the same alone and in
 * any company, because the stack keeps its slots apart and because initial weights, order of the examples and probes
 * depend on the trial's own seed and epoch only.
 *
 * Runs on the caller's thread, event loop and backend; `startTrainerProcess` puts it beside. Closes the backend with itself.
 */
export function createTrainer(
  backend: Backend,
  loadDataset: (spec: DatasetSpec) => Promise<Dataset>,
  { onTurn = () => {} }: TrainerOptions = {},
): Trainer {
  const groups = new Map<string, StackGroup>();
  /** What was learned about a shape outlives its group. */
  const sizes = new Map<string, StackSize>();
  let closed = false;
  let turning: Promise<void> | null = null;

  async function takeTurns(): Promise<void> {
    // The jobs of one call arrive one after the other within this tick: they are to start together.
    await setImmediate();
    while (groups.size > 0) {
      for (const [key, group] of groups) {
        try {
          await group.turn();
          onTurn();
          if (group.idle) {
            groups.delete(key);
            group.dispose();
          }
        } catch (error) {
          groups.delete(key);
          group.fail(error);
          group.dispose();
        }
        await setImmediate();
      }
      if (groups.size > 0 && [...groups.values()].every(({ waits }) => waits)) await sleep(answerWaitMs);
    }
    turning = null;
  }

  function sizeOf(key: string, shape: StackShape): StackSize {
    const most = Math.max(1, Math.min(backend.preferredCapacity, Math.floor(maxStackBytes / slotBytes(shape))));
    const size = sizes.get(key) ?? new StackSize(most);
    sizes.set(key, size);
    return size;
  }

  function enqueue(trial: QueuedTrial, dataset: Dataset): void {
    const shape = shapeOf(trial.job.config, dataset);
    const key = JSON.stringify([shape, dataset.hash]);
    const group = groups.get(key) ?? new StackGroup(backend, shape, dataset, sizeOf(key, shape));
    groups.set(key, group);
    group.add(trial);
    turning ??= takeTurns();
  }

  async function trainOne(
    job: TrialJob,
    onProgress: (progress: TrialProgress) => void,
    signal: AbortSignal,
    checkpointing: Checkpointing | undefined,
    ask: AskAtRung,
  ): Promise<TrialOutcome> {
    const { checkpoint, ...told } = job;
    const { id, config } = job;
    try {
      const dataset = await loadDataset(config.dataset);
      checkTrialFits(config, dataset);
      const key = (): string => trialKey(config, { arithmetic: backend.arithmetic, datasetHash: dataset.hash });
      const start = checkpoint ? decodeCheckpoint(checkpoint, config, key()) : null;
      const checkpoints = checkpointing && {
        intervalMs: checkpointing.intervalMs,
        handsOver: () => checkpointing.handOver?.aborted ?? false,
        take: (snapshot: TrialSnapshot) =>
          checkpointing.onCheckpoint({
            id,
            epoch: snapshot.run.epoch,
            step: snapshot.state.step,
            bytes: encodeCheckpoint(snapshot, key()),
          }),
      };
      return await new Promise((settle) => {
        const leaves = (): boolean => signal.aborted || closed;
        const trial = { job: told, start, onProgress, checkpoints: checkpoints ?? null, leaves, settle, ask };
        enqueue(trial, dataset);
      });
    } catch (error) {
      return { id, error: asTrialError(error) };
    }
  }

  return {
    info: {
      backend: backend.name,
      arithmetic: backend.arithmetic,
      description: backend.description,
      /** Of the shape that gains most from places; groups take turns, so places of several do not add up. */
      get places() {
        const welcome = [...groups.keys()].map((key) => sizes.get(key)!.welcome);
        return welcome.length === 0 ? backend.preferredCapacity : Math.max(...welcome);
      },
    },

    async inspect(dataset) {
      return datasetFacts(await loadDataset(dataset));
    },

    async train(jobs, onProgress, signal, checkpointing, ask = nobodyAnswers) {
      signal.throwIfAborted();
      if (closed) throw new MachineError('The trainer is closed.');
      const outcomes = await Promise.all(jobs.map((job) => trainOne(job, onProgress, signal, checkpointing, ask)));
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
