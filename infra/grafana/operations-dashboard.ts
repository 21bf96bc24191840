import { count, instant, shareBar } from './fields.ts';
import { GridDashboard } from './grid-dashboard.ts';
import { bars, byThreshold, overTime, stat, steps, table } from './panels.ts';
import { prometheusPanels } from './prometheus-panels.ts';
import { interval } from './sql-query.ts';
import { finishedTrials } from './sweeps-dashboard.ts';
import { datasourceVariable, prometheusVariable } from './variables.ts';

/** What the machines do: workers, rates, stacks, retries, checkpoints and the database. */
export function operationsDashboard(): GridDashboard {
  return new GridDashboard({
    page: 'operations',
    title: 'Operations',
    description:
      'Workers, rates, stacks, retries and the database, from the results themselves; below, what Prometheus knows of Temporal where there is one.',
    refresh: '30s',
    time: { from: 'now-6h', to: 'now' },
    variables: [datasourceVariable(), prometheusVariable()],
    marksEvents: true,
  })
    .addSection('Now', [workersNow(), inTraining(), rateNow(), silent(), databaseSize()])
    .addSection('Over time', [finishedTrials(), inTrainingOverTime(), retries()])
    .addSection('Workers and stacks', [workers(), stacks()])
    .addSection('Checkpoints and database', [checkpoints(), tables()])
    .addSection('Temporal and trainers, from Prometheus (empty without one)', prometheusPanels());
}

const nobody = 'No worker has trained in the last hour.';

function workersNow() {
  return stat(
    { title: 'Workers', description: 'Workers that train now or ended a trial in the last hour.', noData: nobody },
    'SELECT count(*) AS "workers"\nFROM recent_worker',
  ).span(4);
}

function inTraining() {
  return stat(
    {
      title: 'Trials in training',
      description: 'Trials that are claimed and have not ended.',
      noData: 'Nothing is in training.',
    },
    'SELECT coalesce(sum(trials), 0) AS "trials"\nFROM running_stack',
  ).span(4);
}

function rateNow() {
  return stat(
    {
      title: 'Trials a second',
      description: 'Of all running sweeps, over the last five minutes.',
      noData: 'No sweep is running.',
    },
    'SELECT coalesce(sum(per_second), 0) AS "rate"\nFROM sweep_status\nWHERE state = \'running\'',
  )
    .span(4)
    .decimals(2);
}

function silent() {
  return stat(
    {
      title: 'Not heard of',
      description:
        'Trials in training whose lease has lapsed: their worker has died or lost the database. Temporal gives them to another one after the heartbeat timeout.',
      noData: 'Nothing is in training.',
    },
    'SELECT coalesce(sum(silent), 0) AS "silent"\nFROM running_stack',
  )
    .span(4)
    .colorScheme(byThreshold())
    .thresholds(steps([null, 'green'], [1, 'red']));
}

function databaseSize() {
  return stat(
    { title: 'Database', description: 'Size of all tables with their indexes.', noData: 'The database has no tables.' },
    'SELECT sum(bytes) AS "bytes"\nFROM database_table',
  )
    .span(8)
    .unit('bytes');
}

function inTrainingOverTime() {
  return overTime(
    {
      title: 'Trials in training at once, by worker',
      description:
        "Mean over each interval, from the trials that ended in it (Little's law: time in training of those trials over the length of the interval).",
      noData: 'No trial ended in this time range.',
    },
    `SELECT ${interval('finished_at')} AS "time", worker AS metric,
  extract(epoch FROM sum(finished_at - started_at))::double precision / extract(epoch FROM '$__interval'::interval)::double precision AS "trials"
FROM trial_ending
WHERE $__timeFilter(finished_at) AND started_at IS NOT NULL
GROUP BY 1, 2
ORDER BY 1, 2`,
  ).decimals(1);
}

function retries() {
  return bars(
    {
      title: 'Trials taken up again, by worker',
      description:
        'Claims of trials that had been claimed before: retries after an error, and trials of a worker that was lost. None is best.',
      noData: 'No trial was taken up again in this time range.',
    },
    `SELECT ${interval('claimed_at')} AS "time", worker AS metric, count(*) AS "claims"
FROM repeated_attempt
WHERE $__timeFilter(claimed_at)
GROUP BY 1, 2
ORDER BY 1, 2`,
  ).decimals(0);
}

function workers() {
  return table(
    {
      title: 'Workers of the last hour',
      description: 'Ended and failed: trials of the last hour. Not heard of: trials whose lease has lapsed.',
      noData: nobody,
    },
    `SELECT worker, running, ended, failed, failed::double precision / nullif(ended, 0) AS "failed share", silent AS "not heard of", heard_at AS "last claim or end"
FROM recent_worker
ORDER BY worker
LIMIT 500`,
  )
    .span(12)
    .overrideByRegexp('/^(running|ended|failed|not heard of)$/', count)
    .overrideByName('failed share', shareBar)
    .overrideByName('last claim or end', instant);
}

function stacks() {
  return table(
    {
      title: 'Stacks in training',
      description:
        'Trials of a worker that share all of this are trained together as one stack, if they fit: how many there are is its size.',
      noData: 'Nothing is in training.',
    },
    `SELECT worker, trials AS "stack size", backend, activation, depth, width, batch_size AS "batch size", optimizer, dataset,
  oldest_started_at AS "oldest since"
FROM running_stack
ORDER BY trials DESC
LIMIT 200`,
  )
    .span(12)
    .overrideByRegexp('/^(stack size|depth|width|batch size)$/', count)
    .overrideByName('oldest since', instant);
}

function checkpoints() {
  return table(
    {
      title: 'Checkpoints of trials in training, by worker',
      description:
        'What a crash would cost: time since the newest checkpoint of each trial, or since its start where it has none; the oldest and the median.',
      noData: 'Nothing is in training.',
    },
    `SELECT worker, count(*) AS "trials", count(taken_at) AS "with checkpoint",
  max(extract(epoch FROM now() - coalesce(taken_at, started_at)))::double precision AS "oldest",
  percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM now() - coalesce(taken_at, started_at))::double precision) AS "median"
FROM running_checkpoint
GROUP BY worker
ORDER BY worker
LIMIT 500`,
  )
    .span(12)
    .overrideByRegexp('/^(trials|with checkpoint)$/', count)
    .overrideByRegexp('/^(oldest|median)$/', [{ id: 'unit', value: 's' }]);
}

function tables() {
  return table(
    {
      title: 'Largest tables',
      description: 'With their indexes; rows as PostgreSQL last estimated them.',
      noData: 'The database has no tables.',
    },
    'SELECT name AS "table", bytes AS "size", rows\nFROM database_table\nORDER BY bytes DESC\nLIMIT 20',
  )
    .span(12)
    .overrideByName('size', [{ id: 'unit', value: 'bytes' }])
    .overrideByName('rows', count);
}
