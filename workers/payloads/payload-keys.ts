import { z } from 'zod';

/** A key of AES-256 and the name under which payloads refer to it. */
export interface PayloadKey {
  readonly id: string;
  /** [32] */
  readonly bytes: Buffer;
}

const keyForm = /^([a-z0-9][a-z0-9._-]{0,62}):([0-9a-f]{64})$/i;

/** `id:64 hexadecimal digits`, several separated by commas: the first encrypts, all decrypt. */
export const payloadKeysSchema = z.string().transform((text, context): readonly PayloadKey[] => {
  const matches = text.split(',').map((part) => keyForm.exec(part.trim()));
  const keys = matches.flatMap((match) => (match ? [{ id: match[1]!, bytes: Buffer.from(match[2]!, 'hex') }] : []));
  if (keys.length < matches.length || new Set(keys.map(({ id }) => id)).size < keys.length) {
    context.addIssue({
      code: 'custom',
      message:
        'expected id:key, the key as 64 hexadecimal digits, or several of them with different ids, separated by commas',
    });
    return z.NEVER;
  }
  return keys;
});
