import { describe, expect, it } from 'vitest';
import { activationLabel } from '../../../core/trial/labels.ts';
import { randomStream } from '../../../core/random/random-stream.ts';
import { everyActivation } from '../../core/activations/every-activation.ts';
import type { Backend, StackShape } from '../../../training/backend.ts';
import type { Split } from '../../../training/datasets/dataset.ts';
import { parameterLayout } from '../../../training/parameter-layout.ts';
import {
  builds,
  buildTitle,
  losses,
  randomBatches,
  randomState,
  relativeError,
  shapeAndData,
  type ShapeOptions,
} from './cases.ts';
import { doubleForward, mean } from './double-network.ts';

/** Float32 with 24 bits loses about 1e-7 an operation; through ten layers and sums of tens of terms 1e-4 is ample, and a wrong term in a formula errs by more than 1e-2. */
export const signalTolerance = 1e-4;

/** Central differences in double precision with this step err by 1e-9, far below the tolerance. */
const differenceStep = 1e-5;

const cases: readonly (ShapeOptions & { rows: number })[] = [
  ...everyActivation.map((activation) => ({ activation, widths: [5, 5], rows: 8 })),
  ...everyActivation.map((activation) => ({
    activation,
    widths: [17, 17, 17],
    loss: 'meanSquaredError' as const,
    rows: 5,
  })),
  ...losses.map((loss) => ({ loss, widths: [33], inputs: 7, rows: 33 })),
  ...losses.map((loss) => ({ loss, widths: [], rows: 4 })),
  ...losses.map((loss) => ({
    loss,
    widths: [8, 8],
    outputs: 1 + Number(loss === 'crossEntropy'),
    rows: 1,
    batchSize: 1,
  })),
  { activation: { name: 'selu' }, widths: Array.from({ length: 10 }, () => 16), inputs: 64, outputs: 10, rows: 16 },
  { activation: { name: 'tanh' }, widths: [1, 1], inputs: 1, outputs: 1, loss: 'huber', rows: 3 },
];

const buildCases: typeof cases = builds.flatMap((build) => [
  { ...build, activation: { name: 'tanh' }, rows: 8 },
  { ...build, activation: { name: 'gelu' }, loss: 'meanSquaredError', rows: 5 },
]);

const titleOf = ({ activation, loss, inputs, widths, outputs, rows, ...build }: (typeof cases)[number]): string =>
  `${buildTitle(build)}, ${activation ? activationLabel(activation) : 'tanh'}, ${loss ?? 'crossEntropy'}, sizes ${[inputs ?? 6, ...(widths ?? []), outputs ?? 3].join('-')}, batch of ${rows}`;

/** Central differences of the mean loss over `rows` by one parameter. */
function lossSlope(
  shape: StackShape,
  parameters: Float32Array,
  split: Split,
  rows: Uint32Array,
  which: number,
): number {
  const loss = (shift: number): number => {
    const moved = Float64Array.from(parameters);
    moved[which]! += shift;
    return mean(doubleForward(shape, moved, split, rows).losses);
  };
  return (loss(differenceStep) - loss(-differenceStep)) / (2 * differenceStep);
}

