import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Backend } from '../../training/backend.ts';
import { createTrainer } from '../../training/stacked-trainer.ts';
import { liveBufferBytes } from '../contracts/backend/memory.ts';
import { cpuBackends, createBackend } from './cpu-backends.ts';
import { loadTestDataset, never, trialConfig } from './trial-configs.ts';

/** Records and paces; far less than a stack or a set of weights, of which one a hundred steps or one a stack would show. */
const roomBytes = 200_000;

interface Memory {
  readonly buffers: number;
  readonly heap: number;
}

async function liveMemory(): Promise<Memory> {
  return { buffers: await liveBufferBytes(), heap: process.memoryUsage().heapUsed };
}

function expectSame(after: Memory, before: Memory): void {
  expect(after.buffers - before.buffers).toBeLessThan(roomBytes);
  // Compiled code and inline caches grow for a while; the objects around hundreds of stacks or thousands of steps are more.
  expect(after.heap - before.heap).toBeLessThan(5 * roomBytes);
}

describe.each(cpuBackends)('memory of the trainer (%s)', (name) => {
  let backend: Backend;
  beforeAll(async () => {
    backend = await createBackend(name);
  });
  afterAll(() => backend.dispose());

  it('is the same after 10,000 steps', async () => {
    const trainer = createTrainer({ ...backend, dispose: async () => {} }, loadTestDataset);
    // 64 steps an epoch. Adam on few units, so that the slowest backend takes seconds.
    const config = trialConfig({
      width: 4,
      depth: 1,
      batchSize: 1,
      epochs: 160,
      optimizer: { name: 'adam', beta1: 0.9, beta2: 0.999, epsilon: 1e-7 },
      probes: { epochs: [10, 'last'], examples: 8 },
    });
    const measured: Promise<Memory>[] = [];
    const [outcome] = await trainer.train(
      [{ id: 'long', config }],
      ({ epoch }) => {
        if (epoch.epoch === 4 || epoch.epoch === 160) measured.push(liveMemory());
      },
      never,
      { intervalMs: 100, onCheckpoint: () => {} },
    );
    expect(outcome).toHaveProperty('result.stepsRun', 10_240);
    const [early, late] = await Promise.all(measured);
    expectSame(late!, early!);
    await trainer.close();
  }, 120_000);

  it('is the same after hundreds of stacks were made and disposed of', async () => {
    let made = 0;
    const counting: Backend = {
      ...backend,
      createStack: (...request) => {
        made++;
        return backend.createStack(...request);
      },
      dispose: async () => {},
    };
    const trainer = createTrainer(counting, loadTestDataset);
    const stacks = async (count: number): Promise<void> => {
      for (let seed = 0; seed < count; seed++) {
        const config = trialConfig({ seed, epochs: 1, probes: { epochs: [0], examples: 8 } });
        const jobs = [1, 2, 3].map((epochs) => ({ id: String(epochs), config: { ...config, epochs } }));
        const outcomes = await trainer.train(jobs, () => {}, never);
        expect(outcomes.every((outcome) => 'result' in outcome)).toBe(true);
        // A trial that came at once would go on in the stack that is there.
        await delay(1);
      }
    };
    await stacks(20);
    const before = await liveMemory();
    made = 0;
    await stacks(200);
    expect(made).toBeGreaterThanOrEqual(200);
    expectSame(await liveMemory(), before);
    await trainer.close();
  }, 120_000);
});
