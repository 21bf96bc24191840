import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { BugError } from '../../core/errors.ts';
import { randomStream } from '../../core/random/random-stream.ts';
import { progressQuery } from '../../workflows/messages.ts';
import type { sweep } from '../../workflows/sweep.ts';
import { controlQueue } from '../../workflows/task-queues.ts';
import { Cluster, until } from './cluster.ts';
import { type FaultName, faults, refusedCheckpoints, resumedTrials, SweepEndedError } from './faults.ts';

export interface CampaignOptions {
  readonly seed: number;
  readonly trials: number;
  /** kill -9 of workers and trainer processes. */
  readonly kills: number;
  readonly trainingWorkers: number;
  readonly epochs: number;
  /** Times that each other fault is injected. */
  readonly others: Readonly<Partial<Record<FaultName, number>>>;
  readonly onProgress: (message: string) => void;
}

export interface InjectedFault {
  readonly name: FaultName;
  /** Trials that had ended before it. */
  readonly afterTrials: number;
  readonly evidence: string;
}

export interface CampaignResult {
  readonly injected: readonly InjectedFault[];
  readonly undisturbed: SweepOutcome;
  /** As many runs of the same sweep as it takes to inject all faults. */
  readonly disturbed: readonly SweepOutcome[];
  /** Trials that went on from a checkpoint, and checkpoints that were refused for another. */
  readonly resumed: number;
  readonly refused: number;
  /** Executions that twenty starts of one workflow id at once came to. */
  readonly executionsOfTwentyStarts: number;
  /** Trials that had to be trained alone, for two processes had died with each. */
  readonly suspects: number;
  /** Workers that ended though no fault was to end them, such as one that found no database at its start. */
  readonly unexpectedEnds: readonly string[];
}

export interface SweepOutcome {
  readonly states: Readonly<Record<string, number>>;
  /** Trials, each number counted once. */
  readonly trials: number;
  /** Epochs that are missing from, or too many in, the records of all trials. */
  readonly wrongEpochs: number;
  /** Of every trial's state, numbers, weights and curves. */
  readonly hash: string;
  readonly seconds: number;
}

/** Share of the trials that end before the first fault and after which the last one comes. */
const [firstFault, lastFault] = [0.05, 0.9];
/** Runs in a row that may end before the next fault finds a worker to harm. */
const runsInVain = 3;

/** Runs a sweep undisturbed, and again, until all faults are injected, in the order and at the places that the seed says. */
export async function runCampaign(options: CampaignOptions): Promise<CampaignResult> {
  const { onProgress } = options;
  const cluster = await Cluster.start({
    trainingWorkers: options.trainingWorkers,
    environment: { SWEEP_BACKEND: 'wasm', SWEEP_TRAINERS: '1', SWEEP_CHECKPOINT_INTERVAL: '1' },
  });
  const stop = (): void => void cluster.close().finally(() => process.exit(1));
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, stop);
  try {
    onProgress('undisturbed run');
    const first = await startSweep(cluster, 'undisturbed', options);
    const undisturbed = await outcomeOf(cluster, first, onProgress);
    onProgress(`undisturbed run took ${undisturbed.seconds.toFixed(0)} s`);

    const executionsOfTwentyStarts = await startTwentyTimes(cluster, 'disturbed-1', options);
    const random = randomStream(options.seed, 'faults');
    const waiting = schedule(options, random);
    const injected: InjectedFault[] = [];
    const disturbed: SweepOutcome[] = [];
    for (let inVain = 0; waiting.length > 0;) {
      const workflowId = `disturbed-${disturbed.length + 1}`;
      const startedAt = performance.now();
      if (disturbed.length > 0) await startSweep(cluster, workflowId, options);
      const sweep = { sweepId: await sweepIdOf(cluster, workflowId), workflowId, startedAt };
      const outcome = outcomeOf(cluster, sweep, onProgress);
      // Told when it is awaited; until then a fault may fail first.
      outcome.catch(() => undefined);
      const inThisRun = await injectWhileItRuns(cluster, sweep.sweepId, waiting, random, options);
      injected.push(...inThisRun);
      disturbed.push(await outcome);
      inVain = inThisRun.length === 0 ? inVain + 1 : 0;
      if (inVain >= runsInVain) {
        throw new BugError('the sweep ends before a fault can be injected; give it more trials or epochs', {
          fault: waiting[0]?.name,
        });
      }
    }
    return {
      injected,
      undisturbed,
      disturbed,
      resumed: resumedTrials(cluster),
      refused: refusedCheckpoints(cluster),
      executionsOfTwentyStarts,
      suspects: await suspectsOf(cluster),
      unexpectedEnds: cluster.unexpectedEnds,
    };
  } finally {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.off(signal, stop);
    await cluster.close();
  }
}

