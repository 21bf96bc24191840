import { createHash } from 'node:crypto';
import { BugError } from '../../core/errors.ts';
import type { TrialConfig } from '../../core/trial/trial-config.ts';
import type { LayerRecord, TrialResult } from '../../core/trial/trial-record.ts';
import type { Trainer, TrialJob, TrialProgress } from '../../training/trainer.ts';

const hash = createHash('sha256').update('untrained').digest('hex');

/** A trainer whose trials end at once, with made-up records of every epoch and of the layers before and after. The same trial gives the same. */
export class InstantTrainer implements Trainer {
  readonly info;

  constructor(places: number) {
    this.info = { backend: 'cpu', arithmetic: 'untrained-1', description: 'makes results up', places };
  }

  inspect() {
    return Promise.resolve({ hash, task: 'classification' as const, inputs: 64, outputs: 10, trainExamples: 1_078 });
  }

  train([job]: readonly TrialJob[], onProgress: (progress: TrialProgress) => void) {
    if (job === undefined) throw new BugError('no job to make a result up for', {});
    const { id, config } = job;
    const quality = qualityOf(config);
    for (let epoch = 0; epoch <= config.epochs; epoch++) {
      const loss = quality + 2 * Math.exp(-epoch);
      const records = { trainLoss: loss, trainAccuracy: 1 / (1 + loss), validationLoss: loss };
      onProgress({
        id,
        epoch: { epoch, step: epoch, ...records, validationAccuracy: 1 / (1 + loss) },
        layers: epoch === 0 || epoch === config.epochs ? layersOf(config, epoch, quality) : [],
      });
    }
    return Promise.resolve([{ id, result: resultOf(config, quality) }]);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

/** Uniform in [0, 1), by the trial's configuration alone. */
function qualityOf(config: TrialConfig): number {
  return createHash('sha256').update(JSON.stringify(config)).digest().readUInt32LE() / 2 ** 32;
}

function layersOf({ depth }: TrialConfig, epoch: number, quality: number): LayerRecord[] {
  return Array.from({ length: depth + 1 }, (_, index) => ({
    epoch,
    layer: index + 1,
    activationMean: 0,
    activationVariance: Math.exp(-index * quality),
    preActivationVariance: Math.exp(-index * quality),
    saturatedShare: 0,
    gradientNorm: Math.exp((index - depth) * quality),
    backpropagatedVariance: Math.exp((index - depth) * quality),
    unitCosine: 0.01,
  }));
}

/** Three in four reach the target. */
function resultOf({ epochs }: TrialConfig, quality: number): TrialResult {
  const reached = quality < 0.75 ? 1 + Math.floor(quality * epochs) : null;
  return {
    state: reached === null ? 'notConverged' : 'converged',
    reason: 'made up',
    epochsToTarget: reached,
    stepsToTarget: reached,
    epochsRun: epochs,
    stepsRun: epochs,
    testLoss: quality,
    testAccuracy: 1 / (1 + quality),
    bestValidationLoss: quality,
    bestValidationAccuracy: 1 / (1 + quality),
    parameterCount: 1,
    weightsHash: hash,
    datasetHash: hash,
    durationMs: 0,
  };
}
