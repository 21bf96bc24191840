import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { MachineError, UserError } from '../../../core/errors.ts';
import { findS3Server } from '../../../infra/local/find-s3-server.ts';
import { findFreePort } from '../../../infra/local/ports.ts';
import { type S3Server, startS3Server } from '../../../infra/local/s3-server.ts';
import { openBucketPlace } from '../../../storage/checkpoints/bucket-place.ts';
import { describeCheckpointPlace } from '../../contracts/checkpoint-place-contract.ts';
import { startTestBuckets, type TestBuckets } from '../../setup/test-bucket.ts';

const run = promisify(execFile);
let buckets: TestBuckets;
beforeAll(async () => {
  buckets = await startTestBuckets();
});
afterAll(() => buckets.close());
afterEach(() => Object.assign(process.env, buckets.server.keys));

const open = (prefix: string) => async () => ({ ...(await buckets.create(prefix)), close: () => Promise.resolve() });

describeCheckpointPlace('a bucket', open('some/prefix'));

test('objects lie at the top of the bucket where the location has no prefix', async () => {
  const { location } = await buckets.create('');
  const place = await openBucketPlace(location);
  await place.put('1/1-1', Buffer.from('bytes'));

  expect(await place.get('1/1-1')).toEqual(Uint8Array.from(Buffer.from('bytes')));
  for await (const { name } of place.list()) expect(name).toBe('1/1-1');
  place.close();
});

describe('a bucket that refuses us is told apart from one that is away', () => {
  const secret = 'a-wrong-key-that-nobody-must-see';

  test('a wrong secret, an unknown key, a bucket that does not exist: a person must act, and no key is shown', async () => {
    const { location } = await buckets.create('');
    const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY } = buckets.server.keys;
    const refusal = async (bucket: string, keys: Record<string, string>): Promise<UserError> => {
      Object.assign(process.env, { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, ...keys });
      const error: unknown = await openBucketPlace({ ...location, bucket }).catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(UserError);
      expect(JSON.stringify([(error as UserError).message, error])).not.toMatch(
        new RegExp(`${secret}|${AWS_SECRET_ACCESS_KEY}`),
      );
      return error as UserError;
    };
    const { bucket } = location;
    expect((await refusal(bucket, { AWS_SECRET_ACCESS_KEY: secret })).message).toContain('SignatureDoesNotMatch');
    expect((await refusal(bucket, { AWS_ACCESS_KEY_ID: 'NOBODY' })).message).toContain('No user exists');
    expect((await refusal('nowhere', {})).message).toMatch(/NoSuchBucket.*Check SWEEP_CHECKPOINTS/);
  });

  test('keys that stop being right while a worker runs are a MachineError without them', async () => {
    const { location } = await buckets.create('');
    Object.assign(process.env, { AWS_SECRET_ACCESS_KEY: secret });
    const place = await openBucketPlace({ ...location, endpoint: 'http://127.0.0.1:9' });
    const error = (await place.put('1/1-1', new Uint8Array(1)).catch((reason: unknown) => reason)) as MachineError;
    place.close();

    expect(error).toBeInstanceOf(MachineError);
    expect(error.cause).toBeUndefined();
    expect(error.message).toContain('Writing a checkpoint failed');
    expect(JSON.stringify([error.message, error.stack, error])).not.toContain(secret);
  });
});

test('a server with TLS is believed by its certificate alone', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'certificate-'));
  const [certificate, key] = [join(folder, 'certificate.pem'), join(folder, 'key.pem')];
  const names = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=IP:127.0.0.1'];
  const kind = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];
  await run('openssl', ['req', '-x509', ...kind, ...names, '-keyout', key, '-out', certificate]);
  const encrypted = await startTestBuckets({ certificate, key });
  const { location } = await encrypted.create('');
  const script = fileURLToPath(new URL('put-over-tls.ts', import.meta.url));
  const said = async (environment: NodeJS.ProcessEnv): Promise<string> => {
    const options = { env: { ...process.env, ...environment } };
    const { stdout } = await run(process.execPath, ['--import', 'tsx', script, JSON.stringify(location)], options);
    return stdout.trim();
  };

  expect(location.endpoint).toMatch(/^https:/);
  expect(await said({})).toMatch(/^UserError: The bucket .* refuses us .*NODE_EXTRA_CA_CERTS/);
  expect(await said({ NODE_EXTRA_CA_CERTS: certificate })).toBe('by TLS');
  await encrypted.close();
  await rm(folder, { recursive: true });
});

describe('a server that dies', () => {
  let folder: string;
  let server: S3Server;
  let restart: () => Promise<S3Server>;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'initsweep-s3-'));
    const { path: binary } = await findS3Server();
    const port = await findFreePort(20_100);
    restart = () => startS3Server({ binary, folder, port, keys: buckets.server.keys });
    server = await restart();
  });
  afterAll(async () => {
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  });

  test('while it takes an object holds it whole or not at all, and what it had before', async () => {
    await mkdir(server.folderOf('checkpoints'));
    const place = await openBucketPlace({ bucket: 'checkpoints', prefix: '', endpoint: server.endpoint, region: null });
    const bytes = Buffer.alloc(40e6, 7);
    await place.put('1/1-1', Buffer.from('the one before'));
    const ends: string[] = [];
    for (const [round, delayMs] of [0, 10, 20, 30, 60].entries()) {
      const name = `1/1-${round + 2}`;
      const put = place.put(name, bytes).then(
        () => 'put',
        (error: Error) => error.name,
      );
      await sleep(delayMs);
      await server.stop('SIGKILL');
      const end = await put;
      server = await restart();
      const found = await place.get(name);
      ends.push(`${end}, ${found === null ? 'absent' : Buffer.compare(found, bytes) === 0 ? 'whole' : 'torn'}`);
      expect(Buffer.from((await place.get('1/1-1'))!).toString()).toBe('the one before');
    }
    place.close();
    const possible = ['put, whole', 'MachineError, absent', 'MachineError, whole'];
    expect(ends.filter((end) => !possible.includes(end))).toEqual([]);
    expect(ends).toContain('MachineError, absent');
  });
});
