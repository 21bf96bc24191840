/** Builds the kernel by the compiler of this machine into a cache that it does not fit into, and prints what became of it. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { buildKernel } from '../../../training/backends/simd/build-kernel.ts';

const cache = process.argv[2]!;
const problem = await buildKernel(cache, process.env).then(
  () => null,
  (error: unknown) => String(error),
);
console.log(JSON.stringify({ problem, files: await readdir(join(cache, 'kernels')) }));
