/**
 * What gives first in a sweep on very many GPUs: a simulation with the shards of the real workflow and the costs that `bench:scale` measures.
 * `npx tsx bench/scale/simulate.ts [--trials 1000000] [--gpus 1000] [--places 32]`: Markdown on standard output; docs/scale.md says what it shows.
 */
import { parseArgs } from 'node:util';
import { type Cluster, simulateSweep } from './simulated-sweep.ts';

const { values: options } = parseArgs({
  options: {
    trials: { type: 'string', default: '1000000' },
    gpus: { type: 'string', default: '1000' },
    places: { type: 'string', default: '32' },
  },
});
const trials = Number(options.trials);
const places = Number(options.gpus) * Number(options.places);
/** One control worker, and servers of one machine each. */
const plain: Cluster = { places, concurrency: places, trialSeconds: 60, controlWorkers: 1, temporalCores: 8, databaseCores: 8, trialsPerRun: 1_000 }; // prettier-ignore

const steps: readonly (readonly [string, Partial<Cluster>])[] = [
  ['as it comes', {}],
  ['with shards of 500 trials in flight', { isSparing: true }],
  ['8 control workers', { controlWorkers: 8 }],
  ['and 32 cores for Temporal', { controlWorkers: 8, temporalCores: 32 }],
  [
    'and a queue: 1.5 trials in flight for each place',
    { controlWorkers: 8, temporalCores: 32, concurrency: 1.5 * places },
  ],
];

const columns = ['a trial takes', 'cluster', 'trials/s', 'places busy', 'hours for 10 million', 'control', 'Temporal', 'database', 'shards']; // prettier-ignore
const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
const percent = (share: number): string => `${(100 * share).toFixed(0)} %`;
console.log(
  `${trials.toLocaleString('en')} trials, ${options.gpus} GPUs with ${options.places} places each; how busy each part is.\n`,
);
console.log(`${line(columns)}\n${line(columns.map(() => '---'))}`);
for (const trialSeconds of [600, 60, 10]) {
  for (const [name, change] of steps) {
    const { rate, busy, shards } = simulateSweep(trials, { ...plain, trialSeconds, ...change });
    console.log(
      line([
        `${trialSeconds} s`,
        name,
        rate.toFixed(0),
        percent(busy.places),
        (1e7 / rate / 3_600).toFixed(1),
        percent(busy.control),
        percent(busy.temporal),
        percent(busy.database),
        String(shards),
      ]),
    );
  }
}
