import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, inject, test, vi } from 'vitest';
import { UserError } from '../../../core/errors.ts';
import { findGrafana, grafanaImage } from '../../../infra/local/find-grafana.ts';
import { grafanaStart } from '../../../infra/local/grafana.ts';
import { startGrafana } from '../../../infra/local/stack-grafana.ts';
import { StackReport } from '../../../infra/local/stack-report.ts';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'grafana-'));
});
afterEach(() => rm(folder, { recursive: true }));

/** A program that notes how it was started; Grafana itself is tested where one is found: real-grafana.test.ts. */
async function program(path: string, body: string): Promise<string> {
  const file = join(folder, path);
  await mkdir(join(file, '..'), { recursive: true });
  await writeFile(file, `#!${process.execPath}\n${body}\n`);
  await chmod(file, 0o755);
  return file;
}

async function grafanaHome(body = ''): Promise<string> {
  await program('grafana/bin/grafana', body);
  await mkdir(join(folder, 'grafana/conf'), { recursive: true });
  await writeFile(join(folder, 'grafana/conf/defaults.ini'), '');
  return join(folder, 'grafana');
}

describe('finding Grafana', () => {
  test('takes the one at GRAFANA_URL before any other', async () => {
    const environment = { GRAFANA_URL: 'http://grafana.example/', GRAFANA_HOME: await grafanaHome() };
    expect(await findGrafana(environment)).toEqual({ kind: 'running', address: 'http://grafana.example' });
  });

  test('takes the program in GRAFANA_HOME, and says so where there is none', async () => {
    const home = await grafanaHome();
    const command = [join(home, 'bin/grafana'), 'server'];
    expect(await findGrafana({ GRAFANA_HOME: home })).toEqual({ kind: 'program', command, home });
    await expect(findGrafana({ GRAFANA_HOME: folder })).rejects.toThrow(UserError);
  });

  test('takes the program on PATH whose folder has its configuration', async () => {
    const home = await grafanaHome();
    const found = await findGrafana({ PATH: join(home, 'bin') });
    expect(found).toMatchObject({ kind: 'program', home });
    expect(await findGrafana({ PATH: folder })).toBeNull();
  });

  test.runIf(process.platform === 'linux')('takes a container engine only when it has the image already', async () => {
    const engine = await program('engine/docker', `process.exit(process.argv[4] === '${grafanaImage}' ? 0 : 1)`);
    expect(await findGrafana({ PATH: join(folder, 'engine') })).toEqual({ kind: 'container', engine });
    await program('engine/docker', 'process.exit(1)');
    expect(await findGrafana({ PATH: join(folder, 'engine') })).toBeNull();
  });
});

describe('how Grafana is started', () => {
  const options = {
    folder: '/state/grafana',
    port: 3001,
    adminPassword: 'of the administrator',
    database: { url: 'postgresql://owner:secret@127.0.0.1:15432/initsweep', readerPassword: 'of the reader' },
    dashboards: '/state/grafana/dashboards',
    environment: { PATH: '/bin', DATABASE_URL: 'postgresql://owner:secret@127.0.0.1:15432/initsweep' },
  };

  test.each([
    ['program', { kind: 'program' as const, command: ['/opt/grafana', 'server'], home: '/opt' }, '/state/grafana'],
    ['container', { kind: 'container' as const, engine: '/bin/docker' }, '/etc/initsweep'],
  ])(
    'as a %s: on the loopback interface, nobody without a login, reading with the reader, opening on the sweeps',
    (_, found, seenBy) => {
      const { command, environment } = grafanaStart({ ...options, found });
      expect(environment).toMatchObject({
        GF_SERVER_HTTP_ADDR: '127.0.0.1',
        GF_SERVER_HTTP_PORT: '3001',
        GF_AUTH_ANONYMOUS_ENABLED: 'false',
        GF_SECURITY_ADMIN_PASSWORD: 'of the administrator',
        SWEEP_GRAFANA_DATABASE_ADDRESS: '127.0.0.1:15432',
        SWEEP_GRAFANA_DATABASE: 'initsweep',
        SWEEP_GRAFANA_DATABASE_TLS: 'disable',
        SWEEP_GRAFANA_PASSWORD: 'of the reader',
        SWEEP_GRAFANA_DASHBOARDS: `${seenBy}/dashboards`,
        GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH: `${seenBy}/dashboards/sweeps.json`,
      });
      // Neither the owner's address reaches Grafana, nor any password a command line that everybody can read.
      expect(JSON.stringify(environment)).not.toContain('owner:secret');
      expect(command.join(' ')).not.toMatch(/of the (reader|administrator)/);
      // By this a killed supervisor's Grafana is known again.
      expect(command.join(' ')).toContain('/state/grafana/');
    },
  );
});

