import { UserError } from '../../core/errors.ts';
import type { DatasetSpec } from '../../core/trial/trial-config.ts';
import { numberClasses, requireFeatureCount, type RawDataset } from './raw-dataset.ts';

type IdxSpec = Extract<DatasetSpec, { name: 'idx' }>;

/** A tensor of an IDX file. */
interface IdxTensor {
  readonly shape: readonly number[];
  readonly values: Float64Array | Uint8Array;
  readonly whole: boolean;
}

interface ElementType {
  readonly bytes: number;
  readonly whole: boolean;
  readonly read: (view: DataView, offset: number) => number;
}

/** By the third byte of the magic number; all numbers are big-endian. */
const elementTypes: Readonly<Record<number, ElementType>> = {
  0x08: { bytes: 1, whole: true, read: (view, offset) => view.getUint8(offset) },
  0x09: { bytes: 1, whole: true, read: (view, offset) => view.getInt8(offset) },
  0x0b: { bytes: 2, whole: true, read: (view, offset) => view.getInt16(offset) },
  0x0c: { bytes: 4, whole: true, read: (view, offset) => view.getInt32(offset) },
  0x0d: { bytes: 4, whole: false, read: (view, offset) => view.getFloat32(offset) },
  0x0e: { bytes: 8, whole: false, read: (view, offset) => view.getFloat64(offset) },
};

const maxFloat32 = 3.4e38;

/**
 * Reads images [examples, ...] and labels [examples] in the format of the MNIST files (LeCun, Cortes, Burges 1998).
 * Throws UserError when either is no IDX file, is cut short, holds NaN, or when the two do not fit together.
 */
export function parseIdx(spec: IdxSpec, imageBytes: Buffer, labelBytes: Buffer): RawDataset {
  const images = parseTensor(spec.images, imageBytes);
  const labels = parseTensor(spec.labels, labelBytes);
  const [examples = 0, ...imageShape] = images.shape;
  if (imageShape.length === 0) {
    throw new UserError(`${spec.images} holds one number per example, not images: are images and labels swapped?`);
  }
  if (labels.shape.length !== 1 || !labels.whole) {
    throw new UserError(
      `${spec.labels} must hold one whole number per example; its shape is [${labels.shape.join(', ')}].`,
    );
  }
  if (labels.shape[0] !== examples) {
    throw new UserError(
      `${spec.images} has ${examples} images but ${spec.labels} has ${labels.shape[0]} labels: they belong to different sets.`,
    );
  }
  const inputs = imageShape.reduce((product, size) => product * size, 1);
  const { classes, targets } = numberClasses(spec.labels, Array.from(labels.values, String));
  // Two dimensions are pixels, a third one their channels; a single one has no neighbours.
  const [height, width, channels = 1] = imageShape;
  const image = height !== undefined && width !== undefined ? { image: { height, width, channels } } : {};
  return { examples, inputs, ...image, outputs: classes.length, features: images.values, targets, scaling: 'overall' };
}

function parseTensor(path: string, bytes: Buffer): IdxTensor {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const type = bytes.length >= 4 && bytes[0] === 0 && bytes[1] === 0 ? elementTypes[bytes[2]!] : undefined;
  const dimensions = bytes[3] ?? 0;
  if (!type || dimensions < 1 || dimensions > 4) {
    throw new UserError(
      `${path} is no IDX file: it starts with ${bytes.subarray(0, 4).toString('hex') || 'nothing'}, ` +
        'expected 00 00, a type (08, 09, 0b, 0c, 0d, 0e) and 1 to 4 dimensions, plain or packed by gzip.',
    );
  }
  const start = 4 + 4 * dimensions;
  if (bytes.length < start) throw new UserError(`${path} ends within its header: copy it again.`);
  const shape = Array.from({ length: dimensions }, (_, dimension) => view.getUint32(4 + 4 * dimension));
  const count = shape.reduce((product, size) => product * size, 1);
  if (count < 1 || bytes.length !== start + count * type.bytes) {
    throw new UserError(
      `${path} should have ${start + count * type.bytes} bytes for its shape [${shape.join(', ')}] but has ${bytes.length}: copy it again.`,
    );
  }
  requireFeatureCount(path, shape[0]!, count / shape[0]!);
  if (type === elementTypes[0x08]) return { shape, values: bytes.subarray(start), whole: true };

  const values = Float64Array.from({ length: count }, (_, i) => type.read(view, start + i * type.bytes));
  const wrong = values.findIndex((value) => !(Math.abs(value) <= maxFloat32));
  if (wrong >= 0) {
    throw new UserError(
      `${path}: value ${wrong} is ${values[wrong]}, not a number that float32 can hold: remove that example.`,
    );
  }
  return { shape, values, whole: type.whole };
}
