import {
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  NoSuchKey,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { MachineError, UserError } from '../../core/errors.ts';
import type { BucketLocation } from './checkpoint-location.ts';
import type { CheckpointPlace, PlacedObject } from './checkpoint-place.ts';

const mend =
  'Check SWEEP_CHECKPOINTS, AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY (or the machine’s role) and AWS_REGION; ' +
  'the keys must let put, get, delete and list objects. A certificate of one’s own goes into NODE_EXTRA_CA_CERTS.';

/**
 * A bucket of S3 or of a server that speaks its protocol. A put makes the whole object or none, and the server checks it against the
 * checksum that comes with it. No put is conditional: a name belongs to one claim, so nobody else writes it. Keys are found as Amazon's tools find them:
 * in the environment, a profile, or by the machine's role. Throws UserError when the bucket refuses us; one that cannot be reached at the
 * moment is opened all the same.
 */
export async function openBucketPlace(location: BucketLocation): Promise<CheckpointPlace> {
  const { bucket: Bucket, prefix } = location;
  const client = clientOf(location);
  const keyOf = (name: string): string => (prefix === '' ? name : `${prefix}/${name}`);
  const run = async <Result>(what: string, call: () => Promise<Result>): Promise<Result> => {
    try {
      return await call();
    } catch (error) {
      throw failureOf(what, error as ClientError);
    }
  };
  try {
    await client.send(new ListObjectsV2Command({ Bucket, Prefix: keyOf(''), MaxKeys: 1 }));
  } catch (error) {
    if (isRefusal(error as ClientError)) {
      client.destroy();
      const { name, message } = error as Error;
      throw new UserError(`The bucket ${Bucket} for checkpoints refuses us (${name}: ${message}). ${mend}`);
    }
  }
  return {
    put: (name, bytes) =>
      run('Writing a checkpoint', async () => {
        await client.send(new PutObjectCommand({ Bucket, Key: keyOf(name), Body: bytes }));
      }),

    get: (name) =>
      run('Reading a checkpoint', async () => {
        try {
          const { Body } = await client.send(new GetObjectCommand({ Bucket, Key: keyOf(name) }));
          return (await Body?.transformToByteArray()) ?? new Uint8Array(0);
        } catch (error) {
          if (error instanceof NoSuchKey) return null;
          throw error;
        }
      }),

    // One request each: not every server knows the request that deletes many.
    remove: (names) =>
      run('Removing a checkpoint', async () => {
        await Promise.all(names.map((name) => client.send(new DeleteObjectCommand({ Bucket, Key: keyOf(name) }))));
      }),

    list: () => listBucket(client, Bucket, keyOf('')),

    close: () => client.destroy(),
  };
}

function clientOf({ endpoint, region }: BucketLocation): S3Client {
  // That later versions will not run on this Node matters to who updates them; here it would be a line in the log that is no JSON.
  process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] ??= 'true';
  return new S3Client({
    // Servers of one's own seldom have a name in the DNS for each bucket, and seldom look at the region.
    ...(endpoint !== null && { endpoint, forcePathStyle: true, region: process.env['AWS_REGION'] ?? 'us-east-1' }),
    ...(region !== null && { region }),
    // A checkpoint proves itself whole, and whoever reads a damaged one takes the one before.
    responseChecksumValidation: 'WHEN_REQUIRED',
    requestHandler: { connectionTimeout: 5_000, socketTimeout: 30_000 },
  });
}

async function* listBucket(client: S3Client, Bucket: string, Prefix: string): AsyncIterable<PlacedObject> {
  let ContinuationToken: string | undefined;
  do {
    const answer = await client
      .send(new ListObjectsV2Command({ Bucket, Prefix, ContinuationToken }))
      .catch((error: ClientError) => {
        throw failureOf('Listing checkpoints', error);
      });
    for (const { Key, LastModified } of answer.Contents ?? []) {
      if (Key !== undefined && LastModified !== undefined) {
        yield { name: Key.slice(Prefix.length), placedAt: LastModified };
      }
    }
    ContinuationToken = answer.NextContinuationToken;
  } while (ContinuationToken !== undefined);
}

interface ClientError extends Error {
  readonly code?: string;
  readonly $metadata?: { readonly httpStatusCode?: number };
}

/**
 * Whether no other attempt can mend it: the server says that the request is wrong (and not that it comes too often or too slowly), its
 * certificate is not trusted, or there are no keys or no region.
 */
function isRefusal({ name, message, code = '', $metadata }: ClientError): boolean {
  const answer = $metadata?.httpStatusCode ?? 0;
  if (answer >= 300 && answer < 500) return answer !== 408 && answer !== 429;
  return name === 'CredentialsProviderError' || message === 'Region is missing' || /CERT|SIGNATURE/.test(code);
}

/** Without the client's own error as its cause: that carries the request that was signed, and would be logged. */
function failureOf(what: string, { name, message, code, $metadata }: ClientError): MachineError {
  const details = [name, code, $metadata?.httpStatusCode].filter(Boolean).join(', ');
  return new MachineError(`${what} failed: ${message || 'no answer'} (${details})`);
}
