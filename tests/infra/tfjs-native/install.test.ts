import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { MachineError, UserError } from '../../../core/errors.ts';
import { uninstallTfjsNative } from '../../../infra/tfjs-native/install.ts';
import { createWorkshop, pin, type WorkshopOptions } from './workshop.ts';

let workshop: Awaited<ReturnType<typeof createWorkshop>>;
beforeEach(async () => {
  workshop = await createWorkshop();
});
afterEach(() => workshop.close());

test('builds the addon against the library of the wheel, in a prefix that holds what is needed and no more', async () => {
  const { folder, wasThere, selfTest } = await workshop.install();
  expect(wasThere).toBe(false);
  expect(selfTest).toBe('the library');
  const files = (await readdir(folder, { recursive: true, withFileTypes: true })).filter(
    (entry) => !entry.isDirectory(),
  );
  const names = files.map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1)).sort();
  expect(names.filter((name) => !name.startsWith('deps/lib/'))).toEqual([
    'deps/nvidia/cublas/lib/libcublas.so.12',
    'lib/napi-v8/tfjs_binding.node',
    'package.json',
  ]);
  expect(await workshop.installed()).toHaveLength(1);
});

test('lets pip fetch every wheel for its platform alone, with the settings of the environment', async () => {
  const environment = { ...workshop.options.environment, PIP_INDEX_URL: 'https://index.example/simple' };
  await workshop.install({ environment });
  const log = (await readFile(join(workshop.root, 'pip.log'), 'utf8')).trim().split('\n');
  const calls = log.map((line) => JSON.parse(line) as { args: string[]; index: string });
  expect(calls.map(({ args }) => args.at(-1))).toEqual(['tensorflow==2.21.0', 'nvidia-cublas-cu12==2.21.0']);
  for (const { args, index } of calls) {
    expect(args).toEqual(expect.arrayContaining(['--no-deps', '--only-binary=:all:', 'manylinux_2_27_x86_64']));
    expect(index).toBe('https://index.example/simple');
  }
});

test('asks npm for the very versions and hashes of the lock file, and for the long that tfjs requires', async () => {
  const { folder } = await workshop.install();
  const prefix = join(folder, '..', '..', '..');
  const { dependencies } = JSON.parse(await readFile(join(prefix, 'package.json'), 'utf8'));
  expect(dependencies).toEqual({ '@tensorflow/tfjs-node-gpu': '4.22.0', long: '4.0.0' });
  const lock = JSON.parse(await readFile(join(prefix, 'package-lock.json'), 'utf8'));
  const own = JSON.parse(await readFile('package-lock.json', 'utf8'));
  expect(lock.packages['node_modules/@tensorflow/tfjs']).toEqual(own.packages['node_modules/@tensorflow/tfjs']);
  expect(lock.packages['node_modules/long']).toMatchObject({ version: '4.0.0', integrity: expect.any(String) });
});

test('a second run tests what is there and does nothing else', async () => {
  const first = await workshop.install();
  workshop.takeSteps();
  const second = await workshop.install({ ...workshop.failing('bin/python3') });
  expect(second).toEqual({ ...first, wasThere: true });
  expect(workshop.takeSteps()).toEqual(['Testing what is installed']);
});

test('builds anew what no longer works, and keeps it as long as nothing better is there', async () => {
  const { folder } = await workshop.install();
  const addon = join(folder, 'lib', 'napi-v8', 'tfjs_binding.node');
  await rm(addon);
  await expect(workshop.install(workshop.failing('npm/bin/npm-cli.js'))).rejects.toThrow(MachineError);
  expect(await workshop.installed()).toHaveLength(1);
  expect(await workshop.install()).toMatchObject({ folder, wasThere: false, selfTest: 'the library' });
  expect(existsSync(addon)).toBe(true);
  expect(await workshop.installed()).toHaveLength(1);
});

test('is undone by uninstalling', async () => {
  await workshop.install();
  const { cacheFolder, variant, release } = workshop.options;
  expect(await uninstallTfjsNative(cacheFolder, variant, release)).toBe(true);
  expect(await workshop.installed()).toEqual([]);
  expect(await uninstallTfjsNative(cacheFolder, variant, release)).toBe(false);
});

test('clears up after a run that was killed, and lets no two run at once', async () => {
  const left = join(workshop.options.cacheFolder, 'tfjs-native', 'new-left');
  await mkdir(left, { recursive: true });
  await writeFile(join(left, 'half.whl'), '');
  const second: unknown[] = [];
  await workshop.install({
    runStep: async (_title, work) => {
      if (second.length === 0) second.push(await workshop.install().catch((error: unknown) => error));
      return work(() => undefined);
    },
  });
  expect(second[0]).toBeInstanceOf(MachineError);
  expect((second[0] as Error).message).toContain(`Process ${process.pid} is installing`);
  expect(existsSync(left)).toBe(false);
});

