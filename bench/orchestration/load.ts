/** What every system is given to do. */
export interface Load {
  readonly trials: number;
  /** Trials in flight at once. */
  readonly concurrency: number;
  /** Epochs that a trial reports, evenly over its second; epoch 0 at its start is reported too. */
  readonly epochs: number;
}

/** How long a trial sleeps instead of training, ms. */
export const trialMs = 1_000;

/** Wall time if starting, storing and ending a trial took none, s. */
export function idealSeconds({ trials, concurrency }: Load): number {
  return (Math.ceil(trials / concurrency) * trialMs) / 1_000;
}
