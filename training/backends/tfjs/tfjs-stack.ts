import type { Tensor, Tensor1D } from '@tensorflow/tfjs-core';
import { BugError } from '../../../core/errors.ts';
import type { Optimizer } from '../../../core/trial/trial-config.ts';
import type { LayerSignals, MetricSums, Stack, StackShape } from '../../backend.ts';
import { momentCount } from '../../optimizers.ts';
import { parameterLayout, type LayerLayout } from '../../parameter-layout.ts';
import { referenceExamples } from '../../reference-examples.ts';
import { type Group, type GroupSizes, groupsOf } from './groups.ts';
import { batchLosses } from './loss-ops.ts';
import { createNetwork } from './network.ts';
import type { Statistics } from './normalization-ops.ts';
import { optimizerOps } from './optimizer-ops.ts';
import type { ResidentDataset } from './resident-datasets.ts';
import type { TensorFlow } from './tensorflow.ts';

/** Examples per pass of an evaluation; bounds memory. */
const mostEvaluationRows = 512;
/** Values of a convolution's patches per pass of an evaluation (32 MiB). */
const evaluationPatches = 2 ** 23;

/** Fixed by the shape, for the cuts are part of a sum's rounding. */
function evaluationRowsOf(layers: readonly LayerLayout[]): number {
  const patches = layers.reduce((sum, { positions, fanIn }) => (positions > 1 ? sum + positions * fanIn : sum), 0);
  return Math.max(1, Math.min(mostEvaluationRows, Math.floor(evaluationPatches / patches)));
}

/** What the device holds of a slot, or, one axis up, of a group. */
interface DeviceState<T extends Tensor = Tensor> {
  /** [count], laid out as SlotState.parameters. */
  readonly parameters: T;
  /** Each [count]. */
  readonly moments: readonly T[];
  /** Loss and correct predictions since they were last read [2]. */
  readonly sums: T;
}

interface Occupant {
  device: DeviceState<Tensor1D>;
  readonly learningRate: number;
  readonly optimizer: Optimizer;
  step: number;
  /** Seen in training since the sums were last read. */
  examples: number;
}

export interface TfjsStackOptions {
  readonly tf: TensorFlow;
  readonly shape: StackShape;
  readonly capacity: number;
  readonly groupSizes: GroupSizes;
  readonly data: ResidentDataset;
  /** Called once, when the stack is disposed of. */
  readonly onDispose: () => void;
}

/**
 * Slots rest in tensors of their own. A call stacks those in use by groups, does all its steps on the stacked tensors, and
 * takes them apart again: so slots may come, go and be used in any order at the price of a few copies a call.
 */
