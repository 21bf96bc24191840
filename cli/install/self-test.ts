import { UserError } from '../../core/errors.ts';
import { packageVariables } from '../../infra/tfjs-native/prefix.ts';
import type { Variant } from '../../infra/tfjs-native/release.ts';
import { askChild } from '../ask-child.ts';
import type { SelfTestAnswer, SelfTestMessage } from './self-test-child.ts';

/** CUDA's first use on a new GPU may compile for it. */
const limitMs = 300_000;

/**
 * Loads a tfjs-node package as a training worker will, multiplies and trains with it in a process of its own. Throws
 * UserError when the process ends early, or when the numbers are wrong.
 */
export async function selfTest(variant: Variant, folder: string): Promise<SelfTestAnswer> {
  const file = new URL('./self-test-child.ts', import.meta.url);
  const environment = { ...process.env, [packageVariables[variant]]: folder };
  const message = await askChild<SelfTestMessage>(file, [variant], environment, limitMs).catch((error: Error) => ({
    problem: error.message,
  }));
  if ('problem' in message) throw new UserError(`The library does not work on this machine: ${message.problem}`);
  return message;
}
