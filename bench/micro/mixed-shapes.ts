import { readFileSync } from 'node:fs';
import { parseSweep } from '../../core/sweep/parse-sweep.ts';
import { createPlan } from '../../core/sweep/plan.ts';
import { cellOf } from '../../core/trial/labels.ts';
import type { TrialConfig } from '../../core/trial/trial-config.ts';
import { chooseBackend } from '../../training/backends/choose-backend.ts';
import { loadDataset } from '../../training/datasets/load-dataset.ts';
import { createTrainer } from '../../training/stacked-trainer.ts';

/**
 * What it costs that a sweep's trials come shuffled, so that a trainer holds several shapes at once: the same trials with as many in
 * flight, in the plan's order and sorted by shape, and for the rarest shape how long its last trial had to wait. Prints the
 * ratio of processor time of each of three rounds. Run with `npx tsx bench/micro/mixed-shapes.ts [in flight] [backend]`.
 */
const inFlight = Number(process.argv[2] ?? 32);
const choice = process.argv[3] ?? 'auto';
const rounds = 3;

const file = new URL('../../examples/quickstart.json', import.meta.url);
const plan = createPlan(parseSweep(JSON.parse(readFileSync(file, 'utf8'))));
const shuffled: TrialConfig[] = [];
for (let position = 0; position < plan.gridSize; position++) {
  const trial = plan.at(position);
  // All to the end of the budget: a target would end the trials of one order earlier than those of the other.
  if (trial !== null) shuffled.push({ ...trial.config, target: null, epochs: 5 });
}
const shapeOf = (config: TrialConfig): string => {
  const { activation, depth } = cellOf(config);
  return `${activation}, depth ${depth}`;
};
// One shape is made rare: two trials among all the others, the last ones of the plan.
const rare = shapeOf(shuffled.at(-1)!);
const kept = shuffled.filter((config) => shapeOf(config) !== rare);
const few = shuffled.filter((config) => shapeOf(config) === rare).slice(-2);
const trials = [...kept.slice(0, inFlight), ...few, ...kept.slice(inFlight)];
const sorted = trials.toSorted((one, other) => (shapeOf(one) < shapeOf(other) ? -1 : 1));

const { backend } = await chooseBackend(choice);
const trainer = createTrainer(backend, (spec) => loadDataset(spec, { datasetFolder: null }));
const never = new AbortController().signal;

/** Seconds of processor time and of the clock, and when the rare shape's trials were done, as a share of the latter. */
async function run(configs: readonly TrialConfig[]): Promise<{ processor: number; clock: number; rareDone: number }> {
  const before = process.cpuUsage();
  const startedMs = performance.now();
  let next = 0;
  let rareMs = 0;
  const slot = async (): Promise<void> => {
    for (let index = next++; index < configs.length; index = next++) {
      const config = configs[index]!;
      const [outcome] = await trainer.train([{ id: `${index}`, config }], () => {}, never);
      if (outcome === undefined || 'error' in outcome)
        throw new Error(`trial ${index} has no result`, { cause: outcome });
      if (shapeOf(config) === rare) rareMs = performance.now() - startedMs;
    }
  };
  await Promise.all(Array.from({ length: inFlight }, slot));
  const { user, system } = process.cpuUsage(before);
  const clockMs = performance.now() - startedMs;
  return { processor: (user + system) / 1e6, clock: clockMs / 1e3, rareDone: rareMs / clockMs };
}

await run(trials); // compilers, data, stack sizes
const shapes = new Set(trials.map(shapeOf)).size;
console.log(`${trials.length} trials of ${shapes} shapes, ${inFlight} in flight, ${backend.description}`);
for (let round = 0; round < rounds; round++) {
  const orders = round % 2 === 0 ? [trials, sorted] : [sorted, trials];
  const results = new Map<readonly TrialConfig[], Awaited<ReturnType<typeof run>>>();
  for (const order of orders) results.set(order, await run(order));
  const [mixed, grouped] = [results.get(trials)!, results.get(sorted)!];
  console.log(
    `mixed ${mixed.processor.toFixed(2)} s, grouped ${grouped.processor.toFixed(2)} s of processor time: mixed / grouped = ` +
      `${(mixed.processor / grouped.processor).toFixed(3)}; rare shape done after ${(100 * mixed.rareDone).toFixed(0)} % of the time ` +
      `(started after ${((100 * inFlight) / trials.length).toFixed(0)} % of the trials)`,
  );
}
await trainer.close();
