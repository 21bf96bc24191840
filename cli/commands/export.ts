import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { judgeStoredSweep } from '../../activities/judge-stored-sweep.ts';
import { UserError } from '../../core/errors.ts';
import { withSweepReader } from '../../storage/sweep-reader.ts';
import { exportTables } from '../export/export-tables.ts';
import { writeCsv } from '../export/write-csv.ts';
import { writeParquet } from '../export/write-parquet.ts';
import { findSweep } from '../find-sweep.ts';
import { withStack } from '../stack-connection.ts';

const writers = { csv: writeCsv, parquet: writeParquet } as const;

interface ExportOptions {
  readonly format: string;
  readonly output: string;
}

/** `initsweep export ID`: all that is stored of a sweep, a file a table. Rows are of one moment and pass through memory page by page. */
export async function exportCommand(id: string, { format, output }: ExportOptions): Promise<void> {
  if (!(format in writers)) throw new UserError(`--format takes csv or parquet, not ${format}`);
  const write = writers[format as keyof typeof writers];
  await withStack(async ({ store, databaseUrl }) => {
    const sweep = await findSweep(store, id);
    if (sweep.state !== 'running') await judgeStoredSweep(store, sweep.id);
    await mkdir(output, { recursive: true });
    await withSweepReader(databaseUrl, async (reader) => {
      for (const [table, sql] of Object.entries(exportTables)) {
        const path = join(output, `${table}.${format}`);
        const count = await write(path, reader.pages(sql, [sweep.id]));
        console.log(`${path}: ${count} ${count === 1 ? 'row' : 'rows'}`);
      }
    });
  });
}
