import type { Network, Normalization } from '../../core/networks/network.ts';
import { networkLabel } from '../../core/trial/labels.ts';
import type { StackShape } from '../../training/backend.ts';
import { chooseBackend } from '../../training/backends/choose-backend.ts';
import { parameterLayout } from '../../training/parameter-layout.ts';
import { adam, classes, image, inputs, stepsPerSecond } from './steps-per-second.ts';

/**
 * Training steps per second of one trial on one core with shortcuts, convolutions and normalization: our two kernels beside the
 * operations of TensorFlow.js (backend tfjsWasm), relu, batch 64, adam, data of the size of the 8x8 digits. Run with `npx tsx bench/micro/networks.ts`.
 */
const dense = ['8 x 32', '20 x 32', '8 x 128'];
const networks: readonly (readonly [Network, readonly string[]])[] = [
  [{ name: 'mlp' }, dense],
  [{ name: 'residual', blockLayers: 2 }, dense],
  [{ name: 'convolution', kernelSize: 3 }, ['2 x 8', '4 x 16', '4 x 32']],
];
const normalizations: readonly Normalization['name'][] = ['none', 'layer', 'batch'];

function shapeOf(network: Network, normalization: Normalization['name'], depth: number, width: number): StackShape {
  return {
    layerSizes: [inputs, ...Array.from({ length: depth }, () => width), classes],
    network,
    normalization: { name: normalization },
    image: network.name === 'convolution' ? image : null,
    activation: { name: 'relu' },
    loss: 'crossEntropy',
    batchSize: 64,
    optimizer: adam.name,
  };
}

/** Multiplications and additions of the three products (two for the first layer). */
function stepFlops(shape: StackShape): number {
  return parameterLayout(shape).layers.reduce(
    (sum, { fanIn, units, positions }, i) => sum + (i === 0 ? 4 : 6) * shape.batchSize * positions * fanIn * units,
    0,
  );
}

const backends = await Promise.all(
  ['simd', 'wasm', 'tfjsWasm'].map(async (choice) => (await chooseBackend(choice)).backend),
);
console.log(backends.map(({ description }) => description).join('; '));
const rows = [];
for (const [network, sizes] of networks) {
  for (const normalization of normalizations) {
    for (const size of sizes) {
      const [depth, width] = size.split(' x ').map(Number) as [number, number];
      const shape = shapeOf(network, normalization, depth, width);
      const rates: number[] = [];
      for (const backend of backends) rates.push(await stepsPerSecond(backend, shape, adam));
      const [simd, wasm, tfjs] = rates as [number, number, number];
      rows.push({
        network: networkLabel(network),
        normalization,
        'depth x width': size,
        'simd steps/s': Math.round(simd),
        'simd GFLOP/s': Number(((simd * stepFlops(shape)) / 1e9).toFixed(1)),
        'wasm steps/s': Math.round(wasm),
        'tfjs steps/s': Number(tfjs.toPrecision(3)),
        'simd / tfjs': Number((simd / tfjs).toFixed(1)),
        'wasm / tfjs': Number((wasm / tfjs).toFixed(1)),
      });
    }
  }
}
console.table(rows);
