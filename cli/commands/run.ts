import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { WorkflowExecutionAlreadyStartedError, type WorkflowHandleWithFirstExecutionRunId } from '@temporalio/client';
import { UserError } from '../../core/errors.ts';
import { createPlan } from '../../core/sweep/plan.ts';
import { parseSweep } from '../../core/sweep/parse-sweep.ts';
import { controlQueue } from '../../workflows/task-queues.ts';
import { readSweepLimits } from '../../workers/config.ts';
import { finishSweep } from '../finish-sweep.ts';
import { type StackConnection, withStack } from '../stack-connection.ts';
import { startStack } from '../start-stack.ts';
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

/** Exactly what `temporal workflow start --type sweep --task-queue sweeps` does. */
async function startSweep(
  { client }: StackConnection,
  workflowId: string,
  input: unknown,
): Promise<WorkflowHandleWithFirstExecutionRunId> {
  try {
    return await client.workflow.start('sweep', { workflowId, taskQueue: controlQueue, args: [input] });
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    throw new UserError(
      `A sweep with the workflow id ${workflowId} is running already. Follow it with: npx initsweep watch ${workflowId}; or give ` +
        'this one another id by --workflow-id.',
    );
  }
}
