import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CheckpointError } from '../../core/errors.ts';
import { decodeCheckpoint, encodeCheckpoint } from '../../training/checkpoint.ts';
import type { TrialSnapshot } from '../../training/trial-snapshot.ts';
import { trialConfig } from './trial-configs.ts';

const config = trialConfig({ optimizer: { name: 'momentum', momentum: 0.9 } });
const key = 'k'.repeat(64);

const floats = fc.float32Array({ maxLength: 40 });
const number = fc.double();
const snapshots: fc.Arbitrary<TrialSnapshot> = fc.record({
  run: fc.record({
    epoch: fc.nat(),
    epochsToTarget: fc.option(fc.nat()),
    bestValidationLoss: fc.option(number),
    bestValidationAccuracy: fc.option(number),
  }),
  position: fc.nat(),
  sums: fc.record({ examples: fc.nat(), lossSum: number, correct: fc.nat() }),
  state: fc.record({
    parameters: floats,
    moments: fc.option(fc.float32Array({ minLength: 1, maxLength: 40 })),
    step: fc.nat(),
    learningRate: fc.constant(config.learningRate),
    optimizer: fc.constant(config.optimizer),
  }),
  durationMs: fc.double({ min: 0, noNaN: true, noDefaultInfinity: true }),
});

const sample: TrialSnapshot = {
  run: { epoch: 3, epochsToTarget: null, bestValidationLoss: 0.5, bestValidationAccuracy: 0.75 },
  position: 32,
  sums: { examples: 64, lossSum: 21.5, correct: 33 },
  state: {
    parameters: Float32Array.of(1, -0, NaN, Infinity, 1e-40),
    moments: Float32Array.of(0.1, 0.2, 0.3, 0.4, 0.5),
    step: 128,
    learningRate: config.learningRate,
    optimizer: config.optimizer,
  },
  durationMs: 12.5,
};

const refusal = (bytes: Uint8Array, otherKey = key): unknown => {
  try {
    return decodeCheckpoint(bytes, config, otherKey);
  } catch (error) {
    return error;
  }
};

describe('checkpoint', () => {
  it('gives back what was put in, bit for bit, NaN and -0 too, wherever in a buffer its bytes lie', () => {
    fc.assert(
      fc.property(snapshots, fc.nat(7), (snapshot, offset) => {
        const bytes = encodeCheckpoint(snapshot, key);
        const shifted = new Uint8Array(bytes.length + offset).subarray(offset);
        shifted.set(bytes);
        const decoded = decodeCheckpoint(shifted, config, key);
        expect(decoded).toEqual(snapshot);
        const bitsOf = ({ state }: TrialSnapshot) => [state.parameters, state.moments].map((a) => a && new Uint32Array(a.slice().buffer)); // prettier-ignore
        expect(bitsOf(decoded)).toEqual(bitsOf(snapshot));
      }),
    );
  });

  it('says what it is in bytes that a person can read', () => {
    const text = Buffer.from(encodeCheckpoint(sample, key)).toString('latin1');
    expect(text.startsWith('SWEEPCKP')).toBe(true);
    expect(text).toContain(`{"key":"${key}","epoch":3,"position":32,"step":128,`);
  });

  it('is refused when it was cut at any place', () => {
    const bytes = encodeCheckpoint(sample, key);
    for (let length = 0; length < bytes.length; length++) {
      expect(refusal(bytes.subarray(0, length))).toBeInstanceOf(CheckpointError);
    }
  });

  it('is refused when any one bit of it was flipped', () => {
    const bytes = encodeCheckpoint(sample, key);
    for (let bit = 0; bit < 8 * bytes.length; bit++) {
      const flipped = bytes.slice();
      flipped[bit >> 3]! ^= 1 << (bit & 7);
      expect(refusal(flipped)).toBeInstanceOf(CheckpointError);
    }
  });

  it('is refused where another trial, or bytes that are none, or a later format is met', () => {
    const bytes = encodeCheckpoint(sample, key);
    expect(refusal(bytes, 'x'.repeat(64))).toEqual(
      new CheckpointError('The checkpoint is of another trial, or of another arithmetic or data set.'),
    );
    expect(refusal(new Uint8Array(1000))).toEqual(new CheckpointError('These bytes are no checkpoint of a trial.'));
    const later = bytes.slice();
    later[8] = 2;
    expect(refusal(later)).toEqual(new CheckpointError('The checkpoint has format 2; this program reads format 1.'));
  });
});
