import { existsSync } from 'node:fs';
import { readdir, rm, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { UserError } from '../../core/errors.ts';
import type { Npm } from './find-npm.ts';
import { nodeApi } from './release.ts';
import { runTool, type RunToolOptions } from './run-tool.ts';

/**
 * Builds tfjs-node's addon, from the package's own sources, against the library in the package's folder `deps`. Throws
 * UserError with the compiler's last lines when that fails.
 */
export async function buildAddon(packageFolder: string, npm: Npm, options: RunToolOptions): Promise<void> {
  await linkLibraries(join(packageFolder, 'deps', 'lib'));
  // As binding.gyp does on Linux: the library is found relative to the addon, so that the prefix can be moved.
  const rpath = process.platform === 'darwin' ? { LDFLAGS: '-Wl,-rpath,@loader_path/../../deps/lib' } : {};
  const environment = { ...options.environment, ...rpath };
  const args = [
    'rebuild',
    '--module_name=tfjs_binding',
    `--module_path=${join(packageFolder, 'lib', `napi-v${nodeApi}`)}`,
    `--napi_build_version=${nodeApi}`,
    ...nodeHeaders(),
  ];
  try {
    await runTool(process.execPath, [npm.nodeGyp, ...args], { ...options, environment, folder: packageFolder });
  } catch (error) {
    options.signal.throwIfAborted();
    throw new UserError(`The addon could not be built; node-gyp says: ${(error as Error).message}`);
  }
  await rm(join(packageFolder, 'build'), { recursive: true });
  await rm(join(packageFolder, 'deps', 'include'), { recursive: true });
}

/** The names that binding.gyp links with; the wheels have the interface for C in the library for C++. */
async function linkLibraries(folder: string): Promise<void> {
  const present = await readdir(folder);
  for (const name of present) {
    const linked = name.startsWith('libtensorflow_cc.') ? name.replace('libtensorflow_cc', 'libtensorflow') : name;
    const bare = linked.replace(/\.so\.2$/, '.so');
    if (bare !== name) await symlink(name, join(folder, bare));
  }
}

/** Headers that came with Node itself; without them node-gyp downloads them. */
function nodeHeaders(): string[] {
  const root = join(dirname(process.execPath), '..');
  return existsSync(join(root, 'include', 'node', 'node_api.h')) ? [`--nodedir=${root}`] : [];
}
