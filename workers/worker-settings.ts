import { fileURLToPath } from 'node:url';
import { NativeConnection, type WorkerOptions } from '@temporalio/worker';
import { MachineError } from '../core/errors.ts';
import type { WorkerConfig } from './config.ts';

/** What the bundler packs for Temporal's sandbox. */
export const workflowsPath = fileURLToPath(new URL('../workflows/index.ts', import.meta.url));

/**
 * Of both kinds of worker. On shutdown trials that are nearly done end within the grace time; the others are left to another
 * worker. The force time lies under the 30 s after which a container engine kills.
 */
export const workerSettings = {
  shutdownGraceTime: '3 s',
  shutdownForceTime: '25 s',
  // A heartbeat's answer is how an activity hears that it is cancelled: by default only every 0.8 heartbeat timeouts.
  maxHeartbeatThrottleInterval: '3 s',
} satisfies Partial<WorkerOptions>;

/** Throws MachineError when Temporal cannot be reached. */
export async function connect({ temporal }: WorkerConfig): Promise<NativeConnection> {
  try {
    return await NativeConnection.connect(temporal.connection);
  } catch (error) {
    const address = temporal.connection.address ?? 'localhost:7233';
    throw new MachineError(`Temporal cannot be reached at ${address}`, { cause: error });
  }
}
