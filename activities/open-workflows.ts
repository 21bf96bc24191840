import { Context, getClient } from '@temporalio/activity';
import { type WorkflowExecutionDescription, WorkflowNotFoundError } from '@temporalio/client';
import { MachineError } from '../core/errors.ts';

/** Whether the chain of runs that began with `firstRunId`, which names the sweep, is still open. Throws MachineError when Temporal is away. */
export async function isSweepOpen(workflowId: string, firstRunId: string): Promise<boolean> {
  const found = await describe(workflowId);
  return found?.status.name === 'RUNNING' && found.raw.workflowExecutionInfo?.firstRunId === firstRunId;
}

/**
 * Whether the very run that asked for this activity is still open. A shard's run ends before its sweep's row is closed, so an attempt of
 * one that is open was not forgotten by a closing. Throws MachineError when Temporal is away.
 */
export async function isAskingRunOpen(): Promise<boolean> {
  const { workflowExecution } = Context.current().info;
  if (workflowExecution === undefined) return false;
  return (await describe(workflowExecution.workflowId, workflowExecution.runId))?.status.name === 'RUNNING';
}

async function describe(workflowId: string, runId?: string): Promise<WorkflowExecutionDescription | null> {
  try {
    return await getClient().workflow.getHandle(workflowId, runId).describe();
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return null;
    throw new MachineError(`Temporal could not describe workflow ${workflowId}`, { cause: error });
  }
}