interface PlannedFault {
  readonly name: FaultName;
  /** Share of the trials that end before it. */
  readonly at: number;
}

/** Takes faults off the list as they are injected; what the sweep was too fast for stays on it, for the next run. */
async function injectWhileItRuns(
  cluster: Cluster,
  sweepId: string,
  waiting: PlannedFault[],
  random: ReturnType<typeof randomStream>,
  { trials, onProgress }: CampaignOptions,
): Promise<InjectedFault[]> {
  const injected: InjectedFault[] = [];
  const first = waiting[0]!.at;
  for (;;) {
    const fault = waiting[0];
    if (fault === undefined) return injected;
    // A later run begins with the first fault that is left.
    const at = fault.at - first + firstFault;
    await until(async () => (await endedOf(cluster, sweepId)) >= at * trials, 'enough trials have ended', 3_600_000);
    const afterTrials = await endedOf(cluster, sweepId);
    if (afterTrials >= lastFault * trials) return injected;
    onProgress(`${afterTrials} trials ended: ${fault.name}`);
    try {
      const evidence = await faults[fault.name](cluster, random);
      injected.push({ name: fault.name, afterTrials, evidence });
      onProgress(`  ${evidence}`);
    } catch (error) {
      if (error instanceof SweepEndedError) return injected;
      throw error;
    }
    waiting.shift();
  }
}

/** Faults in random order, at random shares of the trials. */
function schedule({ kills, others }: CampaignOptions, random: ReturnType<typeof randomStream>): PlannedFault[] {
  const names: FaultName[] = Array.from({ length: kills }, (_, index) =>
    index % 2 === 0 ? 'kill -9 of a training worker' : 'kill -9 of a trainer process',
  );
  for (const [name, times] of Object.entries(others)) {
    names.push(...Array.from({ length: times }, () => name as FaultName));
  }
  const order = Uint32Array.from(names, (_, index) => index);
  random.shuffle(order);
  const places = names.map(() => firstFault + (lastFault - firstFault) * random.uniform()).toSorted((a, b) => a - b);
  return places.map((at, index) => ({ at, name: names[order[index]!]! }));
}

/** A quarter of the trials is NaN from its first epoch on. */
function sweepFile({ trials, epochs }: CampaignOptions): object {
  return {
    name: 'faults',
    axes: {
      initializer: ['heNormal', 'glorotNormal', 'orthogonal', { name: 'normal', sd: 1000 }],
      activation: 'relu',
      depth: 3,
      seed: { from: 1, count: Math.ceil(trials / 4) },
    },
    training: { dataset: 'digits', width: 16, epochs, optimizer: 'sgd', learningRate: 0.1 },
    run: { concurrency: 64, reuse: false, failureTolerance: 0, attempts: 100 },
  };
}

interface StartedSweep {
  readonly sweepId: string;
  readonly workflowId: string;
  readonly startedAt: number;
}

async function startSweep(cluster: Cluster, workflowId: string, options: CampaignOptions): Promise<StartedSweep> {
  const startedAt = performance.now();
  await cluster.client.workflow.start<typeof sweep>('sweep', {
    taskQueue: controlQueue,
    workflowId,
    args: [sweepFile(options)],
  });
  return { sweepId: await sweepIdOf(cluster, workflowId), workflowId, startedAt };
}

