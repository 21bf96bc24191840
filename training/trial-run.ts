import { createHash } from 'node:crypto';
import { finiteOrNull } from '../core/finite-or-null.ts';
import type { Target, TrialConfig } from '../core/trial/trial-config.ts';
import type { EpochRecord, TrialResult } from '../core/trial/trial-record.ts';
import type { MetricSums } from './backend.ts';

/** What only the end of a trial shows. */
export interface TrialEnd {
  /** Null: the trial was given up, and is not held against the test data. */
  readonly test: MetricSums | null;
  readonly parameters: Float32Array;
  readonly datasetHash: string;
  readonly durationMs: number;
}

/** What a trial's story so far comes to, once epoch 0 is recorded and as long as the trial has not ended. */
export interface RunSnapshot {
  /** Epochs done. */
  readonly epoch: number;
  readonly epochsToTarget: number | null;
  readonly bestValidationLoss: number | null;
  readonly bestValidationAccuracy: number | null;
}

/** One trial's story, epoch by epoch: its records, whether it met its target, diverged or spent its budget. No backend here. */
export class TrialRun {
  readonly #config: TrialConfig;
  readonly #stepsPerEpoch: number;
  #epoch: number;
  #epochsToTarget: number | null;
  #divergence: string | null = null;
  #bestValidationLoss: number | null;
  #bestValidationAccuracy: number | null;

  /** The story of an untrained network, or the one that `from` was taken of. */
  constructor(config: TrialConfig, stepsPerEpoch: number, from: RunSnapshot | null) {
    this.#config = config;
    this.#stepsPerEpoch = stepsPerEpoch;
    this.#epoch = from?.epoch ?? 0;
    this.#epochsToTarget = from?.epochsToTarget ?? null;
    this.#bestValidationLoss = from?.bestValidationLoss ?? null;
    this.#bestValidationAccuracy = from?.bestValidationAccuracy ?? null;
  }

  snapshot(): RunSnapshot {
    return {
      epoch: this.#epoch,
      epochsToTarget: this.#epochsToTarget,
      bestValidationLoss: this.#bestValidationLoss,
      bestValidationAccuracy: this.#bestValidationAccuracy,
    };
  }

  /** Epochs done. */
  get epoch(): number {
    return this.#epoch;
  }

  get ended(): boolean {
    const { epochs, stopAtTarget } = this.#config;
    return this.#divergence !== null || this.#epoch >= epochs || (stopAtTarget && this.#epochsToTarget !== null);
  }

  /** Whether the layers are to be probed after the epoch that was recorded last. */
  get probed(): boolean {
    const { epochs } = this.#config.probes;
    return epochs.includes(this.#epoch) || (this.ended && epochs.includes('last'));
  }

  /** The first record is epoch 0, the untrained network. */
  record(epoch: number, train: MetricSums, validation: MetricSums): EpochRecord {
    this.#epoch = epoch;
    const record: EpochRecord = {
      epoch,
      step: epoch * this.#stepsPerEpoch,
      trainLoss: finiteOrNull(train.lossSum / train.examples),
      trainAccuracy: this.#accuracy(train),
      validationLoss: finiteOrNull(validation.lossSum / validation.examples),
      validationAccuracy: this.#accuracy(validation),
    };
    this.#bestValidationLoss = best(Math.min, this.#bestValidationLoss, record.validationLoss);
    this.#bestValidationAccuracy = best(Math.max, this.#bestValidationAccuracy, record.validationAccuracy);
    if (record.trainLoss === null || record.validationLoss === null) {
      const which = record.trainLoss === null ? 'training' : 'validation';
      this.#divergence =
        epoch === 0
          ? `the ${which} loss of the untrained network is NaN or infinite`
          : `the ${which} loss became NaN or infinite in epoch ${epoch}`;
    } else if (this.#config.target && this.#epochsToTarget === null && meets(this.#config.target, record)) {
      this.#epochsToTarget = epoch;
    }
    return record;
  }

  /** @param prunedFor why it was given up; null: it ended by itself */
  result({ test, parameters, datasetHash, durationMs }: TrialEnd, prunedFor: string | null): TrialResult {
    if (this.#divergence === null && !allFinite(parameters)) {
      this.#divergence = `a weight was NaN or infinite after epoch ${this.#epoch}`;
    }
    return {
      ...(this.#divergence === null && prunedFor !== null
        ? { state: 'pruned' as const, reason: prunedFor }
        : this.#verdict()),
      epochsToTarget: this.#epochsToTarget,
      stepsToTarget: this.#epochsToTarget === null ? null : this.#epochsToTarget * this.#stepsPerEpoch,
      epochsRun: this.#epoch,
      stepsRun: this.#epoch * this.#stepsPerEpoch,
      testLoss: test && finiteOrNull(test.lossSum / test.examples),
      testAccuracy: test && this.#accuracy(test),
      bestValidationLoss: this.#bestValidationLoss,
      bestValidationAccuracy: this.#bestValidationAccuracy,
      parameterCount: parameters.length,
      weightsHash: weightsHash(parameters),
      datasetHash,
      durationMs,
    };
  }

  #verdict(): Pick<TrialResult, 'state' | 'reason'> {
    const { target, epochs } = this.#config;
    if (this.#divergence !== null) return { state: 'diverged', reason: `Diverged: ${this.#divergence}.` };
    if (!target) return { state: 'notConverged', reason: `Trained for all ${epochs} epochs; no target was set.` };
    const goal = `${target.metric} ${target.threshold}`;
    return this.#epochsToTarget === null
      ? { state: 'notConverged', reason: `Did not reach ${goal} within ${epochs} epochs.` }
      : { state: 'converged', reason: `Reached ${goal} after epoch ${this.#epochsToTarget}.` };
  }

  #accuracy({ correct, examples }: MetricSums): number | null {
    return this.#config.loss === 'crossEntropy' ? correct / examples : null;
  }
}

function meets({ metric, threshold }: Target, record: EpochRecord): boolean {
  const value = record[metric];
  if (value === null) return false;
  return metric.endsWith('Accuracy') ? value >= threshold : value <= threshold;
}

function best(choose: (a: number, b: number) => number, a: number | null, b: number | null): number | null {
  return a === null ? b : b === null ? a : choose(a, b);
}

/** A loop, for `every` takes ten times as long over the weights of a large network. */
function allFinite(values: Float32Array): boolean {
  for (let i = 0; i < values.length; i++) if (!Number.isFinite(values[i])) return false;
  return true;
}

/** SHA-256 (hex) of parameters as little-endian float32, which is the byte order of all that Node runs on in practice. */
function weightsHash(parameters: Float32Array): string {
  const bytes = Buffer.from(parameters.buffer, parameters.byteOffset, parameters.byteLength);
  return createHash('sha256').update(bytes).digest('hex');
}
