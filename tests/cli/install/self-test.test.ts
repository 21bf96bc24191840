import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { selfTest } from '../../../cli/install/self-test.ts';
import { UserError } from '../../../core/errors.ts';

const require = createRequire(import.meta.url);
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'initsweep-self-test-'));
  await mkdir(join(folder, 'lib', 'napi-v8'), { recursive: true });
  await writeFile(join(folder, 'lib', 'napi-v8', 'tfjs_binding.node'), '');
});
afterEach(() => rm(folder, { recursive: true }));

/** A package in the place of tfjs-node: TensorFlow.js' own arithmetic, with the properties of the addon's backend. */
async function writePackage(change: string): Promise<void> {
  const core = require.resolve('@tensorflow/tfjs-core');
  const cpu = require.resolve('@tensorflow/tfjs-backend-cpu');
  const code = `const core = require(${JSON.stringify(core)});
    require(${JSON.stringify(cpu)});
    core.setBackend('cpu');
    // tfjs-core comes without gradients; these are enough for one matrix product, whose factor a is constant.
    const gradients = {
      Sum: (dy, [x]) => ({ x: () => core.mul(dy, core.onesLike(x)) }),
      SquaredDifference: (dy, [a, b]) => ({ a: () => core.mul(dy, core.mul(2, core.sub(a, b))), b: () => dy }),
      BatchMatMul: (dy, [a, b]) => ({ a: () => core.zerosLike(a), b: () => core.matMul(a, dy, true) }),
    };
    const inputs = { Sum: ['x'], SquaredDifference: ['a', 'b'], BatchMatMul: ['a', 'b'] };
    for (const [kernelName, gradFunc] of Object.entries(gradients)) {
      core.registerGradient({ kernelName, inputsToSave: inputs[kernelName], gradFunc });
    }
    Object.assign(core.backend(), { binding: { TF_Version: '9.8.7' }, isUsingGpuDevice: true });
    const tf = { ...core };
    ${change}
    module.exports = tf;`;
  await writeFile(join(folder, 'package.json'), '{ "main": "index.cjs" }');
  await writeFile(join(folder, 'index.cjs'), code);
}

test.each(['native', 'cuda'] as const)(
  'answers the version of the library of %s, and whether it has a GPU',
  async (variant) => {
    await writePackage('');
    expect(await selfTest(variant, folder)).toEqual({ libraryVersion: '9.8.7', usesGpu: true });
  },
);

const failures = [
  [
    'multiplies wrongly',
    'tf.matMul = (a, b) => core.matMul(a, core.add(b, 1));',
    /a product of matrices is 10,13,22,29, expected 7,10,15,22/,
  ],
  ['trains wrongly', 'tf.train = { sgd: () => core.train.sgd(0.25) };', /a step of training led to 2,4, expected 4,8/],
  [
    'does not load',
    "throw new Error('libcudart.so.12: cannot open shared object file');",
    /cannot open shared object file/,
  ],
  ['ends the process', 'process.abort();', /its process ended by SIGABRT/],
] as const;

test.each(failures)('refuses a library that %s', async (_what, change, message) => {
  await writePackage(change);
  const error: unknown = await selfTest('native', folder).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(UserError);
  expect((error as Error).message).toMatch(/^The library does not work on this machine: /);
  expect((error as Error).message).toMatch(message);
});
