import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { MachineError } from '../core/errors.ts';

/**
 * The GPUs that trainer processes may use, each by a name that CUDA_VISIBLE_DEVICES understands: what that variable lists,
 * or every one that nvidia-smi knows. Throws MachineError where neither says anything.
 */
export async function visibleGpus(environment: NodeJS.ProcessEnv): Promise<string[]> {
  const listed = environment['CUDA_VISIBLE_DEVICES'];
  // CUDA ignores what follows the first name that is none, and -1 is the usual one.
  if (listed) return listed.split(',').map((name) => name.trim()).filter((name) => name !== '' && name !== '-1'); // prettier-ignore
  try {
    const { stdout } = await promisify(execFile)('nvidia-smi', ['--query-gpu=uuid', '--format=csv,noheader'], {
      env: environment,
      timeout: 20_000,
    });
    return stdout.trim().split('\n');
  } catch (error) {
    throw new MachineError('nvidia-smi does not list the GPUs of this machine.', { cause: error });
  }
}
