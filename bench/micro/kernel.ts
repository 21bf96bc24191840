import { randomStream } from '../../core/random/random-stream.ts';
import type { Activation } from '../../core/activations/activation.ts';
import { plainSizes } from '../../core/networks/network-layers.ts';
import type { Optimizer } from '../../core/trial/trial-config.ts';
import type { Backend, StackShape } from '../../training/backend.ts';
import { chooseBackend } from '../../training/backends/choose-backend.ts';
import type { Dataset, Split } from '../../training/datasets/dataset.ts';
import { parameterLayout } from '../../training/parameter-layout.ts';

/**
 * Training steps per second of one trial on one core, our two kernels side by side, on data of the size of the 8x8 digits.
 * Run with `npx tsx bench/micro/kernel.ts`; arguments choose activations (default relu and tanh).
 */
const inputs = 64;
const classes = 10;
const examples = 1_024;
/** The best of many pieces shorter than a scheduler's slice, so that other load on the machine disturbs little. */
const pieceMs = 4;
const totalMs = 300;

const adam: Optimizer = { name: 'adam', beta1: 0.9, beta2: 0.999, epsilon: 1e-7 };
const optimizers: readonly Optimizer[] = [adam, { name: 'sgd' }];

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
  image: null,
  outputs: classes,
  splits: { train: randomSplit('train'), validation: randomSplit('validation'), test: randomSplit('test') },
  hash: 'random',
};

/** He-initialized parameters. */
function parameters(shape: StackShape): Float32Array {
  const { count, layers } = parameterLayout(shape);
  const values = new Float32Array(count);
  layers.forEach(({ fanIn, kernel, bias }, layer) => {
    randomStream(1, 'kernel', layer).fillNormal(values.subarray(kernel, bias), 0, Math.sqrt(2 / fanIn));
  });
  return values;
}

async function stepsPerSecond(backend: Backend, shape: StackShape, optimizer: Optimizer): Promise<number> {
  const stack = await backend.createStack(shape, dataset, 1);
  const state = { parameters: parameters(shape), moments: null, step: 0, learningRate: 1e-3, optimizer };
  stack.place(0, state);
  const stream = randomStream(2);
  const run = async (steps: number): Promise<number> => {
    const batches = Uint32Array.from({ length: steps * shape.batchSize }, () => stream.integer(examples));
    const start = performance.now();
    await stack.train([0], batches, steps);
    return performance.now() - start;
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

/** Multiplications and additions of the three products (two for the first layer), without activations and optimizer. */
function stepFlops(shape: StackShape): number {
  const { layers } = parameterLayout(shape);
  return layers.reduce((sum, { fanIn, fanOut }, i) => sum + (i === 0 ? 4 : 6) * shape.batchSize * fanIn * fanOut, 0);
}

const names = process.argv.slice(2) as Exclude<Activation['name'], 'leakyRelu' | 'elu'>[];
const { backend: simd } = await chooseBackend('simd');
const { backend: wasm } = await chooseBackend('wasm');
console.log(`${simd.description}; ${wasm.description}`);
const rows = [];
for (const name of names.length > 0 ? names : (['relu', 'tanh'] as const)) {
  for (const optimizer of optimizers) {
    for (const batchSize of [64, 128]) {
      for (const depth of [2, 8, 20]) {
        for (const width of [32, 64, 128]) {
          const layerSizes = [inputs, ...Array.from({ length: depth }, () => width), classes];
          const shape: StackShape = {
            ...plainSizes(layerSizes),
            activation: { name },
            loss: 'crossEntropy',
            batchSize,
            optimizer: optimizer.name,
          };
          const ofSimd = await stepsPerSecond(simd, shape, optimizer);
          const ofWasm = await stepsPerSecond(wasm, shape, optimizer);
          const gigaflops = (rate: number): number => Number(((rate * stepFlops(shape)) / 1e9).toFixed(1));
          rows.push({
            activation: name,
            optimizer: optimizer.name,
            batch: batchSize,
            depth,
            width,
            'simd steps/s': Math.round(ofSimd),
            'simd GFLOP/s': gigaflops(ofSimd),
            'wasm steps/s': Math.round(ofWasm),
            'wasm GFLOP/s': gigaflops(ofWasm),
            ratio: Number((ofSimd / ofWasm).toFixed(1)),
          });
        }
      }
    }
  }
}
console.table(rows);
