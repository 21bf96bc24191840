import { plainBuild } from '../../core/networks/network.ts';
import type { TrialConfig } from '../../core/trial/trial-config.ts';
import type { AskAtRung, TrialOutcome, TrialProgress, Trainer } from '../../training/trainer.ts';
import type { Dataset } from '../../training/datasets/dataset.ts';
import { randomDataset } from '../contracts/backend/random-dataset.ts';

/** A small classification trial on `spirals`, which `loadTestDataset` answers with random data. */
export function trialConfig(changes: Partial<TrialConfig> = {}): TrialConfig {
  return {
    initializer: { name: 'heNormal', mode: 'fanIn', slope: 'activation' },
    activation: { name: 'relu' },
    ...plainBuild,
    depth: 2,
    width: 6,
    seed: 1,
    learningRate: 0.1,
    optimizer: { name: 'momentum', momentum: 0.9 },
    batchSize: 16,
    dataset: { name: 'spirals', examples: 100, noise: 0, seed: 1, split: 1 },
    loss: 'crossEntropy',
    epochs: 3,
    target: null,
    stopAtTarget: true,
    probes: { epochs: [0, 'last'], examples: 20 },
    ...changes,
  };
}

export const regression = {
  dataset: { name: 'gaussian', inputs: 4, outputs: 2, examples: 100, seed: 2, split: 1 },
  loss: 'meanSquaredError',
} as const;

const classificationData = randomDataset({
  task: 'classification',
  inputs: 5,
  outputs: 3,
  image: { height: 5, width: 1, channels: 1 },
});
const regressionData = randomDataset({
  task: 'regression',
  inputs: 4,
  outputs: 2,
  seed: 2,
  image: { height: 2, width: 2, channels: 1 },
});

export async function loadTestDataset(spec: TrialConfig['dataset']): Promise<Dataset> {
  return spec.name === 'gaussian' ? regressionData : classificationData;
}

export interface Story {
  readonly progress: readonly TrialProgress[];
  readonly outcome: TrialOutcome;
}

export const never = new AbortController().signal;

/** Rungs of all trials of a call, and who answers them there. */
export interface TestRungs {
  readonly rungs: readonly number[];
  readonly ask: AskAtRung;
}

/** Trains in one call; per job its progress and outcome, without the time that it took. */
export async function stories(
  trainer: Trainer,
  configs: readonly TrialConfig[],
  prefix = 'trial',
  race?: TestRungs,
): Promise<Story[]> {
  const progress: TrialProgress[] = [];
  const jobs = configs.map((config, index) => ({
    id: `${prefix}-${index}`,
    config,
    ...(race && { rungs: race.rungs }),
  }));
  const outcomes = await trainer.train(jobs, (update) => progress.push(update), never, undefined, race?.ask);
  return outcomes.map((outcome) => storyOf(outcome, progress));
}

/** What was told of a trial, without its id and the time that it took. */
export function storyOf(outcome: TrialOutcome, progress: readonly TrialProgress[]): Story {
  return {
    progress: progress.filter((update) => update.id === outcome.id).map((update) => ({ ...update, id: '' })),
    outcome:
      'result' in outcome
        ? { ...outcome, id: '', result: { ...outcome.result, durationMs: 0 } }
        : { ...outcome, id: '' },
  };
}
