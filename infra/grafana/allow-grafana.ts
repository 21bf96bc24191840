// Makes or renews the role that Grafana reads with: `npm run grafana:allow`, with DATABASE_URL (of a user that may make roles) and
// SWEEP_GRAFANA_PASSWORD (of the new role; Grafana gets the same variable) set.
import { UserError } from '../../core/errors.ts';
import { allowReader, readerRole } from '../../storage/reader-role.ts';

try {
  const { DATABASE_URL: databaseUrl, SWEEP_GRAFANA_PASSWORD: password } = process.env;
  if (!databaseUrl || !password) throw new UserError('Set DATABASE_URL and SWEEP_GRAFANA_PASSWORD first.');
  await allowReader(databaseUrl, password);
  process.stdout.write(`${readerRole} may now read the views of ${new URL(databaseUrl).pathname.slice(1)}.\n`);
} catch (error) {
  if (!(error instanceof Error)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
