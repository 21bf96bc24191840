import { PrismaPg } from '@prisma/adapter-pg';
import { StaleFenceError } from '../core/errors.ts';
import { PrismaClient, type Prisma } from './generated/client.ts';
import type { Fenced } from './sweep-store.ts';

/** The generated client, or the part of it that works within a transaction. */
export type Database = Prisma.TransactionClient;

/** Few connections a process: many workers share one server, and each write is short. */
const poolSize = 4;
const connectionTimeoutMs = 5_000;

export function connect(databaseUrl: string): PrismaClient {
  return new PrismaClient({
    adapter: new PrismaPg({
      connectionString: databaseUrl,
      max: poolSize,
      connectionTimeoutMillis: connectionTimeoutMs,
      keepAlive: true,
    }),
    transactionOptions: { maxWait: 15_000, timeout: 30_000 },
    errorFormat: 'minimal',
  });
}

/** State of a trial whose fence is the caller's. Throws StaleFenceError when it is not, or when the trial is no more. */
export async function stateUnderFence(database: Database, { trialId, fence }: Fenced): Promise<string> {
  const trial = await database.trial.findUnique({
    where: { id: BigInt(trialId) },
    select: { state: true, fence: true },
  });
  if (trial === null || trial.fence !== fence) {
    throw new StaleFenceError(
      `Trial ${trialId} is held under fence ${trial?.fence ?? 'none'}, not under the caller's ${fence}.`,
    );
  }
  return trial.state;
}

/** A sweep is closed while nobody claims its trials: claims take the lock shared, closing takes it alone. Ends with the transaction. */
export async function lockSweep(database: Database, id: string, mode: 'shared' | 'alone'): Promise<void> {
  const name = `sweep ${id}`;
  await (mode === 'shared'
    ? database.$executeRaw`SELECT pg_advisory_xact_lock_shared(hashtextextended(${name}, 0))`
    : database.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended(${name}, 0))`);
}

/** One claim at a time for an owner, and one for a key. Ends with the transaction. */
export async function lockName(database: Database, name: string): Promise<void> {
  await database.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended(${name}, 0))`;
}
