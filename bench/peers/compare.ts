/**
 * Our trainer beside PyTorch, JAX and plain TensorFlow.js on the same work; docs/performance.md says how and what it shows.
 * `npx tsx bench/peers/compare.ts [--quick] [--json FILE]`: Markdown on standard output, progress on standard error.
 * A part of it: `--shapes 8x32,8x128` (depth x width, adam), `--systems ours,JAX`, `--stacks 8,32`, `--one-core`.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { loadDataset } from '../../training/datasets/load-dataset.ts';
import { allCores, findPeers, startContenders } from './contenders.ts';
import { exportWork } from './export-work.ts';
import { jax, torch } from './install-peers.ts';
import { measure } from './measure.ts';
import { describeRatios, describeResult, type Result } from './report.ts';
import { listWork, type Work } from './work.ts';

const { values: options } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    json: { type: 'string' },
    shapes: { type: 'string' },
    systems: { type: 'string' },
    stacks: { type: 'string' },
    'one-core': { type: 'boolean', default: false },
  },
});
const repetitions = 3;
const shapes = options.shapes?.split(',');
const selection = {
  systems: options.systems?.split(',') ?? null,
  stacks: options.stacks?.split(',').map(Number) ?? null,
  oneCore: options['one-core'],
};
const progress = (message: string): void => void process.stderr.write(`${message}\n`);

const dataset = await loadDataset({ name: 'digits', split: 1 }, { datasetFolder: null });
const peers = await findPeers(progress);
const scratch = await mkdtemp(join(tmpdir(), 'initsweep-peers-'));
const folderOf = ({ depth, width, optimizer }: Work): string => join(scratch, `${depth}-${width}-${optimizer.name}`);
const machine = {
  processor: cpus()[0]?.model ?? process.arch,
  cores: allCores,
  node: process.versions.node,
  peers: [...torch.requirements, ...jax.requirements],
};
console.log(
  `${machine.processor}, ${machine.cores} cores; Node ${machine.node}; ${machine.peers.join(', ')}; medians of ${repetitions} rounds.\n`,
);

const results: Result[] = [];
try {
  const works = listWork(options.quick, dataset).filter(
    ({ depth, width, optimizer }) => !shapes || (optimizer.name === 'adam' && shapes.includes(`${depth}x${width}`)),
  );
  for (const work of works) {
    progress(`depth ${work.depth}, width ${work.width}, ${work.optimizer.name}`);
    await exportWork(work, dataset, folderOf(work));
    const before = loadavg()[0]!;
    const { contenders, absent } = await startContenders(peers, folderOf, selection);
    try {
      const { figures, failed } = await measure(work, contenders, repetitions, progress);
      results.push({ work, figures, absent: [...absent, ...failed], load: [before, loadavg()[0]!] });
    } finally {
      await Promise.all([...new Set(contenders.map(({ processes }) => processes))].map((running) => running.close()));
      await rm(folderOf(work), { recursive: true, force: true });
    }
    console.log(describeResult(results.at(-1)!));
    if (options.json) await writeFile(options.json, JSON.stringify({ machine, repetitions, results }, null, 2));
  }
  console.log(describeRatios(results));
} finally {
  await rm(scratch, { recursive: true, force: true });
}