async function expectSignals(backend: Backend, options: (typeof cases)[number]): Promise<void> {
  const { shape, dataset } = shapeAndData(options);
  const train = dataset.splits.train;
  const state = randomState(shape, 11, { name: 'sgd' });
  const rows = randomBatches(3, 0, 1, options.rows, train.examples);
  const stack = await backend.createStack(shape, dataset, 2);
  stack.place(1, state);
  const signals = await stack.signals(1, rows);
  stack.dispose();

  const exact = doubleForward(shape, state.parameters, train, rows);
  const { layers } = parameterLayout(shape);
  expect(signals).toHaveLength(layers.length);
  signals.forEach((layer, index) => {
    expect(relativeError(layer.preActivations, exact.preActivations[index]!.flat())).toBeLessThan(signalTolerance);
    expect(relativeError(layer.activations, exact.activations[index]!.flat())).toBeLessThan(signalTolerance);
  });

  const pick = randomStream(5, 'pick');
  const derivative = (parameter: number): number => lossSlope(shape, state.parameters, train, rows, parameter);
  signals.forEach((layer, index) => {
    const { fanIn, units, positions, kernel, bias } = layers[index]!;
    expect(layer.kernelGradients).toHaveLength(fanIn * units);
    expect(layer.preActivationGradients).toHaveLength(rows.length * positions * units);
    const kernelPicks = Array.from({ length: 12 }, () => pick.integer(fanIn * units));
    const biasPicks = Array.from({ length: Math.min(4, units) }, () => pick.integer(units));
    const biasGradient = (unit: number): number =>
      layer.preActivationGradients.reduce((sum, delta, i) => (i % units === unit ? sum + delta : sum), 0);
    const actual = [...kernelPicks.map((i) => layer.kernelGradients[i]!), ...biasPicks.map(biasGradient)];
    const expected = [...kernelPicks.map((i) => derivative(kernel + i)), ...biasPicks.map((i) => derivative(bias + i))];
    expect(relativeError(actual, expected)).toBeLessThan(signalTolerance);
  });
}

/** Signals against a forward pass and central differences of the loss, both in double precision. */
export function gradientContract(backend: () => Backend): void {
  describe('signals', () => {
    const trained = [...cases, ...buildCases];
    it.each(trained.map((options) => [titleOf(options), options] as const))('are right for %s', async (_, options) => {
      expect.hasAssertions();
      await expectSignals(backend(), options);
    });

    it.each(builds.map((build) => [buildTitle(build), build] as const))(
      'lead to a step along the whole gradient, gains included: %s',
      async (_, build) => {
        const { shape, dataset } = shapeAndData({ ...build, batchSize: 6 });
        const before = randomState(shape, 4, { name: 'sgd' }, 1);
        const rows = randomBatches(7, 0, 1, shape.batchSize, 64);
        const stack = await backend().createStack(shape, dataset, 1);
        stack.place(0, before);
        await stack.train([0], rows, 1);
        const { parameters } = await stack.read(0);
        stack.dispose();
        const { train } = dataset.splits;
        const { layers } = parameterLayout(shape);
        layers.forEach(({ kernel, bias, gain, units }) => {
          const end = (gain ?? bias) + units;
          const picks = [kernel, bias - 1, ...Array.from({ length: end - bias }, (_, i) => bias + i)];
          const step = picks.map((i) => before.parameters[i]! - parameters[i]!);
          const expected = picks.map((i) => lossSlope(shape, before.parameters, train, rows, i));
          // A weight of about 1 changes by about 0.1: its difference in float32 is good to about 1e-6 of that.
          expect(relativeError(step, expected)).toBeLessThan(signalTolerance);
        });
      },
    );

    it('update nothing, count nothing, and take more or fewer rows than a batch', async () => {
      const { shape, dataset } = shapeAndData({ optimizer: 'momentum' });
      const stack = await backend().createStack(shape, dataset, 1);
      stack.place(0, randomState(shape, 2, { name: 'momentum', momentum: 0.9 }));
      await stack.train([0], randomBatches(1, 0, 2, shape.batchSize, 64), 2);
      const before = await stack.read(0);
      for (const count of [1, shape.batchSize - 1, 5 * shape.batchSize + 3]) {
        const [first] = await stack.signals(0, randomBatches(9, 0, 1, count, 64));
        expect(first!.preActivations).toHaveLength(count * shape.layerSizes[1]!);
      }
      expect(await stack.read(0)).toEqual(before);
      expect((await stack.takeTrainSums([0]))[0]!.examples).toBe(2 * shape.batchSize);
      stack.dispose();
    });
  });
}
