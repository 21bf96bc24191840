import { describe, expect, it } from 'vitest';
import { UserError } from '../../../core/errors.ts';
import { plainSizes } from '../../../core/networks/network-layers.ts';
import { createKernelStack } from '../../../training/backends/kernel/kernel-stack.ts';
import { compileSimdKernel } from '../../../training/backends/simd/simd-backend.ts';
import { createCpuBackend } from '../../../training/backends/cpu/cpu-backend.ts';
import { parameterLayout } from '../../../training/parameter-layout.ts';
import { everyActivation } from '../../core/activations/every-activation.ts';
import {
  builds,
  buildTitle,
  losses,
  optimizers,
  randomBatches,
  randomState,
  relativeError,
  shapeAndData,
  type ShapeOptions,
} from '../../contracts/backend/cases.ts';
import { simdWorks } from '../cpu-backends.ts';
import { kernels } from './kernels.ts';

describe.each(kernels)('stacks on the kernel $name', ({ createBackend }) => {
  const adam = { name: 'adam', beta1: 0.9, beta2: 0.999, epsilon: 1e-7 } as const;

  it('pads widths without changing a bit: units that do nothing may be added', async () => {
    const backend = await createBackend();
    const results: number[][] = [];
    for (const width of [5, 8, 13, 16]) {
      const { shape, dataset } = shapeAndData({ widths: [width, width], optimizer: 'adam' });
      const small = randomState(shapeAndData({ widths: [5, 5] }).shape, 3, adam);
      const stack = await backend.createStack(shape, dataset, 1);
      const { count, layers } = parameterLayout(shape);
      const parameters = new Float32Array(count);
      // Copies the network of width 5 into the wider one; the other units have no weights, neither in nor out.
      const places = parameterLayout(plainSizes([6, 5, 5, 3])).layers.map((layer, index) => ({
        layer,
        wide: layers[index]!,
      }));
      const move = (from: Float32Array, to: Float32Array, back: boolean): void => {
        for (const { layer, wide } of places) {
          for (let row = 0; row <= layer.fanIn; row++) {
            for (let column = 0; column < layer.fanOut; column++) {
              const narrow = (row < layer.fanIn ? layer.kernel + row * layer.fanOut : layer.bias) + column;
              const at = (row < layer.fanIn ? wide.kernel + row * wide.fanOut : wide.bias) + column;
              if (back) to[narrow] = from[at]!;
              else to[at] = from[narrow]!;
            }
          }
        }
      };
      move(small.parameters, parameters, false);
      stack.place(0, { ...small, parameters });
      await stack.train([0], randomBatches(1, 0, 9, shape.batchSize, 64), 9);
      const trained = new Float32Array(small.parameters.length);
      move((await stack.read(0)).parameters, trained, true);
      results.push([...trained]);
      stack.dispose();
    }
    expect(results[0]).not.toEqual([...randomState(shapeAndData({ widths: [5, 5] }).shape, 3, adam).parameters]);
    for (const wider of results.slice(1)) expect(wider).toEqual(results[0]);
  });

  it('keeps subnormal numbers out of vanishing networks', async () => {
    const { shape, dataset } = shapeAndData({ widths: Array.from({ length: 24 }, () => 9), optimizer: 'adam' });
    const state = randomState(shape, 5, adam);
    const stack = await (await createBackend()).createStack(shape, dataset, 1);
    stack.place(0, { ...state, parameters: state.parameters.map((w) => w / 100) });
    const signals = await stack.signals(0, Uint32Array.of(1, 2, 3));
    await stack.train([0], randomBatches(1, 0, 3, shape.batchSize, 64), 3);
    const { moments } = await stack.read(0);
    const numbers = [
      ...moments!,
      ...signals.flatMap(({ activations, preActivationGradients }) => [...activations, ...preActivationGradients]),
    ];
    expect(numbers.filter((x) => x !== 0 && Math.abs(x) < 2 ** -126)).toEqual([]);
    // The first layers' gradients have vanished indeed: without the limit they would be subnormal.
    expect(signals[0]!.preActivationGradients.every((delta) => delta === 0)).toBe(true);
    stack.dispose();
  });

  it('trains five layers of a thousand units as the reference does', async () => {
    const widths = [1000, 1000, 1000, 1000, 1000];
    const { shape, dataset } = shapeAndData({ widths, inputs: 784, outputs: 10, batchSize: 3, optimizer: 'adam' });
    const batches = randomBatches(1, 0, 2, shape.batchSize, 64);
    const losses: number[] = [];
    for (const backend of [await createBackend(), createCpuBackend()]) {
      const stack = await backend.createStack(shape, dataset, 2);
      stack.place(1, randomState(shape, 1, adam, 1e-4));
      await stack.train([1], batches, 2);
      losses.push((await stack.takeTrainSums([1]))[0]!.lossSum);
      stack.dispose();
    }
    // Two steps of sums over a thousand products in float32.
    expect(relativeError([losses[0]!], [losses[1]!])).toBeLessThan(1e-4);
  });

  it('says how much a stack needs that cannot fit into 4 GiB', async () => {
    const { shape, dataset } = shapeAndData();
    const wide = { ...shape, layerSizes: [6, 40_000, 40_000, 3] };
    const backend = await createBackend();
    await expect(backend.createStack(wide, dataset, 1)).rejects.toThrow(UserError);
    await expect(backend.createStack(wide, dataset, 1)).rejects.toThrow(/needs \d+\.\d\d GiB .* at most 4\.00 GiB/);
  });
});

/** Compiler options for narrower vectors than this processor may have. */
const narrower = simdWorks && process.arch === 'x64' ? [['-mavx2', '-mfma']] : [];

/** Every kind of padding: of one panel, of several, and of the rows. */
const padded: ShapeOptions = { inputs: 19, outputs: 21, widths: [33, 16, 5], batchSize: 27 };

/** One trial's numbers after a few steps, by the kernel compiled for `target`. */
async function trained(target: readonly string[] | undefined, which: number, options = padded): Promise<unknown> {
  const optimizer = optimizers[which % optimizers.length]!;
  const { shape, dataset } = shapeAndData({
    activation: everyActivation[which % everyActivation.length]!,
    loss: losses[which % losses.length]!,
    optimizer: optimizer.name,
    ...options,
  });
  const stack = createKernelStack(await compileSimdKernel(process.env, target), shape, dataset, 1);
  stack.place(0, randomState(shape, which, optimizer));
  await stack.train([0], randomBatches(which, 0, 7, shape.batchSize, 64), 7);
  const numbers = [
    await stack.read(0),
    await stack.takeTrainSums([0]),
    await stack.evaluate([0], 'validation'),
    await stack.signals(0, Uint32Array.of(3, 1, 2)),
  ];
  stack.dispose();
  return numbers;
}

describe.each(narrower)('the kernel in C compiled with %s', (...target) => {
  it.each(everyActivation.map(({ name }, which) => [name, which] as const))(
    'has the same bits as compiled for this processor (%s)',
    async (_, which) => {
      expect(await trained(target, which)).toEqual(await trained(undefined, which));
    },
  );

  it.each(builds.map((build, which) => [buildTitle(build), which, build] as const))(
    'has the same bits as compiled for this processor (%s)',
    async (_, which, { widths, ...build }) => {
      const options = { ...padded, ...build, widths: widths.map(() => 37) };
      expect(await trained(target, which, options)).toEqual(await trained(undefined, which, options));
    },
  );
});
