import { once } from 'node:events';
import { UserError } from '../../core/errors.ts';
import { readPayloadKeys } from '../../workers/config.ts';
import { EncryptionCodec } from '../../workers/payloads/encryption-codec.ts';
import { wholeNumber } from '../whole-number.ts';
import { createCodecServer } from '../codec/codec-server.ts';

/** `initsweep codec`: decrypts payloads for Temporal's pages and command line on this machine, until it is told to stop. */
export async function codecCommand(options: { readonly port: string; readonly origin: string }): Promise<void> {
  const [first, ...others] = readPayloadKeys(process.env);
  if (first === undefined) throw new UserError('Payloads are not encrypted: SWEEP_PAYLOAD_KEYS is not set.');
  const port = wholeNumber('--port', options.port, 65_535);
  const server = createCodecServer(new EncryptionCodec([first, ...others]), options.origin);
  server.listen(port, '127.0.0.1');
  await once(server, 'listening').catch((error: unknown) => {
    throw new UserError(
      `Port ${port} cannot be listened on (${error instanceof Error ? error.message : String(error)}): choose another with --port`,
    );
  });
  console.log(`Decrypting at http://127.0.0.1:${port} for this machine and pages of ${options.origin}.`);
  console.log(`  export TEMPORAL_CODEC_ENDPOINT=http://127.0.0.1:${port}   # for the temporal command`);
  await new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
  });
  server.close();
  server.closeAllConnections();
}
