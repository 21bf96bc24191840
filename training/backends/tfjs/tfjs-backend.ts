import type { Backend, StackShape } from '../../backend.ts';
import type { GroupSizes } from './groups.ts';
import { createResidentDatasets } from './resident-datasets.ts';
import type { TensorFlow } from './tensorflow.ts';
import { createTfjsStack } from './tfjs-stack.ts';

export interface TfjsBackendOptions extends Pick<Backend, 'name' | 'arithmetic' | 'description' | 'preferredCapacity'> {
  /** With its backend chosen and ready. */
  readonly tf: TensorFlow;
  /** May depend on the shape, but not on a stack's capacity. */
  readonly groupSizes: (shape: StackShape) => GroupSizes;
}

/** The stacked network on whatever device `tf` computes on; cuda, native and tfjsWasm differ in the options alone. */
export function createTfjsBackend({ tf, groupSizes, ...about }: TfjsBackendOptions): Backend {
  const datasets = createResidentDatasets(tf);
  return {
    ...about,
    async createStack(shape, dataset, capacity) {
      const data = datasets.acquire(dataset);
      const onDispose = (): void => datasets.release(dataset);
      return createTfjsStack({ tf, shape, capacity, groupSizes: groupSizes(shape), data, onDispose });
    },
    async dispose() {},
  };
}
