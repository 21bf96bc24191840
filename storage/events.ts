import { Prisma, type PrismaClient } from './generated/client.ts';
import type { SweepEvent } from './sweep-store.ts';
import { noSuchSweep } from './sweeps.ts';

/** Keeps the event with the database's time; one whose id is there stays as it is. Throws UserError when there is no such sweep. */
export async function recordEvent(client: PrismaClient, event: SweepEvent): Promise<void> {
  try {
    await client.sweepEvent.createMany({ data: [event], skipDuplicates: true });
  } catch (error) {
    if (error instanceof Prisma.PrismaClientKnownRequestError && error.code === 'P2003') {
      throw noSuchSweep(String(event.sweepId));
    }
    throw error;
  }
}
