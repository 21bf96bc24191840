import { createServer } from 'node:net';
import { MachineError } from '../../core/errors.ts';

const searchedPorts = 200;

/** Whether nothing listens on this port of the loopback interface at this moment. */
export function isPortFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen({ port, host: '127.0.0.1', exclusive: true }, () => probe.close(() => resolve(true)));
  });
}

/** `preferred` when it is free, else the next free port above it that is not in `taken`. Throws MachineError when 200 in a row are in use. */
export async function findFreePort(preferred: number, taken: readonly number[] = []): Promise<number> {
  for (let port = preferred; port < preferred + searchedPorts; port += 1) {
    if (!taken.includes(port) && (await isPortFree(port))) return port;
  }
  throw new MachineError(`no free port from ${preferred} to ${preferred + searchedPorts - 1} on 127.0.0.1`);
}
