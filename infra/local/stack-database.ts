import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { migrate } from '../../storage/migrate.ts';
import { startPostgres } from './postgres.ts';
import { isAlive } from './processes.ts';
import type { PartOptions } from './stack-part.ts';

/** Not PostgreSQL's usual 5432, which a server of the machine's own may want later. */
const defaultPort = 15432;
const watchEveryMs = 2_000;

/** Finds or starts PostgreSQL, keeps it running, and applies the migrations. Answers its address. */
export async function startDatabase(options: PartOptions): Promise<string> {
  const { environment, report } = options;
  const title = 'PostgreSQL';
  const given = environment['DATABASE_URL'];
  await report.step({ title, state: 'running', detail: given ? 'asking DATABASE_URL' : 'starting the server' });
  if (given) await report.update({ database: { url: given, embedded: false, pid: null } });
  const url = given || (await startEmbedded(options));
  await report.step({ title, state: 'running', detail: 'applying migrations' });
  await migrate(url);
  await report.step({ title, state: 'done', detail: withoutPassword(url) });
  return url;
}

/** The port of a running stack must stay, because its workers know it; a new stack takes the last one's where it is free. */
async function startEmbedded({ folders, logger, report, previous, signal, onStop }: PartOptions): Promise<string> {
  const start = async (port: number, portTaken: 'refuse' | 'next') => {
    const started = await startPostgres({
      folder: join(folders.home, 'postgres'),
      cacheFolder: folders.cache,
      port,
      portTaken,
    });
    await report.update({ database: { url: started.url, embedded: true, pid: started.pid } });
    return started;
  };
  let server = await start(previous?.database?.embedded ? portOf(previous.database.url) : defaultPort, 'next');
  const watch = async (): Promise<void> => {
    while (!signal.aborted) {
      await sleep(watchEveryMs, undefined, { signal }).catch(() => undefined);
      if (signal.aborted || isAlive(server.pid)) continue;
      logger.warn({ pid: server.pid }, 'PostgreSQL ended; starting it again');
      try {
        server = await start(server.port, 'refuse');
      } catch (error) {
        logger.error({ err: error }, 'PostgreSQL could not be started again');
      }
    }
  };
  const watched = watch();
  onStop(async () => {
    await watched;
    await server.stop();
  });
  return server.url;
}

function portOf(url: string): number {
  return Number(new URL(url).port);
}

/** A database address that may be shown: the password, if it has one, is left out. */
export function withoutPassword(url: string): string {
  const parsed = new URL(url);
  if (parsed.password) parsed.password = '***';
  return parsed.toString();
}
