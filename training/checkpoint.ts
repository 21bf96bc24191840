import { createHash } from 'node:crypto';
import { CheckpointError } from '../core/errors.ts';
import type { TrialConfig } from '../core/trial/trial-config.ts';
import type { TrialSnapshot } from './trial-snapshot.ts';

/**
 * A checkpoint is a trial's snapshot as bytes:
 *
 * | bytes   | what                                                                                      |
 * | ------- | ----------------------------------------------------------------------------------------- |
 * | 8       | `SWEEPCKP`                                                                                |
 * | 4       | version of this format, unsigned, little-endian as all that follows                       |
 * | 4       | length of the header, a multiple of 4                                                     |
 * | header  | JSON, padded with spaces: the trial's key, counters, sums, lengths of what follows        |
 * | floats  | float32: parameters, then the optimizer's moments, in the order of SlotState              |
 * | 32      | SHA-256 of all before                                                                     |
 */
const magic = 'SWEEPCKP';
const version = 1;
const prefixBytes = 16;
const checksumBytes = 32;

/** Numbers that may be NaN, infinite or -0, which JSON has not, stand as text. */
interface Header {
  /** See core/trial/trial-key.ts: configuration, arithmetic and data in one. */
  readonly key: string;
  readonly epoch: number;
  readonly position: number;
  readonly step: number;
  readonly epochsToTarget: number | null;
  readonly bestValidationLoss: string | null;
  readonly bestValidationAccuracy: string | null;
  readonly examples: number;
  readonly lossSum: string;
  readonly correct: number;
  readonly durationMs: number;
  readonly parameters: number;
  readonly moments: number;
}

/** The checkpoint of the trial that `key` names (trialKey). */
export function encodeCheckpoint({ run, position, sums, state, durationMs }: TrialSnapshot, key: string): Uint8Array {
  const { parameters, moments } = state;
  const header: Header = {
    key,
    epoch: run.epoch,
    position,
    step: state.step,
    epochsToTarget: run.epochsToTarget,
    bestValidationLoss: run.bestValidationLoss === null ? null : exactText(run.bestValidationLoss),
    bestValidationAccuracy: run.bestValidationAccuracy === null ? null : exactText(run.bestValidationAccuracy),
    examples: sums.examples,
    lossSum: exactText(sums.lossSum),
    correct: sums.correct,
    durationMs,
    parameters: parameters.length,
    moments: moments?.length ?? 0,
  };
  const text = JSON.stringify(header);
  const headerBytes = Buffer.from(text.padEnd(4 * Math.ceil(text.length / 4)), 'latin1');
  const floats = [parameters, moments ?? new Float32Array(0)].map(bytesOf);
  const bytes = Buffer.alloc(
    floats.reduce((sum, { length }) => sum + length, prefixBytes + headerBytes.length + checksumBytes),
  );
  bytes.write(magic, 'latin1');
  bytes.writeUInt32LE(version, 8);
  bytes.writeUInt32LE(headerBytes.length, 12);
  let end = prefixBytes;
  for (const part of [headerBytes, ...floats]) {
    bytes.set(part, end);
    end += part.length;
  }
  bytes.set(checksumOf(bytes.subarray(0, end)), end);
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length);
}

/**
 * What a checkpoint holds, for the trial of this configuration and key. Throws CheckpointError unless the bytes are whole,
 * of this version, and that trial's.
 */
export function decodeCheckpoint(checkpoint: Uint8Array, config: TrialConfig, key: string): TrialSnapshot {
  const bytes = Buffer.from(checkpoint.buffer, checkpoint.byteOffset, checkpoint.byteLength);
  const end = bytes.length - checksumBytes;
  if (end < prefixBytes)
    throw new CheckpointError(`The checkpoint is torn: ${bytes.length} bytes are too few for one.`);
  if (bytes.toString('latin1', 0, 8) !== magic) throw new CheckpointError('These bytes are no checkpoint of a trial.');
  const found = bytes.readUInt32LE(8);
  if (found !== version) {
    throw new CheckpointError(`The checkpoint has format ${found}; this program reads format ${version}.`);
  }
  if (!checksumOf(bytes.subarray(0, end)).equals(bytes.subarray(end))) {
    throw new CheckpointError('The checkpoint is torn or damaged: its checksum does not fit its bytes.');
  }
  const floats = prefixBytes + bytes.readUInt32LE(12);
  const header = JSON.parse(bytes.toString('latin1', prefixBytes, floats)) as Header;
  if (header.key !== key) {
    throw new CheckpointError('The checkpoint is of another trial, or of another arithmetic or data set.');
  }
  const moments = floats + 4 * header.parameters;
  return {
    run: {
      epoch: header.epoch,
      epochsToTarget: header.epochsToTarget,
      bestValidationLoss: numberOrNull(header.bestValidationLoss),
      bestValidationAccuracy: numberOrNull(header.bestValidationAccuracy),
    },
    position: header.position,
    sums: { examples: header.examples, lossSum: Number(header.lossSum), correct: header.correct },
    state: {
      parameters: floatsOf(bytes, floats, header.parameters),
      moments: header.moments === 0 ? null : floatsOf(bytes, moments, header.moments),
      step: header.step,
      learningRate: config.learningRate,
      optimizer: config.optimizer,
    },
    durationMs: header.durationMs,
  };
}

function checksumOf(bytes: Uint8Array): Buffer {
  return createHash('sha256').update(bytes).digest();
}

const exactText = (value: number): string => (Object.is(value, -0) ? '-0' : String(value));

const numberOrNull = (text: string | null): number | null => (text === null ? null : Number(text));

/** Float32 in the machine's order, which is little-endian on all that Node runs on in practice. */
function bytesOf({ buffer, byteOffset, byteLength }: Float32Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

/** A copy: bytes that came through a channel may start anywhere in their buffer. */
function floatsOf(bytes: Uint8Array, start: number, count: number): Float32Array {
  const floats = new Float32Array(count);
  bytesOf(floats).set(bytes.subarray(start, start + 4 * count));
  return floats;
}
