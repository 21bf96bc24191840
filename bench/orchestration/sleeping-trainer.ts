import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { BugError } from '../../core/errors.ts';
import type { TrialConfig } from '../../core/trial/trial-config.ts';
import type { TrialResult } from '../../core/trial/trial-record.ts';
import type { Trainer, TrialJob, TrialProgress } from '../../training/trainer.ts';
import { trialMs } from './load.ts';

const hash = createHash('sha256').update('asleep').digest('hex');

/** A trainer that sleeps a second a trial, reports its epochs on the way, and so leaves the machine to the orchestration. */
export class SleepingTrainer implements Trainer {
  readonly info;

  constructor(places: number) {
    this.info = { backend: 'cpu', arithmetic: 'asleep-1', description: 'sleeps instead of training', places };
  }

  inspect() {
    return Promise.resolve({ hash, task: 'classification' as const, inputs: 64, outputs: 10, trainExamples: 1_078 });
  }

  async train([job]: readonly TrialJob[], onProgress: (progress: TrialProgress) => void, signal: AbortSignal) {
    if (job === undefined) throw new BugError('no job to sleep for', {});
    for (let epoch = 0; epoch <= job.config.epochs; epoch++) {
      if (epoch > 0) await sleep(trialMs / job.config.epochs, undefined, { signal });
      const loss = 1 / (1 + epoch);
      onProgress({
        id: job.id,
        epoch: {
          epoch,
          step: epoch,
          trainLoss: loss,
          trainAccuracy: 1 - loss,
          validationLoss: loss,
          validationAccuracy: 1 - loss,
        },
        layers: [],
      });
    }
    return [{ id: job.id, result: resultOf(job.config) }];
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

function resultOf({ epochs }: TrialConfig): TrialResult {
  const loss = 1 / (1 + epochs);
  return {
    state: 'notConverged',
    reason: 'the sleep is over',
    epochsToTarget: null,
    stepsToTarget: null,
    epochsRun: epochs,
    stepsRun: epochs,
    testLoss: loss,
    testAccuracy: 1 - loss,
    bestValidationLoss: loss,
    bestValidationAccuracy: 1 - loss,
    parameterCount: 1,
    weightsHash: hash,
    datasetHash: hash,
    durationMs: trialMs,
  };
}
