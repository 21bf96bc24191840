import { chmod, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { folders } from '../../infra/local/folders.ts';
import { startPostgres } from '../../infra/local/postgres.ts';
import type { Surroundings } from './contender.ts';

/** An empty database and an empty folder, on the PostgreSQL of a benchmark. */
export type Place = Pick<Surroundings, 'databaseUrl' | 'postgresPid' | 'folder'>;

/** Runs a benchmark beside a PostgreSQL of its own, which goes with all its databases and folders when that has ended, however it did. */
export async function withPostgres(run: (newPlace: (name: string) => Promise<Place>) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'initsweep-bench-'));
  await chmod(folder, 0o755); // as root, PostgreSQL runs as another user
  const postgres = await startPostgres({
    folder: join(folder, 'postgres'),
    cacheFolder: folders().cache,
    port: 17_500,
    portTaken: 'next',
    settings: { max_connections: '200' },
  });
  try {
    const admin = new pg.Client(postgres.url);
    await admin.connect();
    try {
      await run(async (name) => {
        await admin.query(`CREATE DATABASE ${name}`);
        const databaseUrl = new URL(postgres.url);
        databaseUrl.pathname = `/${name}`;
        const own = join(folder, name);
        await mkdir(own);
        return { databaseUrl: databaseUrl.href, postgresPid: postgres.pid, folder: own };
      });
    } finally {
      await admin.end();
    }
  } finally {
    await postgres.stop();
    await rm(folder, { recursive: true, force: true });
  }
}
