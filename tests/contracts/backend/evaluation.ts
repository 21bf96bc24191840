import { describe, expect, it } from 'vitest';
import type { Backend } from '../../../training/backend.ts';
import { referenceExamples } from '../../../training/reference-examples.ts';
import type { Split } from '../../../training/datasets/dataset.ts';
import { builds, buildTitle, losses, randomBatches, randomState, relativeError, shapeAndData } from './cases.ts';
import { doubleForward, type DoubleForward } from './double-network.ts';
import { signalTolerance } from './gradients.ts';

const noUpdate = 0;

/** Correct predictions among `rows`; 0 for regression, whose targets are no classes. */
function correctPredictions(exact: DoubleForward, split: Split, rows: ArrayLike<number>): number {
  if (!(split.targets instanceof Int32Array)) return 0;
  return exact.predictions.filter((prediction, i) => prediction === split.targets[rows[i]!]).length;
}

/** Metric sums of training and evaluation against double precision. */
export function evaluationContract(backend: () => Backend): void {
  describe('metric sums', () => {
    it.each(builds.map((build) => [buildTitle(build), build] as const))(
      'of whole splits are right for %s, whose batch statistics come from the reference examples',
      async (_, build) => {
        const examples = { train: 530, validation: 40, test: 1 };
        const { shape, dataset } = shapeAndData({ ...build, batchSize: 3 }, { examples });
        const { train } = dataset.splits;
        const state = randomState(shape, 2, { name: 'sgd' });
        const stack = await backend().createStack(shape, dataset, 1);
        stack.place(0, state);
        const references = Array.from({ length: referenceExamples(shape, train.examples) }, (_, row) => row);
        const { statistics } = doubleForward(shape, state.parameters, train, references);
        for (const split of ['train', 'validation', 'test'] as const) {
          const [sums] = await stack.evaluate([0], split);
          const all = Array.from({ length: examples[split] }, (_, row) => row);
          const exact = doubleForward(shape, state.parameters, dataset.splits[split], all, statistics);
          const lossSum = exact.losses.reduce((a, b) => a + b);
          expect(relativeError([sums!.lossSum], [lossSum])).toBeLessThan(signalTolerance);
          const correct = correctPredictions(exact, dataset.splits[split], all);
          // An output next to a tie may fall on either side of it.
          expect(Math.abs(sums!.correct - correct)).toBeLessThanOrEqual(1);
        }
        stack.dispose();
      },
    );

    it.each(losses)('of whole splits, larger than any batch, are right for %s', async (loss) => {
      const examples = { train: 300, validation: 1037, test: 1 };
      const { shape, dataset } = shapeAndData({ loss, widths: [13], batchSize: 3 }, { examples });
      const states = [1, 2].map((seed) => randomState(shape, seed, { name: 'sgd' }));
      const stack = await backend().createStack(shape, dataset, 4);
      stack.place(3, states[0]!);
      stack.place(1, states[1]!);
      for (const split of ['train', 'validation', 'test'] as const) {
        const sums = await stack.evaluate([3, 1], split);
        states.forEach((state, index) => {
          const all = Array.from({ length: examples[split] }, (_, row) => row);
          const exact = doubleForward(shape, state.parameters, dataset.splits[split], all);
          const correct = correctPredictions(exact, dataset.splits[split], all);
          expect(sums[index]!.examples).toBe(examples[split]);
          expect(relativeError([sums[index]!.lossSum], [exact.losses.reduce((a, b) => a + b)])).toBeLessThan(
            signalTolerance,
          );
          // An output next to a tie may fall on either side of it.
          expect(Math.abs(sums[index]!.correct - correct)).toBeLessThanOrEqual(1);
        });
      }
      stack.dispose();
    });

    it.each(losses)(
      'of training are taken before each update, add up over calls and are cleared by reading (%s)',
      async (loss) => {
        const { shape, dataset } = shapeAndData({ loss });
        const state = randomState(shape, 3, { name: 'sgd' }, noUpdate);
        const stack = await backend().createStack(shape, dataset, 1);
        stack.place(0, state);
        const batches = randomBatches(2, 0, 5, shape.batchSize, 64);
        await stack.train([0], batches.subarray(0, 2 * shape.batchSize), 2);
        await stack.train([0], batches.subarray(2 * shape.batchSize), 3);
        const [sums] = await stack.takeTrainSums([0]);
        const exact = doubleForward(shape, state.parameters, dataset.splits.train, batches);
        expect(sums!.examples).toBe(batches.length);
        expect(relativeError([sums!.lossSum], [exact.losses.reduce((a, b) => a + b)])).toBeLessThan(signalTolerance);
        const correct = correctPredictions(exact, dataset.splits.train, batches);
        // An output next to a tie may fall on either side of it.
        expect(Math.abs(sums!.correct - correct)).toBeLessThanOrEqual(1);
        expect(await stack.takeTrainSums([0])).toEqual([{ examples: 0, lossSum: 0, correct: 0 }]);
        stack.dispose();
      },
    );

    it('count the first of equal outputs as the prediction', async () => {
      const { shape, dataset } = shapeAndData();
      const stack = await backend().createStack(shape, dataset, 1);
      const state = randomState(shape, 1, { name: 'sgd' }, noUpdate);
      stack.place(0, { ...state, parameters: new Float32Array(state.parameters.length) });
      const [sums] = await stack.evaluate([0], 'train');
      const { targets } = dataset.splits.train;
      expect(sums!.correct).toBe(targets.filter((target) => target === 0).length);
      expect(sums!.lossSum / sums!.examples).toBeCloseTo(Math.log(3), 5);
      await stack.train(
        [0],
        Uint32Array.from({ length: 64 }, (_, row) => row),
        64 / shape.batchSize,
      );
      expect((await stack.takeTrainSums([0]))[0]!.correct).toBe(sums!.correct);
      stack.dispose();
    });

    it('stay finite for outputs of any finite size', async () => {
      const { shape, dataset } = shapeAndData({ activation: { name: 'linear' } });
      const stack = await backend().createStack(shape, dataset, 1);
      const state = randomState(shape, 1, { name: 'sgd' });
      const parameters = state.parameters.map((w) => w * 100);
      stack.place(0, { ...state, parameters });
      const rows = Array.from({ length: 64 }, (_, row) => row);
      const [sums] = await stack.evaluate([0], 'train');
      const exact = doubleForward(shape, parameters, dataset.splits.train, rows);
      expect(Math.max(...exact.losses)).toBeGreaterThan(10_000);
      expect(relativeError([sums!.lossSum], [exact.losses.reduce((a, b) => a + b)])).toBeLessThan(signalTolerance);
      const signals = await stack.signals(0, Uint32Array.from(rows));
      expect(signals.at(-1)!.preActivationGradients.every(Number.isFinite)).toBe(true);
      stack.dispose();
    });
  });
}
