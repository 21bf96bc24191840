import { describe, expect, it } from 'vitest';
import type { Optimizer } from '../../../core/trial/trial-config.ts';
import { everyActivation } from '../../core/activations/every-activation.ts';
import type { Backend, LayerSignals, SlotState } from '../../../training/backend.ts';
import { createCpuBackend } from '../../../training/backends/cpu/cpu-backend.ts';
import {
  builds,
  buildTitle,
  losses,
  optimizers,
  randomBatches,
  randomState,
  relativeError,
  shapeAndData,
} from './cases.ts';

/** One step's update differs from double precision by float32's rounding of the parameters, about 3e-8 on an update of 1e-3. */
const updateTolerance = 1e-3;

/** Rounding (1e-7) grows with the steps; twenty well-conditioned ones stay far below this, and any other formula does not. */
const referenceTolerance = 1e-3;

const titleOf = (optimizer: Optimizer): string => JSON.stringify(optimizer);

/** Parameter gradients in the parameters' own order: kernel, bias, kernel, bias, ... */
function flatGradients(signals: readonly LayerSignals[], rows: number): number[] {
  return signals.flatMap(({ kernelGradients, preActivationGradients }) => {
    const fanOut = preActivationGradients.length / rows;
    const bias = Array.from({ length: fanOut }, () => 0);
    preActivationGradients.forEach((delta, i) => (bias[i % fanOut]! += delta));
    return [...kernelGradients, ...bias];
  });
}

/** One step from the definitions, per parameter: new value and new moments. */
function exactStep(o: Optimizer, lr: number, t: number, w: number, g: number, [a, b]: [number, number]): number[] {
  if (o.name === 'sgd') return [w - lr * g];
  if ('momentum' in o) {
    const v = o.momentum * a + g;
    return [w - lr * (o.name === 'momentum' ? v : g + o.momentum * v), v];
  }
  if (o.name === 'rmsprop') {
    const v = o.decay * a + (1 - o.decay) * g ** 2;
    return [w - (lr * g) / (Math.sqrt(v) + o.epsilon), v];
  }
  const m = o.beta1 * a + (1 - o.beta1) * g;
  const v = o.beta2 * b + (1 - o.beta2) * g ** 2;
  const adaptive = m / (1 - o.beta1 ** t) / (Math.sqrt(v / (1 - o.beta2 ** t)) + o.epsilon);
  return [w - lr * adaptive - lr * (o.name === 'adamw' ? o.weightDecay : 0) * w, m, v];
}

function exactState(state: SlotState, gradients: readonly number[]): { update: number[]; moments: number[] } {
  const n = state.parameters.length;
  const steps = gradients.map((g, i) =>
    exactStep(state.optimizer, state.learningRate, state.step + 1, state.parameters[i]!, g, [
      state.moments?.[i] ?? 0,
      state.moments?.[n + i] ?? 0,
    ]),
  );
  const moments = steps[0]!.slice(1).flatMap((_, moment) => steps.map((step) => step[1 + moment]!));
  return { update: steps.map((step, i) => step[0]! - state.parameters[i]!), moments };
}

/** Each optimizer against its definition in training/optimizers.ts, and whole runs against the cpu reference. */
export function optimizerContract(backend: () => Backend): void {
  describe('optimizers', () => {
    it.each(optimizers.map((o) => [titleOf(o), o] as const))(
      '%s makes the steps that its definition says',
      async (_, optimizer) => {
        const { shape, dataset } = shapeAndData({ optimizer: optimizer.name, widths: [9, 9], batchSize: 16 });
        const stack = await backend().createStack(shape, dataset, 3);
        stack.place(2, randomState(shape, 4, optimizer, 0.02));
        for (let step = 0; step < 5; step++) {
          const batch = randomBatches(8, step, 1, shape.batchSize, 64);
          const before = await stack.read(2);
          const expected = exactState(before, flatGradients(await stack.signals(2, batch), shape.batchSize));
          await stack.train([2], batch, 1);
          const after = await stack.read(2);
          expect(after).toMatchObject({ step: step + 1, learningRate: 0.02, optimizer });
          const update = Array.from(after.parameters, (w, i) => w - before.parameters[i]!);
          expect(relativeError(update, expected.update)).toBeLessThan(updateTolerance);
          expect(relativeError(after.moments ?? [], expected.moments)).toBeLessThan(updateTolerance);
        }
        stack.dispose();
      },
    );

    const plain = { widths: [17, 17] };
    const runs = [
      ...optimizers.map((optimizer, i) => ({
        ...plain,
        optimizer,
        activation: everyActivation[i % everyActivation.length]!,
      })),
      ...everyActivation.map((activation) => ({ ...plain, optimizer: optimizers[4]!, activation })),
      ...builds.flatMap((build, i) =>
        [i, i + 4].map((which) => ({
          ...build,
          optimizer: optimizers[which % optimizers.length]!,
          activation: everyActivation[which % everyActivation.length]!,
        })),
      ),
    ];
    it.each(
      runs.map(
        (run, i) =>
          [
            `${buildTitle(run)}, ${run.activation.name}`,
            titleOf(run.optimizer),
            { ...run, loss: losses[i % 3]! },
          ] as const,
      ),
    )('train %s with %s as the cpu reference does, over 20 steps', async (_, __, { optimizer, ...options }) => {
      const { shape, dataset } = shapeAndData({ ...options, optimizer: optimizer.name, batchSize: 10 });
      const batches = randomBatches(6, 0, 20, shape.batchSize, 64);
      const run = async (b: Backend) => {
        const stack = await b.createStack(shape, dataset, 1);
        stack.place(0, randomState(shape, 9, optimizer, 0.003));
        await stack.train([0], batches, 20);
        const [sums] = await stack.takeTrainSums([0]);
        const [validation] = await stack.evaluate([0], 'validation');
        const { parameters } = await stack.read(0);
        stack.dispose();
        return { parameters, sums: sums!, validation: validation! };
      };
      const actual = await run(backend());
      const expected = await run(createCpuBackend());
      expect(relativeError(actual.parameters, expected.parameters)).toBeLessThan(referenceTolerance);
      for (const key of ['sums', 'validation'] as const) {
        expect(actual[key].examples).toBe(expected[key].examples);
        expect(relativeError([actual[key].lossSum], [expected[key].lossSum])).toBeLessThan(referenceTolerance);
        // An output next to a tie may fall on either side of it.
        expect(Math.abs(actual[key].correct - expected[key].correct)).toBeLessThanOrEqual(1);
      }
    });
  });
}
