import { UserError } from '../../core/errors.ts';
import { findAddresses } from '../stack-connection.ts';

/** `initsweep address`: one bare address, so that a script can use it. */
export async function addressCommand(options: { database?: boolean; ui?: boolean }): Promise<void> {
  const { databaseUrl, temporalAddress, uiAddress } = await findAddresses();
  if (options.database) console.log(databaseUrl);
  else if (!options.ui) console.log(temporalAddress);
  else if (uiAddress) console.log(uiAddress);
  else
    throw new UserError(
      "This Temporal server is not of the local stack: only its keeper knows its web pages' address.",
    );
}