describe('Grafana in the stack', () => {
  /** Answers as Grafana does when it is ready, after it has written down its arguments and environment. */
  const server = `
    require('node:fs').writeFileSync(process.env.GF_PATHS_DATA + '/seen.json', JSON.stringify({ args: process.argv.slice(2), env: process.env }));
    require('node:http').createServer((request, response) => response.writeHead(request.url === '/api/health' ? 200 : 404).end()).listen(Number(process.env.GF_SERVER_HTTP_PORT), '127.0.0.1');`;

  async function start(home: string, embedded = true) {
    const folders = { home: folder, cache: folder, logs: folder };
    const report = new StackReport(folders);
    const url = inject('databaseAdminUrl');
    const temporal = { address: '127.0.0.1:7300', uiAddress: 'http://127.0.0.1:8300', namespace: 'own' };
    await report.update({
      database: { url, embedded, pid: null },
      temporal: { ...temporal, embedded: true, pid: null },
    });
    const stops: (() => Promise<void>)[] = [];
    const environment = { PATH: process.env['PATH'], GRAFANA_HOME: home };
    const logger = pino({ level: 'silent' });
    const { signal } = new AbortController();
    const onStop = (stop: () => Promise<void>) => void stops.push(stop);
    await startGrafana({ folders, root: folder, environment, logger, report, previous: null, signal, onStop }, url);
    return {
      report,
      stop: async () => {
        await Promise.all(stops.map((each) => each()));
        // Its end is written down too, which must be over before the folder goes.
        await vi.waitFor(() => expect(report.state.grafana?.pid ?? null).toBeNull());
        await report.update({});
      },
    };
  }

  test('is started by its own arguments, is ready when it answers, and is stopped', async () => {
    const { report, stop } = await start(await grafanaHome(server));
    const { grafana, steps } = report.state;
    expect(grafana).toMatchObject({
      embedded: true,
      address: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/) as string,
    });
    expect(steps.at(-1)).toMatchObject({ title: 'Grafana', state: 'done' });
    const seen = JSON.parse(await readFile(join(folder, 'grafana/seen.json'), 'utf8')) as {
      args: string[];
      env: Record<string, string>;
    };
    expect(seen.args.slice(0, 3)).toEqual(['server', '--homepath', join(folder, 'grafana')]);
    expect(seen.env['GF_SECURITY_ADMIN_PASSWORD']).toBe(await readFile(join(folder, 'secrets/grafana-admin'), 'utf8'));
    const trial = await readFile(join(seen.env['SWEEP_GRAFANA_DASHBOARDS']!, 'trial.json'), 'utf8');
    expect(trial).toContain('"http://127.0.0.1:8300/namespaces/own"');
    await stop();
    await expect(fetch(grafana!.address)).rejects.toThrow('fetch failed');
  });

  test('that ends at once is said and left, and fails nothing', async () => {
    const { report, stop } = await start(await grafanaHome('console.log("no licence for this"); process.exit(1)'));
    expect(report.state.grafana).toBeNull();
    expect(report.state.steps.at(-1)?.detail).toMatch(/not started: .*no licence for this/s);
    await stop();
  });

  test("asks for the reader's password where the database is somebody else's", async () => {
    const { report } = await start(await grafanaHome(server), false);
    expect(report.state.steps.at(-1)?.detail).toMatch(/SWEEP_GRAFANA_PASSWORD/);
  });
});
