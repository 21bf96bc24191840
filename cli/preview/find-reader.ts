import { UserError } from '../../core/errors.ts';
import { folders } from '../../infra/local/folders.ts';
import { secretOf } from '../../infra/local/secrets.ts';
import { findStack } from '../../infra/local/stack.ts';
import { allowReader, readerRole, readerUrl } from '../../storage/reader-role.ts';

/** Not the role of a Grafana, whose password is somebody else's. */
const previewRole = 'initsweep_preview';

export interface DatabaseAddresses {
  readonly ownerUrl: string;
  /** Of the role that may only select from the views. */
  readonly readerUrl: string;
}

/**
 * Where the results are, and how to read them with the role that can do nothing else. In the local stack the role is made here; elsewhere
 * its keeper has made it. Throws UserError where there is no database, or no password for the role.
 */
export async function findReader(environment: NodeJS.ProcessEnv): Promise<DatabaseAddresses> {
  const stack = await findStack(environment);
  const ownerUrl = environment['DATABASE_URL'] || stack?.database?.url;
  if (!ownerUrl)
    throw new UserError('No stack is running here. Start it with: npx initsweep up (or set DATABASE_URL).');
  if (stack?.database?.embedded && stack.database.url === ownerUrl) {
    const password = await secretOf(folders(environment), 'preview-reader');
    await allowReader(ownerUrl, password, previewRole);
    return { ownerUrl, readerUrl: readerUrl(ownerUrl, password, previewRole) };
  }
  const password = environment['SWEEP_GRAFANA_PASSWORD'];
  if (!password) {
    throw new UserError(
      `Set SWEEP_GRAFANA_PASSWORD to the password of ${readerRole}, the role that may only read (npx initsweep migrate makes it).`,
    );
  }
  return { ownerUrl, readerUrl: readerUrl(ownerUrl, password) };
}
