/**
 * How often a race of initializers that are alike ends with two of them told apart at a level of 5 %, by what its trials are ranked
 * among; docs/decisions/0007-pruning.md says what for. `npx tsx bench/pruning/error-rates.ts [RUNS]`: Markdown on standard output.
 */
import { falseDifferences, rankings } from './race.ts';

const runs = Number(process.argv[2] ?? 2_000);
const races = [
  [2, 5],
  [3, 5],
  [6, 5],
  [3, 10],
] as const;

console.log(`| ranked among | ${races.map(([count, seeds]) => `${count} initializers, ${seeds} seeds`).join(' | ')} |`);
console.log(`| --- | ${races.map(() => '---:').join(' | ')} |`);
for (const [name, ranking] of Object.entries(rankings)) {
  const rates = races.map(([count, seeds]) => falseDifferences(count, seeds, runs, ranking) / runs);
  console.log(`| ${name} | ${rates.map((rate) => `${(100 * rate).toFixed(1)} %`).join(' | ')} |`);
}