export function createTfjsStack({ tf, shape, capacity, groupSizes, data, onDispose }: TfjsStackOptions): Stack {
  const { batchSize, loss } = shape;
  const { count, layers } = parameterLayout(shape);
  const evaluationRows = evaluationRowsOf(layers);
  const moments = momentCount[shape.optimizer];
  const network = createNetwork(tf, shape);
  const occupants = Array.from({ length: capacity }, (): Occupant | null => null);
  let disposed = false;

  function occupantOf(slot: number): Occupant {
    const occupant = occupants[slot];
    if (!occupant) throw new BugError(`slot ${slot} of a stack of ${capacity} holds no trial`, { slot, shape });
    return occupant;
  }

  const membersOf = ({ slots }: Group): Occupant[] => slots.map(occupantOf);

  function checkRows(rows: Uint32Array): void {
    const [examples] = data.train.inputs.shape;
    const wrong = rows.find((row) => row >= examples);
    if (wrong !== undefined) throw new BugError(`no training row ${wrong} among ${examples}`, { shape });
  }

  /** Inputs and targets [slots, rows / slots, ...] of training rows. */
  function gather(rows: Tensor1D, slots: number): { inputs: Tensor; targets: Tensor } {
    const stacked = (values: Tensor): Tensor => {
      return tf.reshape(tf.gather(values, rows), [slots, rows.size / slots, values.shape[1]!]);
    };
    return { inputs: stacked(data.train.inputs), targets: stacked(data.train.targets) };
  }

  const stackedParameters = (members: readonly Occupant[]): Tensor =>
    tf.stack(members.map(({ device }) => device.parameters));

  // In a tidy, like all that makes several tensors: where memory gives out half-way, nothing is left behind.
  const stateOf = (members: readonly Occupant[]): DeviceState =>
    tf.tidy(() => ({
      parameters: stackedParameters(members),
      moments: Array.from({ length: moments }, (_, m) => tf.stack(members.map(({ device }) => device.moments[m]!))),
      sums: tf.stack(members.map(({ device }) => device.sums)),
    }));

  /** The opposite of stateOf. */
  const takenApart = (state: DeviceState): DeviceState<Tensor1D>[] =>
    tf.tidy(() => {
      const [parameters, sums] = [tf.unstack(state.parameters), tf.unstack(state.sums)];
      const kept = state.moments.map((moment) => tf.unstack(moment));
      return parameters.map((own, index) => ({
        parameters: own as Tensor1D,
        moments: kept.map((moment) => moment[index] as Tensor1D),
        sums: sums[index] as Tensor1D,
      }));
    });

  /** Rows [start, start + rows) of a split, the same for each of `size` slots. */
  function repeated(values: Tensor, start: number, rows: number, size: number): Tensor {
    const piece = tf.slice(values, [start, 0], [rows, values.shape[1]!]);
    return tf.tile(tf.expandDims(piece, 0), [size, 1, 1]);
  }

  /** What batch normalization evaluates with, hidden layer by hidden layer; nothing for other networks. */
  function referenceStatistics(parameters: Tensor, size: number): Statistics[] {
    if (shape.normalization.name !== 'batch') return [];
    return tf.tidy(() => {
      const inputs = repeated(data.train.inputs, 0, referenceExamples(shape, data.train.inputs.shape[0]), size);
      return network.forward(parameters, inputs).normalized.flatMap((layer) => (layer ? [layer.statistics] : []));
    });
  }

  /** Trains a group from its slots' states to new ones; `rows` are [group, steps, batchSize]. */
  function trainGroup(group: Group, rows: (member: number, step: number) => Uint32Array, steps: number): void {
    const members = membersOf(group);
    const size = members.length;
    let state = stateOf(members);
    const optimizer = optimizerOps(tf, shape.optimizer, members);
    try {
      for (let step = 0; step < steps; step++) {
        const next = tf.tidy(() => {
          const numbers = Int32Array.from(members.flatMap((_, member) => [...rows(member, step)]));
          const { inputs, targets } = gather(tf.tensor1d(numbers, 'int32'), size);
          const pass = network.forward(state.parameters, inputs);
          const losses = batchLosses(tf, loss, pass.preActivations.at(-1)!, targets);
          const { parameterGradients } = network.backward(state.parameters, pass, losses.gradient());
          const updated = optimizer.update(step, state.parameters, parameterGradients, state.moments);
          return { ...updated, sums: tf.add(state.sums, losses.sums) };
        });
        disposeState(state);
        state = next;
      }
      takenApart(state).forEach((device, index) => {
        if (index >= group.used) return disposeState(device);
        const member = members[index]!;
        disposeState(member.device);
        member.device = device;
        member.step += steps;
        member.examples += steps * batchSize;
      });
    } finally {
      disposeState(state);
      optimizer.dispose();
    }
  }

  const disposeState = (state: DeviceState): void => tf.dispose([state.parameters, ...state.moments, state.sums]);

  return {
    shape,
    capacity,

    place(slot, state) {
      const expected = { parameters: count, moments: moments * count };
      if (
        disposed ||
        !(slot in occupants) ||
        state.optimizer.name !== shape.optimizer ||
        state.parameters.length !== expected.parameters ||
        (state.moments && state.moments.length !== expected.moments)
      ) {
        throw new BugError(`state does not fit slot ${slot} of a stack of ${capacity}`, { shape, expected, disposed });
      }
      const { learningRate, optimizer, step } = state;
      // Copies, because the library may read an array it was given as late as at the tensor's first use.
      const momentOf = (m: number): Tensor1D => {
        return tf.tensor1d(state.moments?.slice(m * count, (m + 1) * count) ?? new Float32Array(count));
      };
      const device = {
        parameters: tf.tensor1d(state.parameters.slice()),
        moments: Array.from({ length: moments }, (_, m) => momentOf(m)),
        sums: tf.tensor1d([0, 0]),
      };
      const before = occupants[slot];
      if (before) disposeState(before.device);
      occupants[slot] = { device, learningRate, optimizer, step, examples: 0 };
    },

    async train(slots, batches, steps) {
      if (batches.length !== slots.length * steps * batchSize) {
        throw new BugError('batches must be [slots, steps, batchSize]', { length: batches.length, slots, steps });
      }
      checkRows(batches);
      slots.forEach(occupantOf);
      const firstOf = new Map(slots.map((slot, index) => [slot, index * steps]));
      for (const group of groupsOf(slots, groupSizes)) {
        const rows = (member: number, step: number): Uint32Array => {
          const start = (firstOf.get(group.slots[member]!)! + step) * batchSize;
          return batches.subarray(start, start + batchSize);
        };
        trainGroup(group, rows, steps);
        // Only waits until the device is there: a queue of steps would make cancelling slow and measured times wrong.
        await occupantOf(group.slots[0]!).device.sums.data();
      }
    },

    async takeTrainSums(slots) {
      const members = slots.map(occupantOf);
      if (members.length === 0) return [];
      const stacked = tf.stack(members.map(({ device }) => device.sums));
      const values = await stacked.data();
      tf.dispose(stacked);
      return members.map((member, index): MetricSums => {
        const sums = { examples: member.examples, lossSum: values[2 * index]!, correct: values[2 * index + 1]! };
        tf.dispose(member.device.sums);
        member.device = { ...member.device, sums: tf.tensor1d([0, 0]) };
        member.examples = 0;
        return sums;
      });
    },

    async evaluate(slots, split) {
      const { inputs, targets } = data[split];
      const [examples] = inputs.shape;
      const results: MetricSums[] = [];
      for (const group of groupsOf(slots, groupSizes)) {
        const size = group.slots.length;
        const parameters = stackedParameters(membersOf(group));
        const statistics = referenceStatistics(parameters, size);
        let sums: Tensor = tf.zeros([size, 2]);
        try {
          for (let start = 0; start < examples; start += evaluationRows) {
            const next = tf.tidy(() => {
              const rows = Math.min(evaluationRows, examples - start);
              const pass = network.forward(parameters, repeated(inputs, start, rows, size), statistics);
              const wanted = repeated(targets, start, rows, size);
              return tf.add(sums, batchLosses(tf, loss, pass.preActivations.at(-1)!, wanted).sums);
            });
            tf.dispose(sums);
            sums = next;
          }
          const values = await sums.data();
          for (let i = 0; i < group.used; i++) {
            results.push({ examples, lossSum: values[2 * i]!, correct: values[2 * i + 1]! });
          }
        } finally {
          tf.dispose([parameters, sums, ...statistics.flatMap(({ mean, deviation }) => [mean, deviation])]);
        }
      }
      return results;
    },

    async signals(slot, rows) {
      checkRows(rows);
      const [group] = groupsOf([slot], groupSizes);
      const members = membersOf(group!);
      const size = members.length;
      const layers = tf.tidy(() => {
        const numbers = tf.tensor1d(Int32Array.from(members.flatMap(() => [...rows])), 'int32');
        const { inputs, targets } = gather(numbers, size);
        const parameters = stackedParameters(members);
        const pass = network.forward(parameters, inputs);
        const losses = batchLosses(tf, loss, pass.preActivations.at(-1)!, targets);
        const gradients = network.backward(parameters, pass, losses.gradient());
        const own = (tensor: Tensor): Tensor => tf.slice(tensor, [0, 0, 0], [1, tensor.shape[1]!, tensor.shape[2]!]);
        return pass.preActivations.map((preActivations, layer) => ({
          preActivations: own(preActivations),
          activations: own(pass.activations[layer]!),
          preActivationGradients: own(gradients.preActivationGradients[layer]!),
          kernelGradients: own(gradients.kernelGradients[layer]!),
        }));
      });
      const read = async (tensor: Tensor): Promise<Float32Array> => Float32Array.from(await tensor.data());
      const signals = await Promise.all(
        layers.map(async (layer): Promise<LayerSignals> => ({
          preActivations: await read(layer.preActivations),
          activations: await read(layer.activations),
          preActivationGradients: await read(layer.preActivationGradients),
          kernelGradients: await read(layer.kernelGradients),
        })),
      );
      tf.dispose(layers);
      return signals;
    },

    async read(slot) {
      const { device, step, learningRate, optimizer } = occupantOf(slot);
      const parameters = Float32Array.from(await device.parameters.data());
      const kept = step === 0 || moments === 0 ? null : new Float32Array(moments * count);
      if (kept) for (const [m, moment] of device.moments.entries()) kept.set(await moment.data(), m * count);
      return { parameters, moments: kept, step, learningRate, optimizer };
    },

    async readParameters(slot) {
      return Float32Array.from(await occupantOf(slot).device.parameters.data());
    },

    dispose() {
      if (disposed) return;
      disposed = true;
      for (const occupant of occupants) if (occupant) disposeState(occupant.device);
      occupants.fill(null);
      onDispose();
    },
  };
}
