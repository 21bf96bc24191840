import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type FoundGrafana, grafanaImage } from './find-grafana.ts';

export interface GrafanaOptions {
  readonly found: Exclude<FoundGrafana, { kind: 'running' }>;
  /** Holds its own database, logs and plugins. */
  readonly folder: string;
  readonly port: number;
  readonly adminPassword: string;
  readonly database: GrafanaDatabase;
  /** The folder with the dashboards' JSON. */
  readonly dashboards: string;
  /** Of this process: PATH and the like are passed on, secrets of ours are not. */
  readonly environment: NodeJS.ProcessEnv;
}

/** The database of the results and the password of the role that may only read. */
export interface GrafanaDatabase {
  readonly url: string;
  readonly readerPassword: string;
}

export interface GrafanaStart {
  readonly command: readonly [string, ...string[]];
  readonly environment: Readonly<Record<string, string>>;
}

const provisioning = fileURLToPath(new URL('../grafana/provisioning', import.meta.url));
/** Where the image keeps its own files. */
const inContainer = {
  data: '/var/lib/grafana',
  provisioning: '/etc/initsweep/provisioning',
  dashboards: '/etc/initsweep/dashboards',
};
const passedOn = ['PATH', 'HOME', 'LANG', 'TZ', 'DOCKER_HOST', 'XDG_RUNTIME_DIR'];

/** How to start Grafana: on the loopback interface, for its administrator only, with our data source and dashboards, sending nothing anywhere. */
export function grafanaStart(options: GrafanaOptions): GrafanaStart {
  const { found, folder, environment, dashboards } = options;
  const own = Object.fromEntries(
    passedOn.flatMap((name) => (environment[name] ? [[name, environment[name]]] : [])),
  ) as Record<string, string>;
  if (found.kind === 'program') {
    const settings = settingsOf(options, { data: folder, provisioning, dashboards });
    // The pid file's path tells this Grafana from any other on the machine.
    const args = ['--homepath', found.home, '--pidfile', join(folder, 'grafana.pid')];
    const [program, ...rest] = found.command;
    return { command: [program!, ...rest, ...args], environment: { ...own, ...settings } };
  }
  const settings = settingsOf(options, inContainer);
  const mounts = [
    ['-v', `${provisioning}:${inContainer.provisioning}:ro`],
    ['-v', `${dashboards}:${inContainer.dashboards}:ro`],
  ].flat();
  // By name only: values, passwords among them, go by the environment and not by the command line.
  const variables = Object.keys(settings).flatMap((name) => ['-e', name]);
  const args = ['run', '--rm', '--network', 'host', '--cidfile', join(folder, 'container'), ...mounts, ...variables];
  return { command: [found.engine, ...args, grafanaImage], environment: { ...own, ...settings } };
}

function settingsOf(
  { port, adminPassword, database }: GrafanaOptions,
  paths: { data: string; provisioning: string; dashboards: string },
): Record<string, string> {
  const url = new URL(database.url);
  return {
    GF_SERVER_HTTP_ADDR: '127.0.0.1',
    GF_SERVER_HTTP_PORT: String(port),
    GF_PATHS_DATA: paths.data,
    GF_PATHS_LOGS: `${paths.data}/logs`,
    GF_PATHS_PLUGINS: `${paths.data}/plugins`,
    GF_PATHS_PROVISIONING: paths.provisioning,
    GF_LOG_MODE: 'console',
    GF_SECURITY_ADMIN_USER: 'admin',
    GF_SECURITY_ADMIN_PASSWORD: adminPassword,
    GF_AUTH_ANONYMOUS_ENABLED: 'false',
    GF_USERS_ALLOW_SIGN_UP: 'false',
    GF_ANALYTICS_REPORTING_ENABLED: 'false',
    GF_ANALYTICS_CHECK_FOR_UPDATES: 'false',
    GF_ANALYTICS_CHECK_FOR_PLUGIN_UPDATES: 'false',
    GF_NEWS_NEWS_FEED_ENABLED: 'false',
    GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH: `${paths.dashboards}/sweeps.json`,
    SWEEP_GRAFANA_DASHBOARDS: paths.dashboards,
    SWEEP_GRAFANA_DATABASE_ADDRESS: `${url.hostname}:${url.port || '5432'}`,
    SWEEP_GRAFANA_DATABASE: decodeURIComponent(url.pathname.slice(1)),
    SWEEP_GRAFANA_DATABASE_TLS: url.searchParams.get('sslmode') ?? 'disable',
    SWEEP_GRAFANA_PASSWORD: database.readerPassword,
  };
}
