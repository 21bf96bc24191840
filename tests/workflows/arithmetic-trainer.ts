import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { MachineError, UserError } from '../../core/errors.ts';
import type { TrialConfig } from '../../core/trial/trial-config.ts';
import type { TrialResult } from '../../core/trial/trial-record.ts';
import type {
  AskAtRung,
  Checkpointing,
  Trainer,
  TrialJob,
  TrialOutcome,
  TrialProgress,
} from '../../training/trainer.ts';

export interface ArithmeticTrainerOptions {
  readonly epochMs?: number;
  /** Trials of this depth fail, each time, with this error. */
  readonly failing?: { readonly depth: number; readonly error: Error };
}

/**
 * A trainer whose networks are a line of arithmetic, for tests of what lies above: the loss halves every epoch from a start
 * that the seed gives, a target is met when it is low enough, zeros are slow under relu, and seed 13 diverges.
 */
export class ArithmeticTrainer implements Trainer {
  readonly info = {
    backend: 'cpu',
    arithmetic: 'arithmetic-1',
    description: 'arithmetic instead of networks',
    places: 4,
  };
  /** Every job that was begun, in order. */
  readonly begun: TrialJob[] = [];
  running = 0;
  /** The most that were in training at once. */
  most = 0;
  epochMs: number;
  /** May be mended on the way. */
  failing: ArithmeticTrainerOptions['failing'];

  constructor({ epochMs = 1, failing }: ArithmeticTrainerOptions = {}) {
    this.epochMs = epochMs;
    this.failing = failing;
  }

  inspect(dataset: TrialConfig['dataset']) {
    if (dataset.name === 'csv') return Promise.reject(new UserError(`There is no file ${dataset.path}.`));
    const hash = sha256(JSON.stringify(dataset));
    return Promise.resolve({ hash, task: 'classification' as const, inputs: 64, outputs: 10, trainExamples: 1078 });
  }

  async train(
    jobs: readonly TrialJob[],
    onProgress: (progress: TrialProgress) => void,
    signal: AbortSignal,
    checkpointing?: Checkpointing,
    askAtRung?: AskAtRung,
  ): Promise<readonly TrialOutcome[]> {
    const { handOver } = checkpointing ?? {};
    const either = handOver === undefined ? signal : AbortSignal.any([signal, handOver]);
    return Promise.all(
      jobs.map(async (job): Promise<TrialOutcome> => {
        this.begun.push(job);
        this.running += 1;
        this.most = Math.max(this.most, this.running);
        try {
          if (this.failing?.depth === job.config.depth) return { id: job.id, error: this.failing.error };
          return { id: job.id, result: await this.#trainOne(job, onProgress, either, askAtRung) };
        } catch (error) {
          signal.throwIfAborted();
          if (handOver?.aborted) return { id: job.id, error: new MachineError('handed over') };
          throw error;
        } finally {
          this.running -= 1;
        }
      }),
    );
  }

  close(): Promise<void> {
    return this.running === 0 ? Promise.resolve() : Promise.reject(new MachineError('closed with trials in training'));
  }

  async #trainOne(
    job: TrialJob,
    onProgress: (progress: TrialProgress) => void,
    signal: AbortSignal,
    askAtRung: AskAtRung | undefined,
  ): Promise<TrialResult> {
    const { seed, epochs, target, initializer, activation } = job.config;
    const isSlow = initializer.name === 'zeros' && activation.name === 'relu';
    const start = (1 + (seed % 7)) * (isSlow ? 64 : 1);
    let epochsToTarget: number | null = null;
    let givenUp: string | null = null;
    let epoch = 0;
    for (; epoch <= epochs && epochsToTarget === null && givenUp === null; epoch++) {
      await sleep(this.epochMs, undefined, { signal }).catch(() => signal.throwIfAborted());
      const loss = start / 2 ** epoch;
      const accuracy = 1 / (1 + loss);
      onProgress({
        id: job.id,
        epoch: {
          epoch,
          step: epoch * 8,
          trainLoss: loss,
          trainAccuracy: accuracy,
          validationLoss: loss,
          validationAccuracy: accuracy,
        },
        layers: [],
      });
      if (seed !== 13 && target !== null && accuracy >= target.threshold) epochsToTarget = epoch;
      if (epochsToTarget === null && epoch < epochs && job.rungs?.includes(epoch)) {
        const answer = await askAtRung!({ id: job.id, epoch, hasReachedTarget: false, validationLoss: loss });
        signal.throwIfAborted();
        if (!answer.goesOn) givenUp = answer.reason;
      }
    }
    const epochsRun = epoch - 1;
    const finalLoss = start / 2 ** epochsRun;
    const ended = seed === 13 ? 'diverged' : epochsToTarget === null ? 'notConverged' : 'converged';
    const state = givenUp === null ? ended : 'pruned';
    return {
      state,
      reason: givenUp ?? `the arithmetic ended as ${state}`,
      epochsToTarget,
      stepsToTarget: epochsToTarget === null ? null : epochsToTarget * 8,
      epochsRun,
      stepsRun: epochsRun * 8,
      testLoss: givenUp === null ? finalLoss : null,
      testAccuracy: givenUp === null ? 1 / (1 + finalLoss) : null,
      bestValidationLoss: finalLoss,
      bestValidationAccuracy: 1 / (1 + finalLoss),
      parameterCount: 1,
      weightsHash: sha256(JSON.stringify(job.config)),
      datasetHash: sha256(JSON.stringify(job.config.dataset)),
      durationMs: epochsRun * this.epochMs,
    };
  }
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
