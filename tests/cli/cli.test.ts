import { spawn } from 'node:child_process';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { stopStack } from '../../infra/local/stack.ts';
import { shapingVariables } from '../../infra/local/stack-state.ts';

let home: string;
let environment: NodeJS.ProcessEnv;

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'cli-'));
  // As root PostgreSQL runs under another account, which must be able to enter.
  await chmod(home, 0o755);
  const inherited = Object.entries(process.env).filter(([name]) => !shapingVariables.includes(name));
  environment = { ...Object.fromEntries(inherited), SWEEP_HOME: home, SWEEP_TRAINERS: '1', NO_COLOR: '1' };
});
afterAll(async () => {
  await stopStack(environment);
  await rm(home, { recursive: true });
});

interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** Runs the command as a person does; `onError` may react to what it says while it runs. */
function initsweep(args: readonly string[], onError?: (text: string, interrupt: () => void) => void): Promise<Ended> {
  const child = spawn(process.execPath, ['cli/bootstrap.mjs', 'cli', ...args], { env: environment });
  let [out, err] = ['', ''];
  child.stdout.on('data', (part) => (out += part));
  child.stderr.on('data', (part) => {
    err += part;
    onError?.(err, () => child.kill('SIGINT'));
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, out, err }));
  });
}

async function sweepFile(
  name: string,
  changes: { training?: object; axes?: object; run?: object } = {},
): Promise<string> {
  const path = join(home, `${name}.json`);
  const content = {
    name,
    axes: {
      initializer: ['heNormal', 'zeros'],
      activation: ['relu'],
      depth: [1],
      seed: { from: 1, count: 4 },
      ...changes.axes,
    },
    training: {
      dataset: 'digits',
      width: 16,
      batchSize: 64,
      optimizer: 'sgd',
      learningRate: 0.1,
      epochs: 4,
      target: { metric: 'validationAccuracy', threshold: 0.8 },
      ...changes.training,
    },
    ...(changes.run ? { run: changes.run } : {}),
  };
  await writeFile(path, JSON.stringify(content));
  return path;
}

/** Minutes on any machine: what is tested is how a person leaves or ends it. */
const endless = {
  axes: { depth: [8] },
  training: { width: 256, learningRate: 0.001, epochs: 5_000, target: null },
};

