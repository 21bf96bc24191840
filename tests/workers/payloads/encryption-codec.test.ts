import { type Payload, ValueError } from '@temporalio/common';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { EncryptionCodec } from '../../../workers/payloads/encryption-codec.ts';

const key = (id: string, byte: number) => ({ id, bytes: Buffer.alloc(32, byte) });
const bytes = (text: string) => Buffer.from(text);
const payloadOf = (data: Uint8Array): Payload => ({ metadata: { encoding: bytes('json/plain') }, data });

describe('encrypted payloads', () => {
  const codec = new EncryptionCodec([key('new', 1), key('old', 2)]);

  test('come back as they were, whatever they hold', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.uint8Array({ maxLength: 200 })), async (contents) => {
        const decoded = await codec.decode(await codec.encode(contents.map(payloadOf)));
        expect(decoded.map(({ data }) => Buffer.from(data ?? []))).toEqual(contents.map((each) => Buffer.from(each)));
        expect(decoded.every(({ metadata }) => String(metadata!['encoding']) === 'json/plain')).toBe(true);
      }),
      { numRuns: 50 },
    );
  });

  test('show nothing of what they hold, and are never the same twice', async () => {
    const secret = payloadOf(bytes('learningRate 0.123'));
    const [one, two] = await codec.encode([secret, secret]);
    expect(Buffer.from(one!.data!).includes('learningRate')).toBe(false);
    expect(Buffer.from(one!.data!)).not.toEqual(Buffer.from(two!.data!));
  });

  test('of an older key are read as long as it is listed', async () => {
    const [encoded] = await new EncryptionCodec([key('old', 2)]).encode([payloadOf(bytes('then'))]);
    const [decoded] = await codec.decode([encoded!]);
    expect(String(decoded!.data)).toBe('then');
    await expect(new EncryptionCodec([key('new', 1)]).decode([encoded!])).rejects.toThrow(
      'SWEEP_PAYLOAD_KEYS does not hold',
    );
  });

  test('that were changed on their way are refused', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(), fc.integer({ min: 1, max: 255 }), async (at, flip) => {
        const [encoded] = await codec.encode([payloadOf(bytes('0.001'))]);
        const data = Buffer.from(encoded!.data!);
        data[at % data.length]! ^= flip;
        await expect(codec.decode([{ ...encoded!, data }])).rejects.toThrow(ValueError);
      }),
      { numRuns: 50 },
    );
  });

  test('may stand beside those that came in the clear', async () => {
    const plain = payloadOf(bytes('{}'));
    expect(await codec.decode([plain])).toEqual([plain]);
  });
});
