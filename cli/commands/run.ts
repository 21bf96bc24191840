import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createPlan } from '../../core/sweep/plan.ts';
import { parseSweep } from '../../core/sweep/parse-sweep.ts';
import { readSweepLimits } from '../../workers/config.ts';
import { finishSweep } from '../finish-sweep.ts';
import { withStack } from '../stack-connection.ts';
import { startStack } from '../start-stack.ts';
import { startSweep } from '../start-sweep.ts';
import { readSweepFile } from '../sweep-file.ts';

const quickstart = fileURLToPath(new URL('../../examples/quickstart.json', import.meta.url));

/** `initsweep run [FILE]`: answers an exit code. */
export async function runCommand(file: string | undefined, options: { workflowId?: string }): Promise<number> {
  const path = relative(process.cwd(), file ?? quickstart);
  const input = await readSweepFile(path);
  // The workflow checks it again; here a mistake is known before anything is started.
  const spec = parseSweep(input, readSweepLimits(process.env));
  const plan = createPlan(spec);
  const state = await startStack();
  return withStack(async (stack) => {
    const workflowId = options.workflowId ?? spec.name;
    const handle = await startSweep(stack, workflowId, input);
    const sweepId = handle.firstExecutionRunId;
    console.error(`Sweep ${workflowId} has started: ${plan.trialCount} trials.`);
    return finishSweep({ stack, handle, workflowId, sweepId, file: path });
  }, state);
}
