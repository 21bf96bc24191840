import { existsSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import util from 'node:util';
import { MachineError, UserError } from '../../../core/errors.ts';
import type { TensorFlow } from './tensorflow.ts';

const require = createRequire(import.meta.url);

/** The package's own backend object, as far as it is used here. */
interface NodeBackend {
  readonly isUsingGpuDevice: boolean;
  readonly binding: { readonly TF_Version: string };
}

export interface TfjsNode {
  readonly tf: TensorFlow;
  /** Version of the native library, such as 2.21.0. */
  readonly libraryVersion: string;
  readonly isUsingGpuDevice: boolean;
}

/** A package of the tfjs-node family. */
export interface TfjsNodePackage {
  readonly name: '@tensorflow/tfjs-node' | '@tensorflow/tfjs-node-gpu';
  /** Environment variable that names the folder of such a package to be taken instead of the installed one. */
  readonly variable: 'SWEEP_TFJS_NODE' | 'SWEEP_TFJS_NODE_GPU';
}

/**
 * Loads a tfjs-node package and with it its native library, whose settings are read from the environment at that moment.
 * All of `tf` comes from that package, so that there are not two copies of tfjs-core. Throws UserError where the package
 * or its addon is not there, MachineError where the library does not load.
 */
export function loadTfjsNode(asked: TfjsNodePackage): TfjsNode {
  const folder = folderOf(asked);
  if (!hasAddon(folder)) {
    throw new UserError(
      `${asked.name} is installed without its native addon (none in ${join(folder, 'lib')}), which its install script builds or fetches.`,
    );
  }
  // tfjs-node 4.22.0 calls this function, which Node 23 removed.
  const legacy = util as { isNullOrUndefined?: (value: unknown) => boolean };
  legacy.isNullOrUndefined ??= (value) => value === null || value === undefined;
  // TensorFlow's notes on its processor and plugins, several lines of them; errors are still shown.
  process.env['TF_CPP_MIN_LOG_LEVEL'] ??= '2';
  try {
    const tf = require(folder) as TensorFlow;
    const backend = tf.backend() as unknown as NodeBackend;
    return { tf, libraryVersion: backend.binding.TF_Version, isUsingGpuDevice: backend.isUsingGpuDevice };
  } catch (error) {
    const [reason] = (error as Error).message.split('\n');
    throw new MachineError(`${asked.name} does not load: ${reason}.`, { cause: error });
  }
}

function folderOf({ name, variable }: TfjsNodePackage): string {
  const chosen = process.env[variable];
  if (chosen) {
    if (existsSync(join(chosen, 'package.json'))) return resolve(chosen);
    throw new UserError(`${variable} is ${chosen}, which is not the folder of a package.`);
  }
  try {
    return dirname(require.resolve(`${name}/package.json`));
  } catch {
    throw new UserError(`The optional package ${name} is not installed, and ${variable} names no folder of one.`);
  }
}

/** Whether lib/napi-v<number>/tfjs_binding.node is there, for any version of Node's interface for addons. */
function hasAddon(folder: string): boolean {
  const lib = join(folder, 'lib');
  return existsSync(lib) && readdirSync(lib).some((version) => existsSync(join(lib, version, 'tfjs_binding.node')));
}
