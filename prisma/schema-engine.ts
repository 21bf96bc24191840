#!/usr/bin/env -S node --import tsx
/**
 * Stands in for the schema engine that Prisma's command line would download: speaks the same JSON-RPC, one message a line,
 * over standard input and output. Used with PRISMA_SCHEMA_ENGINE_BINARY=prisma/schema-engine.ts. `migrate deploy`, `status`, `diff` and
 * `generate` work; `migrate dev` does not (the WebAssembly engine gives it no shadow database): write a migration by
 * `migrate diff --from-migrations prisma/migrations --to-schema prisma/schema.prisma --script`.
 */
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { openSchemaEngine } from '../storage/schema-engine.ts';

interface Request {
  readonly id: number;
  readonly method?: string;
  readonly params?: unknown;
}

type Call = (params: unknown) => Promise<unknown>;

const { values, positionals } = parseArgs({
  options: { datasource: { type: 'string' }, datamodels: { type: 'string', multiple: true } },
  allowPositionals: true,
  strict: false, // the command line adds flags for other databases
});
const { url } = JSON.parse(String(values.datasource ?? '{}')) as { url?: string };
const databaseUrl = url ?? process.env['DATABASE_URL'] ?? 'postgresql://localhost/none';

if (positionals[0] === 'cli') await runSubcommand(positionals[1]);
else await serve();
process.exit(0);

async function serve(): Promise<void> {
  const files = (values.datamodels ?? []).map((path): [string, string] => [
    String(path),
    readFileSync(String(path), 'utf8'),
  ]);
  const { engine } = await openSchemaEngine(databaseUrl, files.length > 0 ? files : undefined);
  const calls = engine as unknown as Record<string, Call>;
  for await (const line of createInterface({ input: process.stdin })) {
    const { id, method, params } = JSON.parse(line) as Request;
    if (method === undefined) continue; // the answer to a `print`
    try {
      if (method === 'createDatabase') {
        await createDatabase();
        send({ id, result: { databaseName: databaseName() } });
        continue;
      }
      const name = method === 'getDatabaseVersion' ? 'version' : method;
      const result = await calls[name]!.call(engine, params);
      const text = method === 'diff' ? (result as { stdout: string | null }).stdout : null;
      if (text !== null) send({ id, method: 'print', params: { content: text } });
      send({ id, result: result ?? null });
    } catch (error) {
      const { message, code } = error as { message?: string; code?: string };
      send({ id, error: { code: 4466, message, data: { is_panic: false, message, error_code: code } } });
    }
  }
}

function send(message: object): void {
  process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
}

async function runSubcommand(command: string | undefined): Promise<void> {
  try {
    if (command === 'create-database') await createDatabase();
    else await withClient(databaseUrl, async (client) => client.query('SELECT 1'));
  } catch (error) {
    const { code, message } = error as { code?: string; message: string };
    const known = code === '3D000' ? 'P1003' : code === '28P01' ? 'P1000' : 'P1001';
    const fields = { error_code: known, message };
    process.stderr.write(`${JSON.stringify({ level: 'ERROR', target: 'schema_engine::logger', fields })}\n`);
    process.exit(1);
  }
}

async function createDatabase(): Promise<void> {
  const maintenance = new URL(databaseUrl);
  maintenance.pathname = '/postgres';
  await withClient(maintenance.href, (client) =>
    client.query(`CREATE DATABASE ${pg.escapeIdentifier(databaseName())}`),
  );
}

function databaseName(): string {
  return decodeURIComponent(new URL(databaseUrl).pathname.slice(1));
}

async function withClient<T>(connectionString: string, use: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString, connectionTimeoutMillis: 5_000 });
  await client.connect();
  try {
    return await use(client);
  } finally {
    await client.end();
  }
}
