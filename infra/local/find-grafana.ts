import { execFile } from 'node:child_process';
import { access, realpath } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { UserError } from '../../core/errors.ts';
import { findOnPath, isExecutable } from './find-on-path.ts';

const run = promisify(execFile);

/** The image that a container engine is asked for. */
export const grafanaImage = 'docker.io/grafana/grafana:12.0.2';

/**
 * - running: somebody else's, at GRAFANA_URL; - program: a server to be started, with the folder of its `conf` and `public`;
 * - container: an engine that has the image already. Nothing is downloaded unasked.
 */
export type FoundGrafana =
  | { readonly kind: 'running'; readonly address: string }
  | { readonly kind: 'program'; readonly command: readonly string[]; readonly home: string }
  | { readonly kind: 'container'; readonly engine: string };

export const howToGetGrafana =
  `put Grafana's \`grafana\` on PATH, set GRAFANA_HOME to its folder or GRAFANA_URL to one that runs, or, on Linux, \`docker pull ${grafanaImage}\`; ` +
  'until then: npx initsweep preview';

/** Looks for Grafana: GRAFANA_URL, GRAFANA_HOME, PATH, a container engine. Throws UserError when GRAFANA_HOME holds none. */
export async function findGrafana(environment: NodeJS.ProcessEnv): Promise<FoundGrafana | null> {
  const { GRAFANA_URL: address, GRAFANA_HOME: home } = environment;
  if (address) return { kind: 'running', address: address.replace(/\/$/, '') };
  if (home) {
    const program = await programIn(join(home, 'bin'), home);
    if (program) return program;
    throw new UserError(
      `GRAFANA_HOME is ${home}, which has no bin/grafana and no bin/grafana-server: correct it or unset it.`,
    );
  }
  for (const name of ['grafana', 'grafana-server']) {
    const path = await findOnPath(name, environment);
    const folder = path && (await homeOf(path));
    if (folder) return { kind: 'program', command: commandOf(path, name), home: folder };
  }
  return findContainer(environment);
}

async function programIn(folder: string, home: string): Promise<FoundGrafana | null> {
  for (const name of ['grafana', 'grafana-server']) {
    const path = join(folder, name);
    if (await isExecutable(path)) return { kind: 'program', command: commandOf(path, name), home };
  }
  return null;
}

/** `grafana-server` is the older of the two and takes no sub-command. */
function commandOf(path: string, name: string): string[] {
  return name === 'grafana' ? [path, 'server'] : [path];
}

/** The folder with `conf/defaults.ini`: above the program's own, or where packages of distributions put it. */
async function homeOf(program: string): Promise<string | null> {
  for (const folder of [dirname(dirname(await realpath(program))), '/usr/share/grafana']) {
    const found = await access(join(folder, 'conf', 'defaults.ini')).then(
      () => true,
      () => false,
    );
    if (found) return folder;
  }
  return null;
}

/** Only on Linux does a container on the host's network see PostgreSQL on this machine's loopback interface. */
async function findContainer(environment: NodeJS.ProcessEnv): Promise<FoundGrafana | null> {
  if (process.platform !== 'linux') return null;
  for (const name of ['docker', 'podman']) {
    const engine = await findOnPath(name, environment);
    const hasImage =
      engine !== null &&
      (await run(engine, ['image', 'inspect', grafanaImage], { timeout: 5_000 }).then(
        () => true,
        () => false,
      ));
    if (hasImage) return { kind: 'container', engine };
  }
  return null;
}
