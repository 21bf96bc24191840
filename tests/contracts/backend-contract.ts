import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Backend } from '../../training/backend.ts';
import { evaluationContract } from './backend/evaluation.ts';
import { gradientContract } from './backend/gradients.ts';
import { independenceContract } from './backend/independence.ts';
import { liveBufferBytes, memoryContract } from './backend/memory.ts';
import { optimizerContract } from './backend/optimizers.ts';

export interface BackendContractOptions {
  /** What the backend holds at the moment, in its own measure (bytes, tensors); default: live array buffers, bytes. */
  readonly allocated?: () => number | Promise<number>;
}

/** The suite that every Backend passes; see training/backend.ts, training/optimizers.ts and training/losses.ts. */
export function backendContract(
  name: string,
  createBackend: () => Backend | Promise<Backend>,
  { allocated = liveBufferBytes }: BackendContractOptions = {},
): void {
  describe(`backend ${name}`, () => {
    let backend: Backend;
    beforeAll(async () => {
      backend = await createBackend();
    });
    afterAll(() => backend.dispose());

    it('says what it is', () => {
      expect(backend.arithmetic).not.toBe('');
      expect(backend.description).not.toBe('');
      expect(backend.preferredCapacity).toBeGreaterThanOrEqual(1);
    });

    gradientContract(() => backend);
    optimizerContract(() => backend);
    evaluationContract(() => backend);
    independenceContract(() => backend);
    memoryContract(() => backend, allocated);
  });
}
