import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { Client, WorkflowFailedError } from '@temporalio/client';
import { describe, expect, test } from 'vitest';
import { createCodecServer } from '../../../cli/codec/codec-server.ts';
import { dataConverterOf } from '../../../workers/payloads/data-converter.ts';
import { EncryptionCodec } from '../../../workers/payloads/encryption-codec.ts';
import type { sweep } from '../../../workflows/sweep.ts';
import { controlQueue } from '../../../workflows/task-queues.ts';
import { useWorkerProcesses } from '../use-worker-processes.ts';

const key = { id: 'test', bytes: Buffer.alloc(32, 7) };
const codec = new EncryptionCodec([key]);
const workers = useWorkerProcesses({
  SWEEP_BACKEND: 'cpu',
  SWEEP_PAYLOAD_KEYS: `test:${key.bytes.toString('hex')}`,
});

const file = {
  name: 'a-name-that-is-nobodys-business',
  axes: { initializer: 'heNormal', activation: 'relu', depth: 1, seed: [1, 2] },
  training: { width: 8, epochs: 2, target: null },
};

describe('a sweep with encrypted payloads', () => {
  test('runs, and its history holds neither its file nor its mistakes', async () => {
    await Promise.all((['control', 'training'] as const).map((entry) => workers.begin(entry).ready));
    const { temporal } = workers;
    const client = new Client({
      connection: temporal.client.connection,
      namespace: temporal.namespace,
      dataConverter: dataConverterOf([key]),
    });
    const options = { taskQueue: controlQueue, args: [file] as [unknown] };
    const result = await client.workflow.execute<typeof sweep>('sweep', { ...options, workflowId: 'hidden' });
    const mistaken = client.workflow.execute<typeof sweep>('sweep', {
      taskQueue: controlQueue,
      workflowId: 'mistaken',
      args: [{ ...file, name: 'not/allowed' }],
    });

    expect(result).toMatchObject({ trials: 2, states: { notConverged: 2 } });
    const failure = await mistaken.catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(WorkflowFailedError);
    expect((failure as WorkflowFailedError).cause?.message).toContain('not/allowed');
    for (const [id, words] of [
      ['hidden', /nobodys-business|heNormal/],
      ['mistaken', /not\/allowed|mistake:/],
    ] as const) {
      const history = await temporal.client.workflow.getHandle(id).fetchHistory();
      const everything = Buffer.concat(bytesIn(history)).toString('latin1') + JSON.stringify(history);
      // As booleans: a failure need not print the whole history.
      expect(everything.includes('binary/encrypted')).toBe(true);
      expect(words.test(everything)).toBe(false);
    }
  }, 120_000);

  test('is read by Temporal’s tools through the codec server, by pages of one origin only', async () => {
    const server = createCodecServer(codec, 'http://temporal.example').listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    try {
      const plain = { metadata: { encoding: btoa('json/plain') }, data: btoa('{"name":"x"}') };
      const post = (path: string, body: unknown, type = 'application/json') =>
        fetch(`${address}${path}`, { method: 'POST', headers: { 'content-type': type }, body: JSON.stringify(body) });
      const encoded = (await (await post('/encode', { payloads: [plain] })).json()) as { payloads: unknown[] };
      expect(JSON.stringify(encoded)).not.toContain(plain.data);
      const decoded = await post('/decode', encoded);
      expect(decoded.headers.get('access-control-allow-origin')).toBe('http://temporal.example');
      expect(await decoded.json()).toEqual({ payloads: [plain] });
      expect((await post('/decode', encoded, 'text/plain')).status).toBe(415);
      expect((await post('/decode', { payloads: 'all' })).status).toBe(400);
      expect((await post('/', encoded)).status).toBe(404);
    } finally {
      server.close();
      server.closeAllConnections();
    }
  });
});

/** Every run of bytes anywhere in a value. */
function bytesIn(value: unknown): Uint8Array[] {
  if (value instanceof Uint8Array) return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap(bytesIn);
}
