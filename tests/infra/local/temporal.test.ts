import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findFreePort } from '../../../infra/local/ports.ts';
import { commandOf } from '../../../infra/local/processes.ts';
import { findTemporal, startTemporalServer } from '../../../infra/local/temporal.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'temporal-'));
});
afterAll(() => rm(folder, { recursive: true }));

describe('startTemporalServer', () => {
  test('serves the named namespace and its web pages, and keeps histories from one start to the next', async () => {
    const { path: binary } = await findTemporal();
    const start = async () => {
      const port = await findFreePort(27233);
      const uiPort = await findFreePort(28233, [port]);
      return startTemporalServer({ binary, folder, port, uiPort, namespace: 'sweeps' });
    };
    const withClient = async <Result>(address: string, use: (client: Client) => Promise<Result>): Promise<Result> => {
      const connection = await Connection.connect({ address });
      try {
        return await use(new Client({ connection, namespace: 'sweeps' }));
      } finally {
        await connection.close();
      }
    };

    const first = await start();
    const page = await fetch(first.uiAddress);
    await withClient(first.address, (client) =>
      client.workflow.start('nobodyRunsThis', { taskQueue: 'nobody', workflowId: 'kept' }),
    );
    await first.stop();
    expect(page.status).toBe(200);
    expect(await commandOf(first.pid)).toBeNull();

    const second = await start();
    try {
      const { status } = await withClient(second.address, (client) => client.workflow.getHandle('kept').describe());
      expect(status.name).toBe('RUNNING');
    } finally {
      await second.stop();
    }
  });

  test('says where the log is when the server cannot start', async () => {
    const options = { binary: process.execPath, folder, port: 1, uiPort: 2 };
    await expect(startTemporalServer(options)).rejects.toThrow(/before it was ready; its log is .*temporal\.log/);
  });
});
