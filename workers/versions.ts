import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const root = fileURLToPath(new URL('..', import.meta.url));

/**
 * What made a trial's numbers, as far as versions go: this package, its commit (with `-dirty` where files differ from it; left
 * out where this is no checkout), and Node.
 */
export async function readVersions(): Promise<Record<string, string>> {
  const { version } = JSON.parse(await readFile(`${root}/package.json`, 'utf8')) as { version: string };
  const versions = { initsweep: version, node: process.versions.node };
  try {
    const { stdout } = await promisify(execFile)('git', ['describe', '--always', '--dirty', '--abbrev=12'], {
      cwd: root,
    });
    return { ...versions, commit: stdout.trim() };
  } catch {
    return versions;
  }
}
