import { BugError } from '../../../core/errors.ts';
import type { Optimizer } from '../../../core/trial/trial-config.ts';
import type { LayerSignals, MetricSums, SlotState, Stack, StackShape } from '../../backend.ts';
import type { Dataset, SplitName } from '../../datasets/dataset.ts';
import { momentCount } from '../../optimizers.ts';
import { parameterLayout } from '../../parameter-layout.ts';
import { optimizerOptions } from './codes.ts';
import type { KernelProgram } from './kernel.ts';
import { slotFields, stepsPerCall } from './memory-layout.ts';
import { readBlock, writeBlock } from './slot-parameters.ts';
import { measuredRows, StackMemory } from './stack-memory.ts';

/** Places among the fields of the kernel's Slot. */
const stepField = 0;
const lossSumField = 6;
const correctField = 7;

/** What of a slot stays outside of the kernel's memory. */
interface Occupant {
  readonly learningRate: number;
  readonly optimizer: Optimizer;
  /** Seen in training since the sums were last read. */
  examples: number;
}

/**
 * Slots are trained one after the other by one kernel call each, so nothing of one can reach another.
 */
export function createKernelStack(
  program: KernelProgram,
  shape: StackShape,
  dataset: Dataset,
  capacity: number,
): Stack {
  const occupants = Array.from({ length: capacity }, (): Occupant | null => null);
  const layout = parameterLayout(shape);
  const moments = momentCount[shape.optimizer];
  const { batchSize } = shape;
  const trainExamples = dataset.splits.train.examples;
  const firstExample: Readonly<Record<SplitName, number>> = {
    train: 0,
    validation: trainExamples,
    test: trainExamples + dataset.splits.validation.examples,
  };
  let open: StackMemory | null = new StackMemory(program, shape, dataset, capacity);

  function memoryOf(): StackMemory {
    if (!open) throw new BugError('this stack was disposed of', { shape });
    return open;
  }

  function occupantOf(slot: number): Occupant {
    const occupant = occupants[slot];
    if (!occupant) throw new BugError(`slot ${slot} of a stack of ${capacity} holds no trial`, { slot, shape });
    return occupant;
  }

  const addressOf = (memory: StackMemory, slot: number): number => memory.fixed.slots + slot * memory.fixed.slotBytes;

  const headerOf = (memory: StackMemory, slot: number): Float64Array =>
    memory.doubles(addressOf(memory, slot), slotFields);

  /** A [rows, columns] matrix that a kernel call left in scratch space. */
  function readScratch(memory: StackMemory, address: number, panelRows: number, rows: number, columns: number) {
    const matrix = new Float32Array(rows * columns);
    const { panels } = memory;
    panels.read(memory.floats(address, panelRows * panels.paddedColumns(columns)), panelRows, rows, columns, matrix);
    return matrix;
  }

  function checkRows(rows: Uint32Array): void {
    for (let i = 0; i < rows.length; i++) {
      if (rows[i]! >= trainExamples) {
        throw new BugError(`no training row ${rows[i]} among ${trainExamples}`, { shape });
      }
    }
  }

  function parametersAt(memory: StackMemory, slot: number): Float32Array {
    const parameters = new Float32Array(layout.count);
    readBlock(memory, layout, addressOf(memory, slot), 0, parameters);
    return parameters;
  }

  return {
    shape,
    capacity,

    place(slot, state) {
      const memory = memoryOf();
      const expected = { parameters: layout.count, moments: moments * layout.count };
      if (
        !(slot in occupants) ||
        state.optimizer.name !== shape.optimizer ||
        state.parameters.length !== expected.parameters ||
        (state.moments && state.moments.length !== expected.moments)
      ) {
        throw new BugError(`state does not fit slot ${slot} of a stack of ${capacity}`, { shape, expected });
      }
      const { learningRate, optimizer } = state;
      occupants[slot] = { learningRate, optimizer, examples: 0 };
      memory.floats(addressOf(memory, slot), memory.fixed.slotBytes / 4).fill(0);
      headerOf(memory, slot).set([state.step, learningRate, ...optimizerOptions(optimizer)]);
      writeBlock(memory, layout, addressOf(memory, slot), 0, state.parameters);
      for (let moment = 0; state.moments && moment < moments; moment++) {
        const values = state.moments.subarray(moment * layout.count, (moment + 1) * layout.count);
        writeBlock(memory, layout, addressOf(memory, slot), 1 + moment, values);
      }
    },

    async train(slots, batches, steps) {
      const memory = memoryOf();
      if (batches.length !== slots.length * steps * batchSize) {
        throw new BugError('batches must be [slots, steps, batchSize]', { length: batches.length, slots, steps });
      }
      checkRows(batches);
      const { numbers } = memory.scratch(batchSize);
      const placed = slots.map(occupantOf);
      slots.forEach((slot, index) => {
        for (let done = 0; done < steps; done += stepsPerCall) {
          const count = Math.min(stepsPerCall, steps - done);
          const start = (index * steps + done) * batchSize;
          const length = count * batchSize;
          memory.words(numbers, length).set(batches.subarray(start, start + length));
          memory.kernel.train(memory.fixed.network, addressOf(memory, slot), numbers, batchSize, count);
        }
        placed[index]!.examples += steps * batchSize;
      });
    },

    async takeTrainSums(slots) {
      const memory = memoryOf();
      return slots.map((slot): MetricSums => {
        const occupant = occupantOf(slot);
        const header = headerOf(memory, slot);
        const sums = {
          examples: occupant.examples,
          lossSum: header[lossSumField]!,
          correct: header[correctField]!,
        };
        occupant.examples = 0;
        header.fill(0, lossSumField);
        return sums;
      });
    },

    async evaluate(slots, split) {
      const memory = memoryOf();
      const { examples } = dataset.splits[split];
      const references = measuredRows(shape, dataset);
      const { evaluationRows } = memory;
      const { numbers } = memory.scratch(Math.max(evaluationRows, references));
      const { network, evaluationSums } = memory.fixed;
      const choose = (first: number, rows: number): void => {
        const piece = memory.words(numbers, rows);
        for (let row = 0; row < rows; row++) piece[row] = first + row;
      };
      return slots.map((slot): MetricSums => {
        occupantOf(slot);
        memory.doubles(evaluationSums, slotFields).fill(0);
        if (references > 0) {
          choose(firstExample.train, references);
          memory.kernel.measure(network, addressOf(memory, slot), numbers, references);
        }
        for (let start = 0; start < examples; start += evaluationRows) {
          const rows = Math.min(evaluationRows, examples - start);
          choose(firstExample[split] + start, rows);
          memory.kernel.evaluate(network, addressOf(memory, slot), numbers, rows, evaluationSums);
        }
        const sums = memory.doubles(evaluationSums, slotFields);
        return { examples, lossSum: sums[lossSumField]!, correct: sums[correctField]! };
      });
    },

    async signals(slot, rowNumbers) {
      const memory = memoryOf();
      occupantOf(slot);
      checkRows(rowNumbers);
      const rows = rowNumbers.length;
      const { paddedColumns, paddedRows } = memory.panels;
      const scratch = memory.scratch(rows);
      const { kernel } = memory;
      const { network, evaluationSums } = memory.fixed;
      const address = addressOf(memory, slot);
      const last = layout.layers.length - 1;
      memory.words(scratch.numbers, rows).set(rowNumbers);
      kernel.gather(network, scratch.numbers, rows);
      const readSignals = (address: number, layer: number): Float32Array => {
        const { units, positions } = layout.layers[layer]!;
        return readScratch(memory, address, paddedRows(rows * positions), rows * positions, units);
      };
      const forward = layout.layers.map((_, layer) => {
        const outputs = () => readSignals(scratch.outputs[layer]!, layer);
        kernel.affine(network, address, layer, rows);
        const preActivations = outputs();
        if (layer < last) kernel.activateLayer(network, layer, rows);
        return { preActivations, activations: outputs() };
      });
      kernel.outputDeltas(network, evaluationSums, rows);
      const backward: Pick<LayerSignals, 'preActivationGradients' | 'kernelGradients'>[] = [];
      for (let layer = last; layer >= 0; layer--) {
        const { fanIn, units, normalized } = layout.layers[layer]!;
        const deltas = () => readSignals(memory.deltas, layer);
        const beforeNormalization = normalized ? deltas() : null;
        kernel.sumDeltas(network, address, layer, rows);
        kernel.kernelGradients(network, layer, rows);
        backward.unshift({
          // Where nothing is normalized, the weighted sums are the pre-activations.
          preActivationGradients: beforeNormalization ?? deltas(),
          kernelGradients: readScratch(memory, scratch.kernelGradients, paddedColumns(fanIn), fanIn, units),
        });
        if (layer === 0) break;
        kernel.propagateDeltas(network, address, layer, rows);
        kernel.swapDeltas(network);
      }
      return forward.map((signals, layer): LayerSignals => ({ ...signals, ...backward[layer]! }));
    },

    async read(slot): Promise<SlotState> {
      const memory = memoryOf();
      const { learningRate, optimizer } = occupantOf(slot);
      const step = headerOf(memory, slot)[stepField]!;
      const parameters = parametersAt(memory, slot);
      const kept = step === 0 || moments === 0 ? null : new Float32Array(moments * layout.count);
      for (let moment = 0; kept && moment < moments; moment++) {
        const values = kept.subarray(moment * layout.count, (moment + 1) * layout.count);
        readBlock(memory, layout, addressOf(memory, slot), 1 + moment, values);
      }
      return { parameters, moments: kept, step, learningRate, optimizer };
    },

    async readParameters(slot) {
      occupantOf(slot);
      return parametersAt(memoryOf(), slot);
    },

    dispose() {
      open = null;
      occupants.fill(null);
    },
  };
}
