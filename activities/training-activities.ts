import { withTemporalFailures } from './failure.ts';
import { LoneTurns } from './lone-turns.ts';
import { SweepCache } from './sweep-cache.ts';
import {
  createProgressWriter,
  trainTrial,
  type TrainingDependencies,
  type TrainTrialInput,
  type TrainTrialResult,
} from './train-trial.ts';

export type { TrainTrialInput, TrainTrialResult } from './train-trial.ts';
export type TrainingActivities = ReturnType<typeof createTrainingActivities>;

/** What a training worker does: one activity per trial. */
export function createTrainingActivities(dependencies: TrainingDependencies) {
  const { store } = dependencies;
  const shared = {
    sweeps: new SweepCache(store),
    writer: createProgressWriter(dependencies),
    turns: new LoneTurns(),
  };
  return {
    /** See `trainTrial` in train-trial.ts. */
    trainTrial: (input: TrainTrialInput): Promise<TrainTrialResult> =>
      withTemporalFailures(() => trainTrial(dependencies, shared, input)),
  };
}
