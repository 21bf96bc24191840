import { createHash, randomUUID } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { cpus } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { MachineError, UserError } from '../../../core/errors.ts';
import { compile, findCompiler } from './compiler.ts';
import { markUsed, removeUnused } from './unused-kernels.ts';

const sourceFolder = fileURLToPath(new URL('../../kernel/simd/', import.meta.url));

/** For the processor at hand. */
const nativeTarget = [process.arch === 'arm64' ? '-mcpu=native' : '-march=native'];

/** No option may let the compiler round otherwise than the source says. */
const options = [
  '-std=gnu11',
  '-O3',
  '-ffp-contract=off',
  '-fno-math-errno',
  '-fno-trapping-math',
  '-fno-strict-aliasing',
  '-shared',
  '-fPIC',
  // On macOS a library says so where the program that loads it has what it lacks.
  ...(process.platform === 'darwin' ? ['-undefined', 'dynamic_lookup'] : []),
];

export interface BuiltKernel {
  /** A Node addon. */
  readonly path: string;
  /** The compiler at hand; null where there is none and the kernel had been built before. */
  readonly compiler: string | null;
}

/**
 * The kernel of training/kernel/simd compiled for this processor (or for `target`), from the cache folder or built into it: a
 * second's work, once for each version of the sources, compiler and processor. Each new one takes the place of those that nobody
 * has used for a month. Several processes may build it at the same time. Throws UserError where there is no compiler, MachineError where it does not compile or cannot be written.
 */
export async function buildKernel(
  cacheFolder: string,
  environment: NodeJS.ProcessEnv,
  target: readonly string[] = nativeTarget,
): Promise<BuiltKernel> {
  const folder = join(cacheFolder, 'kernels');
  const build = digest([
    ...(await readSources()),
    ...options,
    ...target,
    process.platform,
    process.arch,
    await processor(),
  ]);
  const built = (await readdir(folder).catch(() => [])).filter((name) => name.startsWith(`simd-${build}-`));
  const compiler = await findCompiler(environment);
  if (!compiler) {
    if (built[0]) return { path: await markUsed(join(folder, built[0])), compiler: null };
    const tried = environment['CC'] ? `CC is ${environment['CC']}` : 'no cc, gcc or clang on PATH, and CC names none';
    throw new UserError(`No C compiler answers (${tried}), and ${folder} holds no kernel for this processor.`);
  }
  const name = `simd-${build}-${digest([compiler.version])}.node`;
  const path = join(folder, name);
  if (built.includes(name)) return { path: await markUsed(path), compiler: compiler.version };
  const unfinished = `${path}.${randomUUID()}`;
  try {
    await mkdir(folder, { recursive: true });
    const headers = dirname(createRequire(import.meta.url).resolve('node-api-headers/include/node_api.h'));
    const source = join(sourceFolder, 'addon.c');
    await compile(compiler, [...options, ...target, '-I', headers, source, '-o', unfinished]);
    await sync(unfinished);
    await rename(unfinished, path);
  } catch (error) {
    await rm(unfinished, { force: true });
    const { message } = error as Error;
    throw new MachineError(`The kernel cannot be compiled (${compiler.version}): ${message}.`, { cause: error });
  }
  await removeUnused(folder);
  return { path, compiler: compiler.version };
}

/** A loss of power must not leave an empty file that has a kernel's name. */
async function sync(file: string): Promise<void> {
  const handle = await open(file, 'r+');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function readSources(): Promise<string[]> {
  const names = (await readdir(sourceFolder)).sort();
  return Promise.all(names.map((name) => readFile(join(sourceFolder, name), 'utf8')));
}

/** What the compiler's choice of instructions hangs on: the processor's features where the system lists them, and its name. */
async function processor(): Promise<string> {
  const listed = await readFile('/proc/cpuinfo', 'utf8').catch(() => '');
  const features = /^(?:flags|Features)\s*:.*$/m.exec(listed)?.[0] ?? '';
  return `${cpus()[0]?.model ?? ''} ${features}`;
}

function digest(parts: readonly string[]): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(`${part}\0`);
  return hash.digest('hex').slice(0, 16);
}