async function startTwentyTimes(cluster: Cluster, workflowId: string, options: CampaignOptions): Promise<number> {
  const starts = await Promise.allSettled(Array.from({ length: 20 }, () => startSweep(cluster, workflowId, options)));
  const started = starts.filter(({ status }) => status === 'fulfilled').length;
  if (started === 0) throw new BugError('no start succeeded', { starts: starts.map(String) });
  let executions = 0;
  for await (const { type } of cluster.client.workflow.list({ query: `WorkflowId = '${workflowId}'` })) {
    executions += Number(type === 'sweep');
  }
  return Math.max(executions, started);
}

async function sweepIdOf(cluster: Cluster, workflowId: string): Promise<string> {
  const { sweepId } = await cluster.client.workflow.getHandle<typeof sweep>(workflowId).query(progressQuery);
  return sweepId;
}

async function suspectsOf(cluster: Cluster): Promise<number> {
  const [row] = await cluster.query<{ count: number }>(
    'SELECT count(DISTINCT trial_id)::int FROM trial_attempt WHERE alone',
  );
  return row!.count;
}

async function endedOf(cluster: Cluster, sweepId: string): Promise<number> {
  const [row] = await cluster.query<{ count: number }>(
    `SELECT count(*)::int FROM sweep_trial l JOIN trial t ON t.id = l.trial_id WHERE l.sweep_id = $1 AND t.state <> 'running'`,
    [sweepId],
  );
  return row!.count;
}

/** Waits for the sweep's end and reads what it left. */
async function outcomeOf(
  cluster: Cluster,
  { sweepId, workflowId, startedAt }: StartedSweep,
  onProgress: (message: string) => void,
): Promise<SweepOutcome> {
  cluster.isTraining = true;
  for (let toldAt = performance.now(); ;) {
    const state = await cluster.client.workflow
      .getHandle(workflowId)
      .describe()
      .then(
        ({ status }) => status.name,
        () => 'RUNNING' as const, // the server is away
      );
    if (state === 'COMPLETED') break;
    if (state !== 'RUNNING') throw new BugError(`the sweep ${workflowId} ended as ${state}`);
    if (performance.now() - toldAt > 30_000) {
      toldAt = performance.now();
      onProgress(`  ${workflowId}: ${await endedOf(cluster, sweepId)} trials ended`);
    }
    await sleep(500);
  }
  cluster.isTraining = false;
  const seconds = (performance.now() - startedAt) / 1_000;
  const rows = await cluster.query<{ number: number; state: string; wrong: number; line: string }>(
    `SELECT l.number, t.state::text, abs((SELECT count(*) FROM epoch e WHERE e.trial_id = t.id) - t.epochs_run - 1)::int AS wrong,
       concat_ws(' ', l.number, t.state, t.epochs_run, t.steps_run, t.test_loss, t.test_accuracy, t.best_validation_loss,
         t.best_validation_accuracy, t.weights_hash, t.dataset_hash,
         (SELECT string_agg(concat_ws(' ', e.epoch, e.step, e.train_loss, e.train_accuracy, e.validation_loss, e.validation_accuracy),
            ';' ORDER BY e.epoch) FROM epoch e WHERE e.trial_id = t.id)) AS line
     FROM sweep_trial l JOIN trial t ON t.id = l.trial_id WHERE l.sweep_id = $1 ORDER BY l.number`,
    [sweepId],
  );
  const states: Record<string, number> = {};
  for (const { state } of rows) states[state] = (states[state] ?? 0) + 1;
  return {
    states,
    trials: new Set(rows.map((row) => row.number)).size,
    wrongEpochs: rows.reduce((sum, { wrong }) => sum + wrong, 0),
    hash: createHash('sha256')
      .update(rows.map(({ line }) => line).join('\n'))
      .digest('hex'),
    seconds,
  };
}
