import { expect, test } from 'vitest';
import { type CampaignOptions, runCampaign } from './campaign.ts';
import { failuresOf } from './report.ts';

test('100 trials end with the results of an undisturbed run though workers and trainers are killed five times', async () => {
  const options: CampaignOptions = {
    seed: 1,
    trials: 100,
    kills: 5,
    trainingWorkers: 2,
    epochs: 100,
    others: {},
    onProgress: () => {},
  };
  const result = await runCampaign(options);
  expect(failuresOf(result, options)).toEqual([]);
  expect(result.injected).toHaveLength(5);
}, 400_000);
