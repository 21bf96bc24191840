// How long each panel's query takes on a database of 100,000 trials of 50 epochs: `npm run bench:dashboards`, on a PostgreSQL of its own that it
// fills first (some minutes, 1.5 GB) and removes afterwards. `-- --seeds 10` makes it a tenth as large.
import { randomUUID } from 'node:crypto';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Panel } from '@grafana/grafana-foundation-sdk/dashboard';
import Table from 'cli-table3';
import pg from 'pg';
import { dashboards } from '../../infra/grafana/dashboard-files.ts';
import { expandQuery } from '../../infra/grafana/expand-query.ts';
import type { VariableValues } from '../../infra/grafana/interpolate.ts';
import { panelSql, readVariables, sqlPanels, valuesOfCopies } from '../../infra/grafana/panel-queries.ts';
import { startPostgres } from '../../infra/local/postgres.ts';
import { migrate } from '../../storage/migrate.ts';
import { allowReader, readerUrl } from '../../storage/reader-role.ts';
import { openStore } from '../../storage/prisma-sweep-store.ts';
import { largeSweep, loadLargeSweep } from './load-sweep.ts';

const rounds = 5;
const { values: options } = parseArgs({ options: { seeds: { type: 'string', default: String(largeSweep.seeds) } } });
const sweep = { ...largeSweep, seeds: Number(options.seeds) };

const folder = mkdtempSync(join(tmpdir(), 'initsweep-dashboards-'));
chmodSync(folder, 0o755);
const server = await startPostgres({ folder, cacheFolder: join(folder, 'cache'), port: 28_431, portTaken: 'next' });
try {
  await migrate(server.url);
  const client = new pg.Client(server.url);
  await client.connect();
  const startedMs = performance.now();
  await loadLargeSweep(client, sweep);
  const { rows: counted } = await client.query<{ trials: string }>('SELECT count(*) AS trials FROM trial');
  await keepTheory(server.url);
  await client.end();
  // As Grafana asks, with the role that may only read.
  const password = randomUUID();
  await allowReader(server.url, password);
  const reader = new pg.Client(readerUrl(server.url, password));
  await reader.connect();
  process.stderr.write(`loaded in ${Math.round((performance.now() - startedMs) / 1000)} s\n`);
  const table = new Table({
    head: ['dashboard', 'panel', 'rows', 'median ms', 'most ms'],
    style: { head: [], border: [] },
  });
  for (const [page, dashboard] of Object.entries(dashboards())) {
    const model = dashboard.toModel();
    const values = await readVariables(model, reader, lastHours());
    for (const panel of sqlPanels(model))
      table.push([page, panel.title ?? '', ...(await measure(reader, panel, values))]);
  }
  console.log(table.toString());
  console.log(
    `${counted[0]!.trials} trials of ${sweep.epochs} epochs; ${cpus().length} cores, load ${loadavg()[0]!.toFixed(1)}; ${rounds} runs each`,
  );
  await reader.end();
} finally {
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
}

/** What closing the sweep would have done. */
async function keepTheory(url: string): Promise<void> {
  const store = await openStore(url);
  await store.progress(sweep.id);
  await store.close();
}

/** The time range that the dashboards open with, at one point a minute. */
function lastHours() {
  return { from: new Date(Date.now() - 6 * 3_600_000), to: new Date(), intervalMs: 60_000 };
}

async function measure(client: pg.Client, panel: Panel, values: VariableValues): Promise<string[]> {
  const [first] = valuesOfCopies(panel, values);
  const sql = expandQuery(panelSql(panel), { values: first!, ...lastHours() });
  const durations: number[] = [];
  let rowCount = 0;
  for (let round = 0; round < rounds; round++) {
    const startedMs = performance.now();
    rowCount = (await client.query(sql)).rowCount ?? 0;
    durations.push(performance.now() - startedMs);
  }
  durations.sort((a, b) => a - b);
  return [rowCount, durations[Math.floor(rounds / 2)]!, durations.at(-1)!].map((value) => String(Math.round(value)));
}
