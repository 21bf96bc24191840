import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { UserError } from '../../core/errors.ts';
import { datasetImages } from '../../core/trial/datasets.ts';
import type { RawDataset } from './raw-dataset.ts';

const file = fileURLToPath(new URL('files/digits.csv.gz', import.meta.url));
const fileHash = '09f66e6debdee2cd2b5ae59e0d6abbb73fc2b0e0185d2e1957e9ebb51e23aa22';
const pixels = 8 * 8;

/**
 * UCI optical digits: 1,797 images of 8x8 pixels from 0 to 16, 10 classes (Alpaydin and Kaynak 1998), as in scikit-learn's
 * load_digits; source and licence stand in files/LICENSE.md. Throws UserError when the file is missing or altered.
 */
export async function readDigits(): Promise<RawDataset> {
  const packed = await readFile(file).catch(() => null);
  if (packed === null || createHash('sha256').update(packed).digest('hex') !== fileHash) {
    throw new UserError(
      `Data set digits: ${file} is ${packed === null ? 'missing' : 'not the file that came with the project'}. ` +
        'Restore it: git checkout -- training/datasets/files/digits.csv.gz',
    );
  }
  const lines = gunzipSync(packed).toString('latin1').trimEnd().split('\n');
  const features = new Uint8Array(lines.length * pixels);
  const targets = new Int32Array(lines.length);
  lines.forEach((line, example) => {
    const numbers = line.split(',').map(Number);
    features.set(numbers.slice(0, pixels), example * pixels);
    targets[example] = numbers[pixels]!;
  });
  const image = datasetImages.digits;
  return { examples: lines.length, inputs: pixels, image, outputs: 10, features, targets, scaling: 'overall' };
}
