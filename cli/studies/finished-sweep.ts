import { UserError } from '../../core/errors.ts';
import { parseSweep } from '../../core/sweep/parse-sweep.ts';
import { canonicalJson } from '../../core/trial/canonical-json.ts';
import type { StoredSweep } from '../../storage/sweep-store.ts';
import { readSweepLimits } from '../../workers/config.ts';
import { followSweep } from '../follow-sweep.ts';
import type { StackConnection } from '../stack-connection.ts';
import { startSweep } from '../start-sweep.ts';
import { readSweepFile } from '../sweep-file.ts';

const searched = 1000;

/**
 * The finished sweep of a file: one that the database has already, else it is run to its end, as `initsweep run` does (and takes over
 * every trial that is known). Throws UserError when it does not come to its end.
 */
export async function finishedSweep(stack: StackConnection, file: string): Promise<StoredSweep> {
  const input = await readSweepFile(file);
  const spec = parseSweep(input, readSweepLimits(process.env));
  const known = (await stack.store.listSweeps(searched)).find(
    (sweep) => sweep.state === 'completed' && canonicalJson(sweep.spec) === canonicalJson(spec),
  );
  if (known) return known;
  const handle = await startSweep(stack, spec.name, input);
  const end = await followSweep(handle, handle.firstExecutionRunId, stack.store);
  if (end.kind !== 'completed') {
    const what = end.kind === 'left' ? 'goes on without you' : `has ended before its time: ${end.message}`;
    throw new UserError(`Sweep ${spec.name} ${what}. Start the command again when it is done.`);
  }
  return stack.store.readSweep(handle.firstExecutionRunId);
}
