import { fileURLToPath } from 'node:url';
import type { DataConverter } from '@temporalio/common';
import { EncryptionCodec } from './encryption-codec.ts';
import type { PayloadKey } from './payload-keys.ts';

/** How payloads travel, for clients and workers alike: encrypted where there are keys, else in the clear. */
export function dataConverterOf(keys: readonly PayloadKey[]): DataConverter {
  const [first, ...others] = keys;
  if (first === undefined) return {};
  return {
    payloadCodecs: [new EncryptionCodec([first, ...others])],
    failureConverterPath: fileURLToPath(new URL('encoded-failures.ts', import.meta.url)),
  };
}
