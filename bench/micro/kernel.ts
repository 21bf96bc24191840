import type { Activation } from '../../core/activations/activation.ts';
import { plainSizes } from '../../core/networks/network-layers.ts';
import type { Optimizer } from '../../core/trial/trial-config.ts';
import type { StackShape } from '../../training/backend.ts';
import { chooseBackend } from '../../training/backends/choose-backend.ts';
import { parameterLayout } from '../../training/parameter-layout.ts';
import { adam, classes, inputs, stepsPerSecond } from './steps-per-second.ts';

/**
 * Training steps per second of one trial on one core, our two kernels side by side, on data of the size of the 8x8 digits.
 * Run with `npx tsx bench/micro/kernel.ts`; arguments choose activations (default relu and tanh).
 */
const optimizers: readonly Optimizer[] = [adam, { name: 'sgd' }];

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