describe('initsweep', { timeout: 180_000 }, () => {
  test('plans a sweep without any server: counts, work, first trials', async () => {
    const { code, out } = await initsweep(['plan', 'examples/quickstart.json']);
    expect(code).toBe(0);
    expect(out).toContain('grid       7 x 3 x 1 x 1 x 2 x 1 x 1 x 1 x 1 x 1 x 5 = 210 combinations');
    expect(out).toMatch(/work {7}at most [\d,]+ steps/);
    expect(out).toMatch(/time {7}about .* on this machine/);
    expect(out).toMatch(/ {2}\w+.* · depth \d · seed \d/);
  });

  test('says every mistake of a sweep file at once, and starts nothing for it', async () => {
    const path = join(home, 'bad.json');
    await writeFile(path, '{"name": "x", "axes": {"initializer": ["heNorml"], "activation": ["relu"], "depth": [0]}}');
    const planned = await initsweep(['plan', path]);
    const run = await initsweep(['run', path]);
    expect([planned.code, run.code]).toEqual([2, 2]);
    expect(planned.err).toMatch(/axes\.initializer\[0\] = "heNorml".*did you mean "heNormal".*axes\.depth\[0\] = 0/s);
    expect(run.err).toBe(planned.err);
    expect((await initsweep(['sweeps'])).err).toContain('No stack is running here. Start it with: npx initsweep up');
  });

  test.each([
    [['nonsense'], /unknown command 'nonsense'/],
    [['plan'], /missing required argument 'file'/],
    [['plan', 'absent.json'], /There is no file absent\.json/],
  ])('refuses %j with exit code 2 and no stack trace', async (args, message) => {
    const { code, err } = await initsweep(args);
    expect(code).toBe(2);
    expect(err).toMatch(message);
    expect(err).not.toMatch(/^ +at /m);
  });

  test('runs a sweep from a file to an answer, and starts the stack for it', async () => {
    const { code, out, err } = await initsweep(['run', await sweepFile('small')]);
    expect(err).toContain('Sweep small has started: 8 trials.');
    expect(err).toMatch(/8\/8 trials done \(100 %\) · 0 running · 0 failed/);
    expect(out).toContain('small: 8 of 8 trials have ended, 4 converged, 4 notConverged.');
    expect(out).toMatch(/│ relu · depth 1 +│ \d · \d\d\.\d % +│ > 4 · \d+\.\d % +│/);
    expect(out).toContain('-> best: heNormal');
    expect(out).toContain('heNormal is ahead of all others for relu · depth 1.');
    expect(out).toMatch(/Temporal: {2}http:\/\/127\.0\.0\.1:\d+\/namespaces\/default\/workflows\/small\//);
    expect(out).toMatch(/temporal workflow start .*--type sweep --task-queue sweeps --workflow-id small --input-file/);
    expect(out).toContain('postgresql://initsweep:***@127.0.0.1');
    expect(code).toBe(0);
  });

  test('shows it again by results, watch and sweeps, and hands out addresses to scripts', async () => {
    const [results, watched, sweeps, ui, database] = [
      await initsweep(['results', 'small']),
      await initsweep(['watch', 'small']),
      await initsweep(['sweeps']),
      await initsweep(['address', '--ui']),
      await initsweep(['address', '--database']),
    ];
    expect(results.out).toContain('small: 8 of 8 trials have ended');
    expect(watched).toEqual(results);
    expect(sweeps.out).toMatch(/small +│ [\w-]+ +│ completed +│ 8\/8/);
    expect((await fetch(ui.out.trim())).status).toBe(200);
    expect(database.out).toMatch(/^postgresql:\/\/initsweep:[0-9a-f]{48}@127\.0\.0\.1:\d+\/initsweep\n$/);
    expect((await initsweep(['watch', 'absent'])).err).toContain('There is no sweep absent. The latest are: small.');
  });

  test("starts and cancels the same by Temporal's own command line", async () => {
    const path = await sweepFile('long', endless);
    const start = [
      'workflow',
      'start',
      '--type',
      'sweep',
      '--task-queue',
      'sweeps',
      '--workflow-id',
      'long',
      '--input-file',
      path,
    ];
    expect((await initsweep(['temporal', ...start])).code).toBe(0);
    // Not in the store at once: the workflow has the file checked first.
    let cancelled = false;
    let watched: Ended;
    do {
      watched = await initsweep(['watch', 'long'], (text) => {
        if (cancelled || !/\d+ running/.test(text)) return;
        cancelled = true;
        void initsweep(['temporal', 'workflow', 'cancel', '--workflow-id', 'long']);
      });
    } while (watched.err.includes('There is no sweep long'));
    expect(watched.err).toContain('The sweep was cancelled.');
    expect(watched.code).toBe(1);
  });

  test('leaves a sweep running on Ctrl-C and says how to come back; a second start is refused meanwhile', async () => {
    const path = await sweepFile('left', endless);
    let second: Promise<Ended> | null = null;
    const first = await initsweep(['run', path], (text, interrupt) => {
      if (second !== null || !text.includes('Sweep left has started')) return;
      second = initsweep(['run', path]).finally(interrupt);
    });
    expect(first.code).toBe(130);
    expect(first.err).toContain('npx initsweep watch left');
    expect(first.err).toContain('npx initsweep temporal workflow cancel --workflow-id left');
    const refused = await (second as Promise<Ended> | null);
    expect(refused?.code).toBe(2);
    expect(refused?.err).toContain('with the workflow id left is running already');
    expect((await initsweep(['temporal', 'workflow', 'terminate', '--workflow-id', 'left'])).code).toBe(0);
  });

  test('answers 1 when too many trials fail, and says why', async () => {
    const dataset = { name: 'csv', path: 'absent.csv', target: 'y', task: 'classification' };
    const { code, out, err } = await initsweep(['run', await sweepFile('failing', { training: { dataset } })]);
    expect(out).toMatch(/failing: .*failed/);
    expect(out).toMatch(/trial \d+ failed: .*absent\.csv|SWEEP_DATASETS/);
    expect(err).toMatch(/The sweep failed: /);
    expect(code).toBe(1);
  });

  test('examines itself: all is well while the stack is up, and a trap in the settings is bad', async () => {
    const well = await initsweep(['doctor']);
    expect(well.out).toContain('Nothing stands in the way of a sweep.');
    expect(well.out).toMatch(/ok +control worker +polls task queue sweeps/);
    expect(well.out).toMatch(/ok +training worker +polls task queue training/);
    expect(well.out).toMatch(/ok +search attributes +SweepState/);
    expect(well.out).toMatch(/ok +migrations +all \d+ applied/);
    expect(well.code).toBe(0);
    environment['TEMPORAL_CONFIG_FILE'] = join(home, 'absent.toml');
    const trapped = await initsweep(['doctor']);
    delete environment['TEMPORAL_CONFIG_FILE'];
    expect(trapped.code).toBe(3);
    expect(trapped.out).toContain('which does not exist');
  });

  test('stops all that it started', async () => {
    expect((await initsweep(['down'])).out).toContain(
      'Stopped: control worker, training worker, Temporal, PostgreSQL.',
    );
    expect((await initsweep(['down'])).out).toContain('Nothing was running.');
  });
});
