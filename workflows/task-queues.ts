/** Workflows and control activities; a sweep is started here. */
export const controlQueue = 'sweeps';

/** Activity `trainTrial`. */
export const trainingQueue = 'training';
