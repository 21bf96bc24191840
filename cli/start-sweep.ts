import { WorkflowExecutionAlreadyStartedError, type WorkflowHandleWithFirstExecutionRunId } from '@temporalio/client';
import { UserError } from '../core/errors.ts';
import { controlQueue } from '../workflows/task-queues.ts';
import type { StackConnection } from './stack-connection.ts';

/** Exactly what `temporal workflow start --type sweep --task-queue sweeps` does. */
export async function startSweep(
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
