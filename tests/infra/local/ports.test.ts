import { createServer, type Server } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { findFreePort, isPortFree } from '../../../infra/local/ports.ts';

const servers: Server[] = [];
const listen = (port: number): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer();
    servers.push(server);
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => resolve((server.address() as { port: number }).port));
  });

afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

describe('findFreePort', () => {
  test('answers the preferred port when nothing listens there', async () => {
    const port = await listen(0);
    servers.splice(0).forEach((server) => server.close());
    expect(await findFreePort(port)).toBe(port);
  });

  test('passes over a port in use and those that are promised already', async () => {
    const port = await listen(0);
    expect(await isPortFree(port)).toBe(false);
    const next = await findFreePort(port);
    expect(next).toBeGreaterThan(port);
    expect(await findFreePort(port, [next])).toBeGreaterThan(next);
  });
});
