import { BugError } from '../../../core/errors.ts';
import type { LayerSignals, MetricSums, SlotState, Stack, StackShape } from '../../backend.ts';
import type { Dataset, SplitName } from '../../datasets/dataset.ts';
import { momentCount } from '../../optimizers.ts';
import { referenceExamples } from '../../reference-examples.ts';
import { createNetwork } from './network.ts';
import { updateParameters } from './update.ts';

/** Examples per pass of an evaluation; bounds memory, changes no number. */
const evaluationRows = 256;

/** A stack whose slots are trained one after the other; they share nothing but scratch space that each pass overwrites. */
export function createCpuStack(shape: StackShape, dataset: Dataset, capacity: number): Stack {
  const slots = Array.from({ length: capacity }, (): Slot | null => null);
  const references = referenceExamples(shape, dataset.splits.train.examples);
  const isMeasured = shape.normalization.name === 'batch';
  const network = createNetwork(shape, Math.max(shape.batchSize, evaluationRows, isMeasured ? references : 0));
  const { layout, workspace } = network;
  const moments = momentCount[shape.optimizer];

  function slotAt(slot: number): Slot {
    const found = slots[slot];
    if (!found) throw new BugError(`slot ${slot} of a stack of ${capacity} holds no trial`, { slot, shape });
    return found;
  }

  return {
    shape,
    capacity,

    place(slot, state) {
      const expected = { parameters: layout.count, moments: moments * layout.count };
      if (
        !(slot in slots) ||
        state.optimizer.name !== shape.optimizer ||
        state.parameters.length !== expected.parameters ||
        (state.moments && state.moments.length !== expected.moments)
      ) {
        throw new BugError(`state does not fit slot ${slot} of a stack of ${capacity}`, { shape, expected });
      }
      slots[slot] = {
        learningRate: state.learningRate,
        optimizer: state.optimizer,
        step: state.step,
        parameters: state.parameters.slice(),
        moments: state.moments?.slice() ?? new Float32Array(expected.moments),
        sums: { examples: 0, lossSum: 0, correct: 0 },
      };
    },

    async train(used, batches, steps) {
      const { batchSize } = shape;
      if (batches.length !== used.length * steps * batchSize) {
        throw new BugError('batches must be [slots, steps, batchSize]', { length: batches.length, used, steps });
      }
      used.map(slotAt).forEach((trial, index) => {
        for (let step = 0; step < steps; step++) {
          const start = (index * steps + step) * batchSize;
          const rows = batches.subarray(start, start + batchSize);
          network.forwardAndBackward(trial.parameters, dataset.splits.train, rows, trial.sums);
          trial.sums.examples += batchSize;
          trial.step++;
          const { optimizer, learningRate, parameters } = trial;
          updateParameters(
            optimizer,
            learningRate,
            trial.step,
            parameters,
            workspace.parameterGradients,
            trial.moments,
          );
        }
      });
    },

    async takeTrainSums(used) {
      return used.map(slotAt).map((trial) => {
        const sums = trial.sums;
        trial.sums = { examples: 0, lossSum: 0, correct: 0 };
        return sums;
      });
    },

    async evaluate(used, splitName: SplitName) {
      const split = dataset.splits[splitName];
      return used.map(slotAt).map((trial): MetricSums => {
        network.measure(
          trial.parameters,
          dataset.splits.train,
          Uint32Array.from({ length: references }, (_, row) => row),
        );
        const sums = { examples: split.examples, lossSum: 0, correct: 0 };
        for (let start = 0; start < split.examples; start += evaluationRows) {
          const length = Math.min(evaluationRows, split.examples - start);
          network.forward(
            trial.parameters,
            split,
            Uint32Array.from({ length }, (_, i) => start + i),
            sums,
          );
        }
        return sums;
      });
    },

    async signals(slot, rows) {
      const probe = createNetwork(shape, rows.length);
      probe.forwardAndBackward(slotAt(slot).parameters, dataset.splits.train, rows, { lossSum: 0, correct: 0 });
      return layout.layers.map(({ kernel, bias }, layer): LayerSignals => ({
        preActivations: probe.workspace.preActivations[layer]!,
        activations: probe.workspace.activations[layer]!,
        preActivationGradients: probe.workspace.preActivationGradients[layer]!,
        kernelGradients: probe.workspace.parameterGradients.slice(kernel, bias),
      }));
    },

    async read(slot) {
      const trial = slotAt(slot);
      return {
        parameters: trial.parameters.slice(),
        moments: trial.step === 0 || moments === 0 ? null : trial.moments.slice(),
        step: trial.step,
        learningRate: trial.learningRate,
        optimizer: trial.optimizer,
      };
    },

    async readParameters(slot) {
      return slotAt(slot).parameters.slice();
    },

    dispose() {
      slots.fill(null);
    },
  };
}

interface Slot extends Omit<SlotState, 'moments' | 'step'> {
  step: number;
  readonly moments: Float32Array;
  sums: { examples: number; lossSum: number; correct: number };
}
