import type { WorkerOptions } from '@temporalio/worker';

/** Which build of which deployment a worker is, by the variables that Temporal's Worker Controller sets. */
export interface DeploymentVersion {
  readonly deploymentName: string;
  readonly buildId: string;
}

/**
 * With a version, Temporal hands the worker only what its deployment routes to that build. A running sweep moves to the current one with its
 * next task: it runs for days, and every change of the workflows replays what earlier builds recorded (docs/changing-workflows.md).
 */
export function versioningOf(version: DeploymentVersion | null): Pick<WorkerOptions, 'workerDeploymentOptions'> {
  if (version === null) return {};
  return {
    workerDeploymentOptions: { useWorkerVersioning: true, version, defaultVersioningBehavior: 'AUTO_UPGRADE' },
  };
}
