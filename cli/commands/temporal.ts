import { spawn } from 'node:child_process';
import { MachineError } from '../../core/errors.ts';
import { findTemporal } from '../../infra/local/find-temporal.ts';
import { findAddresses } from '../stack-connection.ts';

/** `initsweep temporal ...`: the Temporal CLI, wherever it is, with the stack's address; answers its exit code. */
export async function temporalCommand(args: readonly string[]): Promise<number> {
  const { temporalAddress, namespace } = await findAddresses();
  const { path } = await findTemporal({ onProgress: (message) => console.error(message) });
  const environment = { ...process.env, TEMPORAL_ADDRESS: temporalAddress, TEMPORAL_NAMESPACE: namespace };
  const child = spawn(path, [...args], { stdio: 'inherit', env: environment });
  return new Promise((resolve, reject) => {
    child.once('error', (error) => reject(new MachineError(`${path} did not start: ${error.message}`)));
    child.once('exit', (code) => resolve(code ?? 1));
  });
}
