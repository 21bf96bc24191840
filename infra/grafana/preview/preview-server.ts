import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import pg from 'pg';
import { readBody } from '../../read-body.ts';
import { expandQuery } from '../expand-query.ts';
import { findDashboard, findNamedSql, findTarget, readDashboards } from './dashboards.ts';
import { type PageFile, pageFiles } from './page-files.ts';
import { type Column, type PreviewAnswer, type PreviewQuestion, questionSchema } from './question.ts';
import { byMetric, runQuery } from './run-query.ts';

export interface PreviewOptions {
  /** With the role that may only read: storage/reader-role.ts. */
  readonly readerUrl: string;
  /** Of dashboards' JSON. */
  readonly folder: string;
  /** 0: any free one. */
  readonly port: number;
}

export interface Preview {
  readonly address: string;
  close(): Promise<void>;
}

const largestQuestionBytes = 1e6;
/** Fewer than the role's limit of connections. */
const connections = 4;

/** Serves the dashboards of a folder, drawn by ourselves, on the loopback interface. */
export async function startPreview({ readerUrl, folder, port }: PreviewOptions): Promise<Preview> {
  const files = await pageFiles();
  const pool = new pg.Pool({ connectionString: readerUrl, max: connections, connectionTimeoutMillis: 10_000 });
  pool.on('error', () => {}); // a lost connection rejects the query that is under way
  const server = createServer((request, response) => {
    void respond(request, files, folder, pool).then(({ code, type, body }) => {
      response.writeHead(code, {
        'content-type': type,
        'cache-control': 'no-store',
        'content-security-policy': "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:",
        'x-content-type-options': 'nosniff',
      });
      response.end(body);
    });
  });
  await listen(server, port);
  return {
    address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await pool.end();
    },
  };
}

interface Reply {
  readonly code: number;
  readonly type: string;
  readonly body: string;
}

const json = (code: number, value: unknown): Reply => ({ code, type: 'application/json', body: JSON.stringify(value) });

async function respond(
  request: IncomingMessage,
  files: ReadonlyMap<string, PageFile>,
  folder: string,
  pool: pg.Pool,
): Promise<Reply> {
  // A page of another site that has its own name point to this machine must not read results.
  if (!/^(127\.0\.0\.1|localhost)(:\d+)?$/.test(request.headers.host ?? '')) return json(403, { error: 'not for you' });
  const { pathname } = new URL(request.url ?? '/', 'http://127.0.0.1');
  try {
    if (request.method === 'POST' && pathname === '/api/query') return json(200, await answer(request, folder, pool));
    if (request.method !== 'GET') return json(405, { error: 'only GET, and POST to /api/query' });
    if (pathname === '/api/dashboards') return json(200, await readDashboards(folder));
    const file = files.get(pathname === '/' || pathname.startsWith('/d/') ? '/' : pathname);
    return file ? { code: 200, type: file.type, body: file.text } : json(404, { error: 'not found' });
  } catch (error) {
    return json(500, { error: (error as Error).message });
  }
}

async function answer(request: IncomingMessage, folder: string, pool: pg.Pool): Promise<PreviewAnswer> {
  const question = questionSchema.parse(JSON.parse(await readBody(request, largestQuestionBytes)));
  try {
    return { columns: await ask(question, folder, pool) };
  } catch (error) {
    // Shown in the panel: an SQL error that looks like "no data" would mislead.
    return { error: (error as Error).message };
  }
}

async function ask(question: PreviewQuestion, folder: string, pool: pg.Pool): Promise<Column[]> {
  const { query, values, intervalMs } = question;
  const dashboard = await findDashboard(folder, question.dashboard);
  const context = { values, from: new Date(question.fromMs), to: new Date(question.toMs), intervalMs };
  if (query.kind !== 'panel') {
    return runQuery(pool, expandQuery(findNamedSql(dashboard, query.kind, query.name), context));
  }
  const { rawSql, format } = findTarget(dashboard, query.panelId, query.refId);
  const columns = await runQuery(pool, expandQuery(rawSql, context));
  return format === 'time_series' ? byMetric(columns) : columns;
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
}
