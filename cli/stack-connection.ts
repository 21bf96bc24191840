import { Client, Connection } from '@temporalio/client';
import { MachineError, UserError } from '../core/errors.ts';
import { findStack } from '../infra/local/stack.ts';
import type { StackState } from '../infra/local/stack-state.ts';
import { temporalSettings } from '../infra/local/temporal-settings.ts';
import { openStore } from '../storage/prisma-sweep-store.ts';
import { readIsTraced, readPayloadKeys } from '../workers/config.ts';
import { dataConverterOf } from '../workers/payloads/data-converter.ts';
import { startTracing } from '../workers/tracing/start-tracing.ts';
import type { SweepStore } from '../storage/sweep-store.ts';

/** The two things that a command about sweeps talks to, and where they are. */
export interface StackConnection {
  readonly client: Client;
  readonly store: SweepStore;
  readonly databaseUrl: string;
  readonly temporalAddress: string;
  readonly namespace: string;
  /** Null where the server is not ours. */
  readonly uiAddress: string | null;
  /** Null where no Grafana is known. */
  readonly grafanaAddress: string | null;
}

/** Where database and Temporal are: the environment's word first, then the local stack's. Throws UserError when neither knows. */
export async function findAddresses(
  stack?: StackState,
): Promise<Omit<StackConnection, 'client' | 'store'> & { readonly settings: ReturnType<typeof temporalSettings> }> {
  const running = stack ?? (await findStack());
  const settings = temporalSettings(process.env, running?.temporal?.address ?? '');
  const databaseUrl = process.env['DATABASE_URL'] || running?.database?.url;
  if (!databaseUrl || settings.address === '') {
    throw new UserError(
      'No stack is running here. Start it with: npx initsweep up (or set DATABASE_URL and TEMPORAL_ADDRESS).',
    );
  }
  const isOurs = settings.address === running?.temporal?.address;
  return {
    databaseUrl,
    settings,
    temporalAddress: settings.address,
    namespace: settings.namespace,
    uiAddress: isOurs ? (running?.temporal?.uiAddress ?? null) : null,
    grafanaAddress: running?.grafana?.address ?? process.env['GRAFANA_URL'] ?? null,
  };
}

/** Connects, runs `use` and disconnects. Throws UserError when there is no stack, MachineError when a server does not answer. */
export async function withStack<Result>(
  use: (stack: StackConnection) => Promise<Result>,
  state?: StackState,
): Promise<Result> {
  const { settings, ...addresses } = await findAddresses(state);
  const dataConverter = dataConverterOf(readPayloadKeys(process.env));
  const tracing = await startTracing(readIsTraced(process.env), 'initsweep-command', console.error);
  let connection: Connection;
  try {
    connection = await Connection.connect({ ...settings.connection, connectTimeout: 10_000 });
  } catch (error) {
    throw new MachineError(
      `Temporal at ${settings.address} does not answer (${(error as Error).message}); npx initsweep doctor says more`,
    );
  }
  try {
    const store = await openStore(addresses.databaseUrl);
    try {
      return await use({
        client: new Client({
          connection,
          namespace: settings.namespace,
          dataConverter,
          plugins: [...tracing.plugins],
        }),
        store,
        ...addresses,
      });
    } finally {
      await store.close();
    }
  } finally {
    await connection.close();
    await tracing.close();
  }
}
