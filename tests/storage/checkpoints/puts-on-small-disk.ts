/** Puts checkpoints that fit on the disk and some that do not, and prints what became of them. */
import { createDirectoryPlace } from '../../../storage/checkpoints/directory-place.ts';
import { filesIn } from '../../contracts/checkpoint-files.ts';

const [folder, sizeKiB] = process.argv.slice(2) as [string, string];
const place = createDirectoryPlace(folder);
const small = Buffer.alloc(1_024, 's');
const large = Buffer.alloc(2 * 1_024 * Number(sizeKiB), 'l');
const problems: string[] = [];
for (const [name, bytes] of [
  ['1/1-1', small],
  ['1/1-2', large],
  ['2/1-1', large],
  ['1/1-3', small],
] as const) {
  await place.put(name, bytes).catch((error: Error) => problems.push(`${name} ${error.name}: ${error.message}`));
}
const kept = await Promise.all(
  ['1/1-1', '1/1-2', '1/1-3'].map(async (name) => {
    const bytes = await place.get(name);
    return bytes === null ? null : Buffer.from(bytes).equals(small);
  }),
);
console.log(JSON.stringify({ problems, kept, files: (await filesIn(folder)).sort() }));
