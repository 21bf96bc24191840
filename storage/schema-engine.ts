import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { PrismaPg } from '@prisma/adapter-pg';
import { bindMigrationAwareSqlAdapterFactory, ColumnTypeEnum, DriverAdapterError } from '@prisma/driver-adapter-utils';
import * as bindings from '@prisma/schema-engine-wasm/schema_engine_bg';
import type { SchemaEngine } from '@prisma/schema-engine-wasm';
import pg from 'pg';

/** What we use of WebAssembly's interface, whose types come with the browser's library only. */
const { WebAssembly } = globalThis as unknown as {
  WebAssembly: {
    Module: new (bytes: Uint8Array) => object;
    Instance: new (module: object, imports: object) => { exports: Record<string, () => void> };
  };
};

let isLoaded = false;

/**
 * Prisma's own schema engine, as WebAssembly: npm carries it, so that nothing must be downloaded. It connects to
 * `databaseUrl` at the first call that needs a database.
 * `datamodels` are pairs of path and content of Prisma schema files, for calls that compare with them; close() ends its connections.
 */
export async function openSchemaEngine(
  databaseUrl: string,
  datamodels?: readonly (readonly [string, string])[],
): Promise<{ readonly engine: SchemaEngine; readonly close: () => Promise<void> }> {
  load();
  // Host and database apart: with a connection string the adapter's shadow database would be the main one.
  const { host, port, user, password, database, ssl } = new pg.Client(databaseUrl);
  const adapter = new MigrationAdapter({ host, port, user, password, database, ssl, connectionTimeoutMillis: 10_000 });
  const engine = (await bindings.SchemaEngine.new(
    { datamodels: datamodels as [string, string][] | undefined },
    () => {}, // its log repeats what its errors say
    bindMigrationAwareSqlAdapterFactory(adapter),
  )) as SchemaEngine;
  return { engine, close: () => adapter.close() };
}

/** PostgreSQL's object ids of the types "char" and text. */
const charType = 18;
const textType = 25;

/**
 * Prisma's adapter with three of its ways mended, on one connection: it rejects columns of the type "char", which the catalogue has
 * (prisma#27403); it cuts a script at every semicolon, also within texts and comments, and runs it piece by piece (sent as a whole
 * it is one transaction); and it drops the shadow database while it is still connected to it.
 */
class MigrationAdapter extends PrismaPg {
  readonly #config: pg.PoolConfig;
  readonly #charColumns: Set<number>;
  readonly #disposals: (() => Promise<void>)[] = [];

  constructor(config: pg.PoolConfig) {
    const charColumns = new Set<number>();
    class Client extends pg.Client {
      constructor(options?: pg.ClientConfig) {
        super(options);
        this.connection.on('rowDescription', ({ fields }: { fields: pg.FieldDef[] }) => {
          for (const [index, field] of fields.entries()) {
            if (field.dataTypeID !== charType) continue;
            charColumns.add(index);
            field.dataTypeID = textType;
          }
        });
      }
    }
    super({ ...config, max: 1, Client });
    this.#config = config;
    this.#charColumns = charColumns;
  }

  override async connect() {
    const adapter = await super.connect();
    this.#disposals.push(() => adapter.dispose());
    const queryRaw = adapter.queryRaw.bind(adapter);
    adapter.queryRaw = async (query) => {
      this.#charColumns.clear();
      const answer = await queryRaw(query);
      for (const index of this.#charColumns) answer.columnTypes[index] = ColumnTypeEnum.Character;
      return answer;
    };
    adapter.executeScript = async (script) => {
      try {
        await adapter.underlyingDriver().query(script);
      } catch (error) {
        if (!(error instanceof pg.DatabaseError)) throw error;
        const { code = '', severity = 'ERROR', message, detail, column, hint } = error;
        throw new DriverAdapterError({ kind: 'postgres', code, severity, message, detail, column, hint });
      }
    };
    return adapter;
  }

  /** The engine leaves its connections open. */
  async close(): Promise<void> {
    await Promise.all(this.#disposals.map((dispose) => dispose()));
  }

  override async connectToShadowDb() {
    const database = `shadow_${randomUUID()}`;
    const main = await this.connect();
    await main.executeScript(`CREATE DATABASE "${database}"`);
    const shadow = await new MigrationAdapter({ ...this.#config, database }).connect();
    const disconnect = shadow.dispose.bind(shadow);
    shadow.dispose = async () => {
      await disconnect();
      await main.executeScript(`DROP DATABASE "${database}"`);
    };
    return shadow;
  }
}

/** Node 20 cannot import WebAssembly, as the package's own entry does. */
function load(): void {
  if (isLoaded) return;
  const folder = dirname(createRequire(import.meta.url).resolve('@prisma/schema-engine-wasm/schema_engine_bg'));
  const module = new WebAssembly.Module(readFileSync(join(folder, 'schema_engine_bg.wasm')));
  const { exports } = new WebAssembly.Instance(module, { './schema_engine_bg.js': { ...bindings } });
  bindings.__wbg_set_wasm(exports);
  exports['__wbindgen_start']!();
  isLoaded = true;
}
