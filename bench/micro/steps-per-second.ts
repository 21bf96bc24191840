import { randomStream } from '../../core/random/random-stream.ts';
import type { Optimizer } from '../../core/trial/trial-config.ts';
import type { Backend, StackShape } from '../../training/backend.ts';
import type { Dataset, Split } from '../../training/datasets/dataset.ts';
import { parameterLayout } from '../../training/parameter-layout.ts';

/** Random data of the size of the 8x8 digits, for benchmarks of single steps. */
export const inputs = 64;
export const classes = 10;
export const image = { height: 8, width: 8, channels: 1 };
const examples = 1_024;
/** The best of many pieces shorter than a scheduler's slice, by processor time, so that other load on the machine disturbs little. */
const pieceMs = 4;
const totalMs = 300;

export const adam: Optimizer = { name: 'adam', beta1: 0.9, beta2: 0.999, epsilon: 1e-7 };

function randomSplit(name: string): Split {
  const values = new Float32Array(examples * inputs);
  randomStream(1, name).fillNormal(values, 0, 1);
  const stream = randomStream(1, name, 'classes');
  return { examples, inputs: values, targets: Int32Array.from({ length: examples }, () => stream.integer(classes)) };
}

const dataset: Dataset = {
  name: 'random',
  task: 'classification',
  inputs,
  image,
  outputs: classes,
  splits: { train: randomSplit('train'), validation: randomSplit('validation'), test: randomSplit('test') },
  hash: 'random',
};

/** He-initialized parameters; gains are 1. */
function parameters(shape: StackShape): Float32Array {
  const { count, layers } = parameterLayout(shape);
  const values = new Float32Array(count);
  layers.forEach(({ fanIn, units, kernel, bias, gain }, layer) => {
    randomStream(1, 'kernel', layer).fillNormal(values.subarray(kernel, bias), 0, Math.sqrt(2 / fanIn));
    if (gain !== null) values.fill(1, gain, gain + units);
  });
  return values;
}

/** Training steps per second of processor time of one trial alone in its stack, He-initialized, at learning rate 0.001. */
export async function stepsPerSecond(backend: Backend, shape: StackShape, optimizer: Optimizer): Promise<number> {
  const stack = await backend.createStack(shape, dataset, 1);
  const state = { parameters: parameters(shape), moments: null, step: 0, learningRate: 1e-3, optimizer };
  stack.place(0, state);
  const stream = randomStream(2);
  const run = async (steps: number): Promise<number> => {
    const batches = Uint32Array.from({ length: steps * shape.batchSize }, () => stream.integer(examples));
    const start = process.cpuUsage();
    await stack.train([0], batches, steps);
    await stack.takeTrainSums([0]);
    const { user, system } = process.cpuUsage(start);
    return (user + system) / 1_000;
  };
  // Also gives the engine time to compile the kernel at its best.
  let pieces = 0;
  let steps = 1;
  let best = Infinity;
  for (let spent = 0; spent < totalMs || pieces < 3; pieces++) {
    const durationMs = await run(steps);
    spent += durationMs;
    best = Math.min(best, durationMs / steps);
    steps = Math.max(1, Math.round(pieceMs / best));
  }
  stack.dispose();
  return 1_000 / best;
}
