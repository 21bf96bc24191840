import { execFileSync } from 'node:child_process';
import { chmod, mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { MachineError, UserError } from '../../../core/errors.ts';
import { buildKernel } from '../../../training/backends/simd/build-kernel.ts';
import { smallDisks } from '../../setup/small-disks.ts';

let folder: string;
let cache: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'build-kernel-'));
  cache = join(folder, 'cache');
});
afterEach(() => rm(folder, { recursive: true }));

const noCompiler = { PATH: '/nowhere' };

/** A compiler of this version that, in place of compiling, does what `script` says; "$out" is the file asked for. */
async function compilerThat(script: string, version = 'testcc 1.0'): Promise<NodeJS.ProcessEnv> {
  const path = join(folder, 'testcc');
  const lines = [
    '#!/bin/sh',
    `if [ "$1" = --version ]; then echo "${version}"; exit; fi`,
    'for out; do :; done',
    `echo run >> "${folder}/runs"`,
    script,
  ];
  await writeFile(path, lines.join('\n'));
  await chmod(path, 0o755);
  return { ...process.env, CC: path };
}

const runs = async (): Promise<number> =>
  (await readFile(join(folder, 'runs'), 'utf8').catch(() => '')).split('\n').length - 1;

describe('building the kernel in C', () => {
  it('compiles once, then takes what the cache holds', async () => {
    const environment = await compilerThat('printf kernel > "$out"');
    const first = await buildKernel(cache, environment);
    expect(first.compiler).toBe('testcc 1.0');
    expect(await readFile(first.path, 'utf8')).toBe('kernel');
    expect(await buildKernel(cache, environment)).toEqual(first);
    expect(await runs()).toBe(1);
  });

  it('compiles anew for another compiler and for another target', async () => {
    const first = await buildKernel(cache, await compilerThat('printf kernel > "$out"'));
    const newer = await buildKernel(cache, await compilerThat('printf kernel > "$out"', 'testcc 2.0'));
    const elsewhere = await buildKernel(cache, await compilerThat('printf kernel > "$out"'), ['-mavx2']);
    expect(new Set([first.path, newer.path, elsewhere.path]).size).toBe(3);
  });

  it('is whole for everybody when several processes build it at once', async () => {
    const environment = await compilerThat('printf ker > "$out"; sleep 0.2; printf nel >> "$out"');
    const built = await Promise.all([1, 2, 3].map(() => buildKernel(cache, environment)));
    for (const { path } of built) expect(await readFile(path, 'utf8')).toBe('kernel');
    expect(await readdir(join(cache, 'kernels'))).toHaveLength(1);
  });

  it('takes a kernel that was built before where there is no compiler any more', async () => {
    const { path } = await buildKernel(cache, await compilerThat('printf kernel > "$out"'));
    expect(await buildKernel(cache, noCompiler)).toEqual({ path, compiler: null });
  });

  it('says what it looked for where there is no compiler', async () => {
    await expect(buildKernel(cache, noCompiler)).rejects.toThrow(UserError);
    await expect(buildKernel(cache, noCompiler)).rejects.toThrow(/No C compiler answers \(no cc, gcc or clang on PATH/);
    await expect(buildKernel(cache, { ...noCompiler, CC: 'tinycc' })).rejects.toThrow(/CC is tinycc/);
  });

  it('tells the first complaint of a compiler that fails, and leaves nothing half built', async () => {
    const environment = await compilerThat('printf half > "$out"; echo "vector.h:1: error: no vectors" >&2; exit 1');
    await expect(buildKernel(cache, environment)).rejects.toThrow(MachineError);
    await expect(buildKernel(cache, environment)).rejects.toThrow(
      'The kernel cannot be compiled (testcc 1.0): vector.h:1: error: no vectors.',
    );
    expect(await readdir(join(cache, 'kernels'))).toEqual([]);
  });

  it('removes kernels and halves of kernels that nobody has used for 30 days when it builds a new one, and no other file', async () => {
    const age = (path: string, days: number): Promise<void> => {
      const then = new Date(Date.now() - days * 24 * 3_600_000);
      return utimes(path, then, then);
    };
    const kernels = join(cache, 'kernels');
    const build = async (version: string): Promise<string> =>
      (await buildKernel(cache, await compilerThat('printf kernel > "$out"', version))).path;
    const [unused, used, recent] = [await build('testcc 1.0'), await build('testcc 2.0'), await build('testcc 3.0')];
    const half = `${unused}.left-by-a-killed-compiler`;
    const stranger = join(kernels, 'notes');
    for (const file of [half, stranger]) await writeFile(file, '');
    for (const file of [unused, used, half, stranger]) await age(file, 31);
    await age(recent, 29);
    expect(await build('testcc 2.0')).toBe(used);
    expect(await readdir(kernels)).toHaveLength(5);

    const added = await build('testcc 4.0');
    expect((await readdir(kernels)).map((name) => join(kernels, name)).sort()).toEqual(
      [used, recent, stranger, added].sort(),
    );
  });

  it.each(smallDisks(16))('on $title says so and leaves nothing half built', async (disk) => {
    const script = fileURLToPath(new URL('build-on-small-disk.ts', import.meta.url));
    const [command, ...args] = disk.command(folder, [process.execPath, '--import', 'tsx', script, cache]);
    const { problem, files } = JSON.parse(execFileSync(command, args, { encoding: 'utf8' })) as {
      problem: string;
      files: string[];
    };
    expect(problem).toMatch(/^MachineError: The kernel cannot be compiled/);
    expect(files).toEqual([]);
  });

  it('says so where the cache folder cannot be written', async () => {
    await writeFile(join(folder, 'file'), '');
    const environment = await compilerThat('printf kernel > "$out"');
    await expect(buildKernel(join(folder, 'file'), environment)).rejects.toThrow(/ENOTDIR/);
  });
});
