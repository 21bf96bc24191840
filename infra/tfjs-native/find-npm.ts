import { existsSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { findOnPath } from '../local/find-on-path.ts';

/** npm's entry point and that of the node-gyp which npm brings along; both are run by Node. */
export interface Npm {
  readonly cli: string;
  readonly nodeGyp: string;
}

/** The npm that started this process, or that on PATH, or that beside Node itself; null where there is none. */
export async function findNpm(environment: NodeJS.ProcessEnv): Promise<Npm | null> {
  const onPath = await findOnPath('npm', environment);
  const candidates = [
    environment['npm_execpath'],
    onPath === null ? undefined : realpathSync(onPath),
    join(dirname(process.execPath), '..', 'lib', 'node_modules', 'npm', 'bin', 'npm-cli.js'),
  ];
  for (const cli of candidates) {
    // npm_execpath may be pnpm or yarn, whose node-gyp lies elsewhere.
    if (!cli?.endsWith('npm-cli.js')) continue;
    const nodeGyp = join(dirname(cli), '..', 'node_modules', 'node-gyp', 'bin', 'node-gyp.js');
    if (existsSync(cli) && existsSync(nodeGyp)) return { cli, nodeGyp };
  }
  return null;
}
