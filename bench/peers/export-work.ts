import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { plainSizes } from '../../core/networks/network-layers.ts';
import { createCpuBackend } from '../../training/backends/cpu/cpu-backend.ts';
import type { Dataset } from '../../training/datasets/dataset.ts';
import { epochOrder } from '../../training/epoch-order.ts';
import { placeInitialState } from '../../training/initial-state.ts';
import { batchSize, distinctTrials, trialConfig, type Work } from './work.ts';

/**
 * Writes what the peers need to do the very same work, as raw little-endian numbers: `parameters.f32` [distinctTrials,
 * parameters] as SlotState.parameters has them, `order.u32` [distinctTrials, epochs, stepsPerEpoch, batchSize], and of each
 * split `<split>-inputs.f32` [examples, inputs] and `<split>-targets.i32` [examples].
 */
export async function exportWork(work: Work, dataset: Dataset, folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  const { examples } = dataset.splits.train;
  const shape = {
    ...plainSizes(work.layerSizes),
    activation: { name: 'relu' },
    loss: 'crossEntropy',
    batchSize,
    optimizer: work.optimizer.name,
  } as const;
  const stack = await createCpuBackend().createStack(shape, dataset, 1);
  const parameters: Float32Array[] = [];
  const orders: Uint32Array[] = [];
  for (let trial = 0; trial < distinctTrials; trial++) {
    const config = trialConfig(work, trial);
    await placeInitialState(stack, 0, config, examples);
    parameters.push((await stack.read(0)).parameters);
    for (let epoch = 1; epoch <= work.epochs; epoch++) {
      orders.push(epochOrder(config.seed, epoch, examples, batchSize));
    }
  }
  stack.dispose();
  await writeFile(join(folder, 'parameters.f32'), bytesOf(parameters));
  await writeFile(join(folder, 'order.u32'), bytesOf(orders));
  for (const [name, split] of Object.entries(dataset.splits)) {
    await writeFile(join(folder, `${name}-inputs.f32`), bytesOf([split.inputs]));
    await writeFile(join(folder, `${name}-targets.i32`), bytesOf([split.targets]));
  }
}

function bytesOf(arrays: readonly (Float32Array | Int32Array | Uint32Array)[]): Buffer {
  return Buffer.concat(arrays.map((values) => Buffer.from(values.buffer, values.byteOffset, values.byteLength)));
}
