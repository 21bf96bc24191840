import { afterAll, afterEach, beforeAll, inject } from 'vitest';
import { createTestNamespace, type TestNamespace } from '../setup/test-namespace.ts';
import { createTestStore, type TestStore } from '../setup/test-store.ts';
import { ArithmeticTrainer, type ArithmeticTrainerOptions } from './arithmetic-trainer.ts';
import { startControlWorker, startTrainingWorker } from './orchestra.ts';

export interface Orchestra {
  readonly temporal: TestNamespace;
  readonly store: TestStore;
  /** Starts a training worker that stops after the test, with a trainer of its own. */
  readonly trainingWorker: (options?: ArithmeticTrainerOptions) => Promise<ArithmeticTrainer>;
  /** Stops the training worker that was started last. */
  readonly stopTrainingWorker: () => Promise<void>;
  /** Stops the control worker and starts another. */
  readonly replaceControlWorker: () => Promise<void>;
}

/** For the tests of a file: a namespace, a store and a control worker in this process. There from `beforeAll` on. */
export function useOrchestra(): Orchestra {
  let temporal: TestNamespace;
  let store: TestStore;
  let control: { stop(): Promise<void> };
  const workers: { stop(): Promise<void> }[] = [];

  beforeAll(async () => {
    temporal = await createTestNamespace(inject('temporalAddress'));
    store = await createTestStore();
    control = await startControlWorker(temporal, store);
  });
  afterEach(async () => {
    await Promise.all(workers.splice(0).map((worker) => worker.stop()));
  });
  afterAll(async () => {
    await control.stop();
    await store.close();
    await temporal.close();
  });

  return {
    get temporal() {
      return temporal;
    },
    get store() {
      return store;
    },
    trainingWorker: async (options = {}) => {
      const trainer = new ArithmeticTrainer(options);
      workers.push(await startTrainingWorker(temporal, store, trainer));
      return trainer;
    },
    stopTrainingWorker: async () => {
      await workers.pop()?.stop();
    },
    replaceControlWorker: async () => {
      await control.stop();
      control = await startControlWorker(temporal, store);
    },
  };
}
