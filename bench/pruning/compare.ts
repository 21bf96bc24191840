/**
 * The sweep of a file with its pruning and without it, both trained anew on the local stack: what was spared, and whether the answers agree;
 * docs/adaptive.md shows it. `npx tsx bench/pruning/compare.ts [FILE]`: Markdown on standard output.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runStudy } from '../../cli/studies/run-study.ts';
import { finishedSweep } from '../../cli/studies/finished-sweep.ts';
import { readSweepFile } from '../../cli/sweep-file.ts';
import type { StackConnection } from '../../cli/stack-connection.ts';
import { pruningCost } from '../../core/adaptive/pruning-cost.ts';
import { compareInitializers } from '../../core/comparison/compare-initializers.ts';
import type { GroupComparison } from '../../core/comparison/comparison.ts';

const file = process.argv[2] ?? 'examples/pruning.json';

await runStudy(async (stack) => {
  const content = (await readSweepFile(file)) as { name: string; run?: object; adaptive?: { seeds?: object } };
  const run = { ...content.run, reuse: false };
  const pruned = await results(stack, { ...content, name: `${content.name}-pruned`, run });
  const { pruning: _, ...others } = { pruning: null, ...content.adaptive };
  const whole = await results(stack, { ...content, name: `${content.name}-whole`, run, adaptive: others });

  const cost = pruningCost(pruned.outcomes, pruned.comparisons, pruned.epochs);
  const spared = (whole.trainerMs - pruned.trainerMs) / whole.trainerMs;
  console.log(
    `${cost.pruned} of ${pruned.outcomes.length} trials given up; epochs spared ${percent(cost.epochsSpared / cost.epochsPlanned)}, time in the trainers spared ${percent(spared)}.\n`,
  );
  console.log('| network | whole | with pruning | given up | first with pruning |');
  console.log('| --- | --- | --- | ---: | --- |');
  for (const comparison of pruned.comparisons) {
    const other = whole.comparisons.find(({ title }) => title === comparison.title)!;
    const lost = comparison.results.reduce((sum, result) => sum + result.pruned, 0);
    const first = comparison.results[0]!.initializer;
    const place = other.results.findIndex(({ initializer }) => initializer === first) + 1;
    const isLevel = told(other).includes(first);
    const among = isLevel ? 'not told apart from the best without' : 'behind without';
    console.log(
      `| ${comparison.title} | ${verdict(other)} | ${verdict(comparison)} | ${lost} | ${first}: place ${place} without, ${among} |`,
    );
  }
});

/** Trains the sweep, or finds it trained, and compares its initializers. */
async function results(stack: StackConnection, content: object) {
  const folder = await mkdtemp(join(tmpdir(), 'initsweep-pruning-'));
  try {
    const path = join(folder, 'sweep.json');
    await writeFile(path, JSON.stringify(content));
    const { id, spec } = await finishedSweep(stack, path);
    const outcomes = await stack.store.outcomes(id);
    const trainerMs = outcomes.reduce((sum, { durationMs }) => sum + (durationMs ?? 0), 0);
    const { epochs } = spec.training;
    return { outcomes, comparisons: compareInitializers(outcomes, spec.training), trainerMs, epochs };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Initializers that may be the best one. */
function told({ verdict: decided }: GroupComparison): readonly string[] {
  return decided.kind === 'best' ? [decided.initializer] : decided.among;
}

function verdict(comparison: GroupComparison): string {
  return comparison.verdict.kind === 'best' ? comparison.verdict.initializer : `open: ${told(comparison).join(', ')}`;
}

function percent(share: number): string {
  return `${Math.round(100 * share)} %`;
}
