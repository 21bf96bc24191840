/** `npm run faults -- --seed 1 --trials 1000 --kills 50`: the fault campaign; its table goes to standard output. */
import { parseArgs } from 'node:util';
import { type CampaignOptions, runCampaign } from './campaign.ts';
import { failuresOf, reportOf } from './report.ts';

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    trials: { type: 'string', default: '1000' },
    kills: { type: 'string', default: '50' },
    workers: { type: 'string', default: '4' },
    epochs: { type: 'string', default: '100' },
  },
});
const options: CampaignOptions = {
  seed: Number(values.seed),
  trials: 4 * Math.ceil(Number(values.trials) / 4),
  kills: Number(values.kills),
  trainingWorkers: Number(values.workers),
  epochs: Number(values.epochs),
  others: {
    'SIGTERM in mid-trial': 4,
    'zombie: stopped past its timeout, then let go on': 2,
    'bit of the newest checkpoint flipped': 2,
    'newest checkpoint torn': 2,
    'Temporal killed and started again': 1,
    'database down': 1,
  },
  onProgress: (message) => console.error(message),
};
const result = await runCampaign(options);
console.log(reportOf(result, options));
process.exit(failuresOf(result, options).length === 0 ? 0 : 1);
