import { UserError } from '../../core/errors.ts';

/**
 * `initsweep worker control|training`: the worker's process, which ends itself; its settings are the environment's. A training worker finds
 * the libraries that `install` has built.
 */
export async function workerCommand(kind: string): Promise<void> {
  if (kind === 'control') await import('../../workers/control.ts');
  else if (kind === 'training') await import('../../workers/training.ts');
  else throw new UserError(`There is no worker "${kind}": choose control or training.`);
}
