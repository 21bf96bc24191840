import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '../../core/errors.ts';
import { allowReader, readerRole } from '../../storage/reader-role.ts';
import { findGrafana, type FoundGrafana, howToGetGrafana } from './find-grafana.ts';
import { grafanaStart } from './grafana.ts';
import { findFreePort } from './ports.ts';
import { secretOf } from './secrets.ts';
import type { PartOptions } from './stack-part.ts';
import { temporalUiOfStack } from './stack-state.ts';
import { superviseProcess } from './supervised-process.ts';

const title = 'Grafana';
const usualPort = 3000;
const graceMs = 15_000;

/**
 * Starts Grafana where there is one and keeps it running, reading `databaseUrl` by the role that may only read. Sweeps run without it: what
 * goes wrong here is said and never fails the stack.
 */
export async function startGrafana(options: PartOptions, databaseUrl: string): Promise<void> {
  const { environment, report, logger } = options;
  try {
    const found = await findGrafana(environment);
    if (found === null) return await report.step({ title, state: 'done', detail: `none found: ${howToGetGrafana}` });
    if (found.kind === 'running') {
      await report.update({ grafana: { address: found.address, embedded: false, pid: null } });
      return await report.step({
        title,
        state: 'done',
        detail: `yours at ${found.address} (docs/grafana.md says what it needs)`,
      });
    }
    const address = await startFound(options, found, databaseUrl);
    await report.step({ title, state: 'done', detail: `${address} (user admin)` });
  } catch (error) {
    logger.error({ err: error }, 'Grafana could not be started');
    await report.step({ title, state: 'done', detail: `not started: ${(error as Error).message}` });
  }
}

async function startFound(
  options: PartOptions,
  found: Exclude<FoundGrafana, { kind: 'running' }>,
  databaseUrl: string,
): Promise<string> {
  const { folders, environment, report, logger, previous, onStop } = options;
  await report.step({
    title,
    state: 'running',
    detail: `starting ${found.kind === 'program' ? found.command[0] : found.engine}`,
  });
  const readerPassword = await readerPasswordFor(options, databaseUrl);
  const folder = join(folders.home, 'grafana');
  await mkdir(folder, { recursive: true, mode: 0o700 });
  // Engines refuse to write over one that a killed container has left.
  await rm(join(folder, 'container'), { force: true });
  const dashboards = join(folder, 'dashboards');
  // The generator and its libraries, which nobody needs where no Grafana is.
  const { writeDashboards } = await import('../grafana/dashboard-files.ts');
  await writeDashboards(dashboards, { temporalUi: temporalUiOfStack(report.state) });
  const port = await findFreePort(
    previous?.grafana?.embedded ? Number(new URL(previous.grafana.address).port) : usualPort,
  );
  const start = grafanaStart({
    found,
    folder,
    port,
    dashboards,
    environment,
    adminPassword: await secretOf(folders, 'grafana-admin'),
    database: { url: databaseUrl, readerPassword },
  });
  const address = `http://127.0.0.1:${port}`;
  const supervised = superviseProcess({
    name: title,
    command: start.command,
    folder,
    environment: start.environment,
    logFile: join(folders.logs, 'grafana.log'),
    graceMs,
    logger,
    isReady: () => answers(address),
    onChange: (pid) => void report.update({ grafana: { address, embedded: true, pid } }),
  });
  onStop(() => supervised.stop());
  try {
    await supervised.ready;
  } catch (error) {
    // It may be of a kind that never starts: nothing else should restart it for ever.
    await supervised.stop();
    await report.update({ grafana: null });
    throw error;
  }
  return address;
}

/** The stack's own database gets its role here; of another its keeper has made the role and told the password. */
async function readerPasswordFor({ environment, report, folders }: PartOptions, databaseUrl: string): Promise<string> {
  const given = environment['SWEEP_GRAFANA_PASSWORD'];
  if (!report.state.database?.embedded) {
    if (given) return given;
    throw new UserError(`set SWEEP_GRAFANA_PASSWORD to the password of ${readerRole} (npx initsweep migrate makes it)`);
  }
  const password = given || (await secretOf(folders, 'grafana-reader'));
  await allowReader(databaseUrl, password);
  return password;
}

async function answers(address: string): Promise<boolean> {
  try {
    return (await fetch(`${address}/api/health`, { signal: AbortSignal.timeout(2_000) })).ok;
  } catch {
    return false;
  }
}
