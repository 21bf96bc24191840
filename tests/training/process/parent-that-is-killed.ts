/** Trains without end in a trainer process and prints that one's id: what the test of orphans kills. */
import { startTrainerProcess } from '../../../training/process/trainer-process.ts';
import { trialConfig } from '../trial-configs.ts';

const trainer = await startTrainerProcess({ backend: 'cpu', datasetFolder: null });
const job = { id: 'endless', config: trialConfig({ epochs: 100_000_000, width: 64 }) };
let told = false;
await trainer.train(
  [job],
  () => {
    if (!told) process.stdout.write(`${trainer.pid}\n`);
    told = true;
  },
  new AbortController().signal,
);