describe('leaves nothing behind and says what to do', () => {
  type Failure = readonly [
    what: string,
    changes: () => Partial<WorkshopOptions> | Promise<Partial<WorkshopOptions>>,
    kind: typeof UserError | typeof MachineError,
    message: RegExp,
  ];
  const withLibrary = (changes: object): Partial<WorkshopOptions> => ({
    release: { ...workshop.release, library: { ...workshop.release.library, ...changes } },
  });
  const failures: readonly Failure[] = [
    [
      'when tools are missing, all of them at once',
      async () => {
        await Promise.all(['make', 'g++', 'c++', 'python3'].map((name) => rm(join(workshop.root, 'bin', name))));
        return {};
      },
      UserError,
      /Missing to build the addon: python3, make .*, a C\+\+ compiler .*(apt install python3 python3-pip make g\+\+|xcode-select)/,
    ],
    [
      'when Python has no pip',
      () => workshop.failing('pip --version'),
      UserError,
      /^Missing to build the addon: Python's pip \(.*-m pip --version failed\)\. /,
    ],
    [
      'when the disk is too small',
      () => ({ release: { ...workshop.release, installedBytes: 1e18 } }),
      UserError,
      /GB free, and this takes .* GB while it is built: free some space, or set SWEEP_CACHE/,
    ],
    [
      'when npm fails',
      () => workshop.failing('npm/bin/npm-cli.js'),
      MachineError,
      /^npm could not install @tensorflow\/tfjs-node-gpu 4\.22\.0: it ended with 3.*\nnpm\/bin\/npm-cli\.js is out of order/,
    ],
    [
      'when pip fails',
      () => withLibrary({ project: 'no-such-wheel' }),
      MachineError,
      /^pip could not download no-such-wheel==2\.21\.0 for manylinux_2_27_x86_64: it ended with 1/,
    ],
    [
      'when pip brings no file',
      () => workshop.failing('pip without a file'),
      MachineError,
      /^pip said that it downloaded tensorflow==2\.21\.0, but there is no wheel/,
    ],
    [
      'when a wheel is not the pinned one',
      () => withLibrary({ sha256: '0'.repeat(64) }),
      UserError,
      /is not the pinned one: its SHA-256 is [0-9a-f]{64}, expected 0{64}\. Nothing of it was used/,
    ],
    [
      'when a wheel holds nothing of what is needed',
      async () => withLibrary(await workshop.createWheel('empty', { 'tensorflow/python/keras.py': '' })),
      UserError,
      /^The wheel of empty 2\.21\.0 holds nothing that is needed/,
    ],
    [
      'when the addon cannot be built',
      () => workshop.failing('npm/node_modules/node-gyp/bin/node-gyp.js'),
      UserError,
      /^The addon could not be built; node-gyp says: it ended with 3.*\n.* is out of order/,
    ],
    [
      'when the self-test fails',
      () => ({ selfTest: async () => Promise.reject(new UserError('1 + 1 is 3')) }),
      UserError,
      /^1 \+ 1 is 3$/,
    ],
  ];

  test.each(failures)('%s', async (_what, changes, kind, message) => {
    const error: unknown = await workshop.install(await changes()).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(kind);
    expect((error as Error).message).toMatch(message);
    expect(await workshop.installed()).toEqual([]);
  });

  test('when a pinned wheel is no archive', async () => {
    const path = join(workshop.root, 'broken.whl');
    await writeFile(path, 'no zip');
    await expect(workshop.install(withLibrary(await pin(path, 'broken')))).rejects.toThrow(/not a zip file/);
    expect(await workshop.installed()).toEqual([]);
  });

  test('when it is interrupted in any of its steps', async () => {
    await workshop.install();
    const titles = workshop.takeSteps();
    expect(titles).toHaveLength(6);
    const { cacheFolder, variant, release } = workshop.options;
    await uninstallTfjsNative(cacheFolder, variant, release);
    for (const last of titles) {
      const interruption = new AbortController();
      const interrupted = workshop.install({
        signal: interruption.signal,
        runStep: async (title, work) => {
          if (title === last) interruption.abort(new UserError('Interrupted.'));
          return work(() => undefined);
        },
      });
      const outcome = await interrupted.catch((error: unknown) => (error as Error).message);
      expect({ last, outcome, left: await workshop.installed() }).toEqual({ last, outcome: 'Interrupted.', left: [] });
    }
  });
});
