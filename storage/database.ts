import { createHash } from 'node:crypto';
import { PrismaPg } from '@prisma/adapter-pg';
import { StaleFenceError } from '../core/errors.ts';
import { Prisma, PrismaClient } from './generated/client.ts';
import type { Fenced } from './sweep-store.ts';

/** The generated client, or the part of it that works within a transaction. */
export type Database = Prisma.TransactionClient;

/** Few connections a process: many workers share one server, and each write is short. */
const poolSize = 4;
const connectionTimeoutMs = 5_000;

export function connect(databaseUrl: string): PrismaClient {
  return new PrismaClient({
    adapter: new PrismaPg(
      {
        connectionString: databaseUrl,
        max: poolSize,
        connectionTimeoutMillis: connectionTimeoutMs,
        keepAlive: true,
      },
      // The server plans each of our few statements once a session, not once a trial.
      { statementNameGenerator: ({ sql }) => createHash('sha256').update(sql).digest('base64url') },
    ),
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

/** What a claim or a failure locks; see `lock`. */
export interface Locks {
  readonly sweep: string;
  readonly owner: string;
  readonly key: string;
}

/**
 * Locks that end with the transaction. A sweep is closed while nobody writes to its trials' rows by number: closing takes the sweep's lock
 * alone, claims and failures take it shared; of those one at a time runs for an owner and for a key. Answers the database's clock
 * after the wait: the clock by which leases are judged.
 */
export async function lock(database: Database, locks: Locks): Promise<Date> {
  const [row] = await database.$queryRaw<[{ now: Date }]>(lockExpression([locks]));
  return row.now;
}

/** The query of `lock`, for all of these at once, in an order that is the same for everyone: nobody waits in a circle. */
export function lockExpression(all: readonly Locks[]): Prisma.Sql {
  const sorted = (names: readonly string[]): string[] => [...new Set(names)].toSorted();
  const shared = sorted(all.map(({ sweep }) => sweepLock(sweep)));
  const alone = [
    ...sorted(all.map(({ sweep, owner }) => `owner ${sweep} ${owner}`)),
    ...sorted(all.map(({ key }) => `key ${key}`)),
  ];
  return Prisma.sql`
    SELECT clock_timestamp() AS now, count(locked)
    FROM (
      SELECT CASE WHEN place <= ${shared.length}::int THEN pg_advisory_xact_lock_shared(hashtextextended(name, 0))::text
                  ELSE pg_advisory_xact_lock(hashtextextended(name, 0))::text END AS locked
      FROM unnest(${[...shared, ...alone]}::text[]) WITH ORDINALITY AS names (name, place)
    ) AS locks`;
}

/** The sweep for its closing alone. */
export async function lockAlone(database: Database, sweep: string): Promise<void> {
  await database.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended(${sweepLock(sweep)}, 0))`;
}

function sweepLock(id: string): string {
  return `sweep ${id}`;
}
