import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { UserError } from '../../core/errors.ts';
import { packageVariables } from '../../infra/tfjs-native/prefix.ts';
import type { Variant } from '../../infra/tfjs-native/release.ts';
import type { SelfTestAnswer, SelfTestMessage } from './self-test-child.ts';

const child = fileURLToPath(new URL('./self-test-child.ts', import.meta.url));
/** CUDA's first use on a new GPU may compile for it. */
const limitMs = 300_000;

/**
 * Loads a tfjs-node package as a training worker will, multiplies and trains with it in a process of its own. Throws
 * UserError when the process ends early, or when the numbers are wrong.
 */
export async function selfTest(variant: Variant, folder: string): Promise<SelfTestAnswer> {
  const tested = fork(child, [variant], {
    execArgv: ['--import', import.meta.resolve('tsx')],
    env: { ...process.env, [packageVariables[variant]]: folder },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    timeout: limitMs,
    killSignal: 'SIGKILL',
  });
  let output = '';
  for (const stream of [tested.stdout, tested.stderr]) {
    stream?.setEncoding('utf8').on('data', (part: string) => (output += part));
  }
  let message: SelfTestMessage | undefined;
  tested.on('message', (received) => (message = received as SelfTestMessage));
  const ending = await new Promise<string>((resolve, reject) => {
    tested.once('error', reject);
    tested.once('close', (code, signal) => resolve(code === null ? `by ${signal}` : `with ${code}`));
  });
  if (message !== undefined && 'libraryVersion' in message) return message;
  const lastLines = output.trim().split('\n').slice(-10).join('\n');
  throw new UserError(
    message === undefined
      ? `The library does not work on this machine: its process ended ${ending}.\n${lastLines}`
      : `The library does not work on this machine: ${message.problem}`,
  );
}
