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

/**
 * Locks that end with the transaction. A sweep is closed while nobody writes to its trials' rows by number: closing takes the sweep's lock
 * alone, claims and failures take it shared; of those one at a time runs for an owner and for a key. Answers the database's clock
 * after the wait: the clock by which leases are judged.
 */
export async function lock(
  database: Database,
  locks: { readonly sweep: string; readonly owner: string; readonly key: string },
): Promise<Date> {
  const [sweep, owner, key] = [sweepLock(locks.sweep), `owner ${locks.sweep} ${locks.owner}`, `key ${locks.key}`];
  const [row] = await database.$queryRaw<[{ now: Date }]>`
    SELECT pg_advisory_xact_lock_shared(hashtextextended(${sweep}, 0))::text,
           pg_advisory_xact_lock(hashtextextended(${owner}, 0))::text,
           pg_advisory_xact_lock(hashtextextended(${key}, 0))::text,
           clock_timestamp() AS now`;
  return row.now;
}

/** The sweep for its closing alone. */
export async function lockAlone(database: Database, sweep: string): Promise<void> {
  await database.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended(${sweepLock(sweep)}, 0))`;
}

function sweepLock(id: string): string {
  return `sweep ${id}`;
}
