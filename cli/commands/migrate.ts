import { UserError } from '../../core/errors.ts';
import { migrate } from '../../storage/migrate.ts';
import { allowReader, readerRole } from '../../storage/reader-role.ts';
import { allowWriter, writerRole } from '../../storage/writer-role.ts';

/**
 * `initsweep migrate`: makes a database ready for workers and Grafana. What it writes to the terminal holds no password. Throws UserError where the
 * environment lacks the address.
 */
export async function migrateCommand(): Promise<void> {
  const { DATABASE_URL: url, SWEEP_WRITER_PASSWORD: writer, SWEEP_GRAFANA_PASSWORD: reader } = process.env;
  if (!url) throw new UserError('Set DATABASE_URL to the address of the database, of a user that owns it.');
  const { applied } = await migrate(url);
  console.log(applied.length === 0 ? 'The schema is up to date.' : `Applied ${applied.join(', ')}.`);
  if (writer) {
    await allowWriter(url, writer);
    console.log(`${writerRole} may read and write rows: workers log in with it.`);
  }
  if (reader) {
    await allowReader(url, reader);
    console.log(`${readerRole} may read the views: Grafana logs in with it.`);
  }
}
