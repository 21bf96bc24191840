import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { METADATA_ENCODING_KEY, type Payload, type PayloadCodec, ValueError } from '@temporalio/common';
import proto from '@temporalio/proto';
import type { PayloadKey } from './payload-keys.ts';

const encoding = 'binary/encrypted';
const keyIdField = 'encryption-key-id';
const algorithm = 'aes-256-gcm';
const nonceBytes = 12;
const tagBytes = 16;

const text = (bytes: Uint8Array | null | undefined): string => Buffer.from(bytes ?? []).toString('utf8');

/**
 * Encrypts what workflows and activities are given and answer (AES-256-GCM, NIST SP 800-38D, a random nonce for each payload), so that Temporal's
 * server and its keeper see sizes and names only. Payloads that came in the clear, from who has no key, stay readable. Throws ValueError for
 * a payload of an unknown key and for one that was changed on its way.
 */
export class EncryptionCodec implements PayloadCodec {
  readonly #keys: readonly PayloadKey[];

  /** The first key encrypts, all decrypt. */
  constructor(keys: readonly [PayloadKey, ...PayloadKey[]]) {
    this.#keys = keys;
  }

  encode(payloads: Payload[]): Promise<Payload[]> {
    const { id, bytes } = this.#keys[0]!;
    return Promise.resolve(
      payloads.map((payload) => {
        const nonce = randomBytes(nonceBytes);
        const cipher = createCipheriv(algorithm, bytes, nonce).setAAD(Buffer.from(id));
        const plain = proto.temporal.api.common.v1.Payload.encode(payload).finish();
        const data = Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
        return { metadata: { [METADATA_ENCODING_KEY]: Buffer.from(encoding), [keyIdField]: Buffer.from(id) }, data };
      }),
    );
  }

  async decode(payloads: Payload[]): Promise<Payload[]> {
    return payloads.map((payload) => (text(payload.metadata?.[METADATA_ENCODING_KEY]) === encoding ? this.#decrypt(payload) : payload)); // prettier-ignore
  }

  #decrypt({ metadata, data }: Payload): Payload {
    const id = text(metadata?.[keyIdField]);
    const key = this.#keys.find((each) => each.id === id);
    if (!key)
      throw new ValueError(`A payload is encrypted with the key "${id}", which SWEEP_PAYLOAD_KEYS does not hold.`);
    const bytes = Buffer.from(data ?? []);
    try {
      const decipher = createDecipheriv(algorithm, key.bytes, bytes.subarray(0, nonceBytes), {
        authTagLength: tagBytes,
      })
        .setAAD(Buffer.from(id))
        .setAuthTag(bytes.subarray(-tagBytes));
      const plain = Buffer.concat([decipher.update(bytes.subarray(nonceBytes, -tagBytes)), decipher.final()]);
      return proto.temporal.api.common.v1.Payload.decode(plain);
    } catch (error) {
      throw new ValueError(
        `A payload encrypted with the key "${id}" is damaged, or the key is another of that name.`,
        error,
      );
    }
  }
}
