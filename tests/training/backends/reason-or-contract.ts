import { expect, it } from 'vitest';
import { UserError } from '../../../core/errors.ts';
import { chooseBackend } from '../../../training/backends/choose-backend.ts';
import { backendContract, type BackendContractOptions } from '../../contracts/backend-contract.ts';

/**
 * For a backend that needs what not every machine has: the whole contract where it works; where it does not, that it is refused
 * in one line that a person can act on. Each has a test file, so a process, of its own: two native libraries share none.
 */
export async function expectReasonOrContract(
  name: 'simd' | 'native' | 'cuda',
  options: BackendContractOptions = {},
): Promise<void> {
  let reason: unknown;
  try {
    await (await chooseBackend(name)).backend.dispose();
  } catch (error) {
    reason = error;
  }
  if (reason === undefined) {
    backendContract(name, async () => (await chooseBackend(name)).backend, options);
    return;
  }
  it(`${name} does not work on this machine and says why in one line: ${(reason as Error).message}`, () => {
    expect(reason).toBeInstanceOf(UserError);
    const { message } = reason as UserError;
    expect(message).toMatch(/^Backend \w+ does not work here: [A-Z@].+\. SWEEP_BACKEND=auto takes one that does\.$/);
    expect(message).not.toMatch(/ at .*:\d+:\d+/);
  });
}

/** Tensors that tfjs holds at the moment. */
export function liveTensors(): number {
  return (globalThis as unknown as { _tfengine: { memory(): { numTensors: number } } })._tfengine.memory().numTensors;
}
