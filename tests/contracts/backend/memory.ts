import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import type { Backend } from '../../../training/backend.ts';
import { optimizers, randomBatches, randomState, shapeAndData } from './cases.ts';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** Bytes of array buffers (WebAssembly memories included) that are still reachable. */
export async function liveBufferBytes(): Promise<number> {
  for (let pass = 0; pass < 3; pass++) {
    collectGarbage();
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  return process.memoryUsage().arrayBuffers;
}

/** `allocated` says what the backend holds at the moment, in bytes or in tensors: its own measure, or live buffers. */
export function memoryContract(backend: () => Backend, allocated: () => number | Promise<number>): void {
  describe('memory', () => {
    it('disposing of a stack leaves nothing behind, and steps leave nothing while it lives', async () => {
      const { shape, dataset } = shapeAndData({ optimizer: 'adam', widths: [64, 64], batchSize: 32 });
      const slots = [0, 1, 2];
      const live = async (calls: number): Promise<number> => {
        const stack = await backend().createStack(shape, dataset, 4);
        for (const slot of slots) stack.place(slot, randomState(shape, slot, optimizers[3]!));
        for (let call = 0; call < calls; call++) {
          const rows = randomBatches(1, call, 6, shape.batchSize, 64);
          await stack.train(slots, Uint32Array.from([...rows, ...rows, ...rows]), 6);
          await stack.takeTrainSums(slots);
          await stack.evaluate(slots, 'validation');
          await stack.signals(1, rows);
          await stack.read(2);
        }
        const held = await allocated();
        stack.dispose();
        return held;
      };
      // The first uses may fill caches that stay.
      await live(2);
      const before = await allocated();
      const few = await live(2);
      const many = await live(20);
      const after = await allocated();
      expect(many).toBeLessThanOrEqual(few);
      expect(after).toBeLessThanOrEqual(before);
    });
  });
}
