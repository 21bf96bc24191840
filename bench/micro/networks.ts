import type { Network, Normalization } from '../../core/networks/network.ts';
import { networkLabel } from '../../core/trial/labels.ts';
import type { StackShape } from '../../training/backend.ts';
import { chooseBackend } from '../../training/backends/choose-backend.ts';
import { adam, classes, inputs, stepsPerSecond } from './steps-per-second.ts';

/**
 * Training steps per second of one trial on one core with shortcuts and normalization: our two kernels beside the
 * operations of TensorFlow.js (backend tfjsWasm), relu, batch 64, adam, data of the size of the 8x8 digits. Run with `npx tsx bench/micro/networks.ts`.
 */
const networks: readonly Network[] = [{ name: 'mlp' }, { name: 'residual', blockLayers: 2 }];
const normalizations: readonly Normalization['name'][] = ['none', 'layer', 'batch'];

const backends = await Promise.all(
  ['simd', 'wasm', 'tfjsWasm'].map(async (choice) => (await chooseBackend(choice)).backend),
);
console.log(backends.map(({ description }) => description).join('; '));
const rows = [];
for (const network of networks) {
  for (const name of normalizations) {
    for (const [depth, width] of [
      [8, 32],
      [20, 32],
      [8, 128],
    ] as const) {
      const shape: StackShape = {
        layerSizes: [inputs, ...Array.from({ length: depth }, () => width), classes],
        network,
        normalization: { name },
        image: null,
        activation: { name: 'relu' },
        loss: 'crossEntropy',
        batchSize: 64,
        optimizer: adam.name,
      };
      const rates: number[] = [];
      for (const backend of backends) rates.push(await stepsPerSecond(backend, shape, adam));
      const [simd, wasm, tfjs] = rates as [number, number, number];
      rows.push({
        network: networkLabel(network),
        normalization: name,
        'depth x width': `${depth} x ${width}`,
        'simd steps/s': Math.round(simd),
        'wasm steps/s': Math.round(wasm),
        'tfjs steps/s': Math.round(tfjs),
        'simd / tfjs': Number((simd / tfjs).toFixed(1)),
        'wasm / tfjs': Number((wasm / tfjs).toFixed(1)),
      });
    }
  }
}
console.table(rows);
