import { spawn, type ChildProcess } from 'node:child_process';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { dashboardFiles, dashboardFolder } from '../../../infra/grafana/dashboard-files.ts';
import { interpolate } from '../../../infra/grafana/interpolate.ts';
import { panelSql, sqlPanels, valuesOfCopies } from '../../../infra/grafana/panel-queries.ts';
import { findBrowser, startBrowser } from '../../../infra/grafana/preview/pictures.ts';
import { findGrafana, type FoundGrafana, howToGetGrafana } from '../../../infra/local/find-grafana.ts';
import { grafanaStart } from '../../../infra/local/grafana.ts';
import { findFreePort } from '../../../infra/local/ports.ts';
import { stopProcess } from '../../../infra/local/processes.ts';
import { allowReader, readerRole } from '../../../storage/reader-role.ts';
import { createTestDatabase, type TestDatabase } from '../../setup/test-database.ts';
import { variablesOf } from './fixture-queries.ts';
import { insertSweep } from './sweep-fixture.ts';

const found = await findGrafana(process.env);
const browserPath = await findBrowser(process.env);
const passwords = { admin: 'admin-of-a-test', reader: 'reader-of-a-test' };
const models = dashboardFiles().map(({ text }) => JSON.parse(text) as Dashboard);
const readyWithinMs = 120_000;

/** The Grafana that was found: one that runs is asked as it is, a program or an image is started on a database of our own. */
if (found === null) whereNone();
else withOne(found);

function whereNone(): void {
  test('no Grafana is found here (GRAFANA_URL with GRAFANA_LOGIN, GRAFANA_HOME, PATH): none has shown the dashboards, and a person is told how to get one', () => {
    expect(howToGetGrafana).toMatch(/GRAFANA_HOME.*GRAFANA_URL.*npx initsweep preview/);
  });
}

function withOne(found: FoundGrafana): void {
  describe('a real Grafana', { timeout: 180_000 }, () => {
    let database: TestDatabase;
    let client: pg.Client;
    let server: ChildProcess | undefined;
    let folder: string;
    let address: string;
    /** user:password */
    let login: string;

    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'real-grafana-'));
      database = await createTestDatabase();
      client = new pg.Client(database.url);
      await client.connect();
      await insertSweep(client, 'normal', [
        { initializer: 'heNormal', state: 'converged', epochsToTarget: 2, testAccuracy: 0.9, losses: [2, 1, 0.5] },
        { initializer: 'zeros', state: 'diverged', losses: [2, null] },
      ]);
      if (found.kind === 'running') {
        address = found.address;
        login = process.env['GRAFANA_LOGIN'] ?? 'admin:admin';
      } else {
        await allowReader(database.url, passwords.reader);
        const port = await findFreePort(3100);
        address = `http://127.0.0.1:${port}`;
        login = `admin:${passwords.admin}`;
        const data = join(folder, 'data');
        await mkdir(data);
        const start = grafanaStart({
          found: found,
          folder: data,
          port,
          adminPassword: passwords.admin,
          database: { url: database.url, readerPassword: passwords.reader },
          dashboards: dashboardFolder,
          environment: process.env,
        });
        const [program, ...args] = start.command;
        server = spawn(program, args, { env: start.environment, stdio: 'ignore' });
        await until(async () => (await fetch(`${address}/api/health`)).ok);
      }
      await until(async () => (await ask('/api/dashboards/uid/initsweep-sweeps')).ok);
    }, readyWithinMs + 60_000);

    afterAll(async () => {
      if (server?.pid) await stopProcess(server.pid, 15_000);
      await client.end();
      await database.drop();
      await rm(folder, { recursive: true });
    });

    const ask = (path: string, body?: unknown) =>
      fetch(`${address}${path}`, {
        headers: {
          authorization: `Basic ${Buffer.from(login).toString('base64')}`,
          'content-type': 'application/json',
        },
        ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
      });

    async function until(holds: () => Promise<boolean>): Promise<void> {
      const deadline = performance.now() + readyWithinMs;
      while (!(await holds().catch(() => false))) {
        if (performance.now() > deadline) throw new Error(`${address} did not come to answer.`);
        await sleep(500);
      }
    }

    test('shows nothing to whoever has not logged in', async () => {
      expect((await fetch(`${address}/api/dashboards/uid/initsweep-sweeps`)).status).toBe(401);
    });

    test('has every dashboard as its file says, and a data source that logs in as the reader', async () => {
      for (const model of models) {
        const { dashboard } = (await (await ask(`/api/dashboards/uid/${model.uid}`)).json()) as {
          dashboard: Dashboard;
        };
        expect(dashboard.title).toBe(model.title);
        expect(dashboard.panels).toHaveLength(model.panels!.length);
      }
      const source = (await (await ask('/api/datasources/uid/initsweep')).json()) as Record<string, unknown>;
      expect(source).toMatchObject({ user: readerRole, readOnly: true });
    });

    test.each(models.map((model) => ({ uid: model.uid!, model })))('answers every query of $uid', async ({ model }) => {
      const values = await variablesOf(model, client);
      for (const panel of sqlPanels(model)) {
        const [own] = valuesOfCopies(panel, values);
        // The browser replaces variables, the server macros.
        const rawSql = interpolate(panelSql(panel), (name) => own![name], 'sqlstring');
        const [target] = panel.targets as unknown as { format: string }[];
        const query = {
          refId: 'A',
          datasource: { uid: 'initsweep' },
          rawSql,
          format: target!.format,
          intervalMs: 60_000,
          maxDataPoints: 500,
        };
        const answer = await ask('/api/ds/query', { from: 'now-6h', to: 'now', queries: [query] });
        expect({ [panel.title!]: [answer.status, answer.ok ? '' : await answer.text()] }).toEqual({
          [panel.title!]: [200, ''],
        });
      }
    });

    test('draws every panel without an error, where there is a Chromium', async () => {
      if (browserPath === null) return;
      const browser = await startBrowser(browserPath);
      try {
        const page = await browser.newPage({ viewport: { width: 1440, height: 4000 } });
        await page.goto(`${address}/login`);
        await page.request.post(`${address}/login`, {
          data: { user: login.split(':')[0], password: login.split(':')[1] },
        });
        for (const { uid } of models) {
          await page.goto(`${address}/d/${uid}`);
          await page.waitForLoadState('networkidle');
          expect(await page.getByTestId('data-testid Panel status error').count()).toBe(0);
          // An empty page is a few kilobytes.
          expect((await page.screenshot()).byteLength).toBeGreaterThan(20_000);
        }
      } finally {
        await browser.close();
      }
    });
  });
}
