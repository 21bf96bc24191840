import type { LayerRecord } from '../../core/trial/trial-record.ts';
import type { Stack } from '../backend.ts';
import { layerRecords } from './layer-records.ts';

/**
 * Measures the layers of a slot's network on the first `examples` training rows: the split is in random order, so they
 * are a sample, and the same one for every trial on the set.
 */
export async function probeLayers(stack: Stack, slot: number, epoch: number, examples: number): Promise<LayerRecord[]> {
  const rows = Uint32Array.from({ length: examples }, (_, row) => row);
  const signals = await stack.signals(slot, rows);
  return layerRecords(epoch, stack.shape, await stack.readParameters(slot), signals);
}
