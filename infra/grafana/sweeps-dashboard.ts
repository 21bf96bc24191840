import { colouredText, count, hidden, instant, sentence, shareBar } from './fields.ts';
import { GridDashboard } from './grid-dashboard.ts';
import { cellOfRow, rowLink } from './navigation.ts';
import { bars, stat, table } from './panels.ts';
import { interval } from './sql-query.ts';
import { stateMapping, stateSeries } from './states.ts';
import { datasourceVariable } from './variables.ts';

/** All sweeps: what runs, how far it is, and the way to each one's own dashboard. */
export function sweepsDashboard(): GridDashboard {
  return new GridDashboard({
    page: 'sweeps',
    title: 'Sweeps',
    description:
      'All sweeps with their state, progress, rate and time left. A name leads to the dashboard of that sweep.',
    refresh: '30s',
    time: { from: 'now-6h', to: 'now' },
    variables: [datasourceVariable()],
    marksEvents: true,
  })
    .addSection('Now', [running(), unfinished(), rate(), failures()])
    .addSection('Sweeps', [sweepTable()])
    .addSection('Throughput', [finishedTrials()]);
}

function running() {
  return stat(
    { title: 'Sweeps running', description: 'Sweeps that have not ended.', noData: 'There is no sweep yet.' },
    'SELECT count(*) AS "running"\nFROM sweep_status\nWHERE state = \'running\'',
  ).span(6);
}

function unfinished() {
  return stat(
    {
      title: 'Trials left',
      description: 'Of all running sweeps: trials that have not ended.',
      noData: 'No sweep is running.',
    },
    'SELECT coalesce(sum(total - done), 0) AS "left"\nFROM sweep_status\nWHERE state = \'running\'',
  ).span(6);
}

function rate() {
  return stat(
    {
      title: 'Trials a second',
      description: 'Of all running sweeps, over the last five minutes.',
      noData: 'No sweep is running.',
    },
    'SELECT coalesce(sum(per_second), 0) AS "rate"\nFROM sweep_status\nWHERE state = \'running\'',
  )
    .span(6)
    .decimals(2);
}

function failures() {
  return stat(
    {
      title: 'Failed trials of running sweeps',
      description: 'Trials that no attempt could finish. Diverged trials are results and do not count.',
      noData: 'No sweep is running.',
    },
    'SELECT coalesce(sum(failed), 0) AS "failed"\nFROM sweep_status\nWHERE state = \'running\'',
  ).span(6);
}

function sweepTable() {
  // An open page reads anew only while there is something new; its time range is the sweep's own.
  const link = rowLink('Open this sweep', 'sweep', {
    'var-sweep': cellOfRow('sweep_id'),
    from: cellOfRow('link_from'),
    to: cellOfRow('link_to'),
    refresh: cellOfRow('link_refresh'),
  });
  return table(
    {
      title: 'All sweeps',
      description:
        'The newest 500 sweeps, whatever the time range. Done: trials in a final state, of all that the plan has. Rate: over the last five minutes while a sweep ' +
        'runs, over all of its time afterwards.',
      noData: 'There is no sweep yet. Start one: npx initsweep run examples/quickstart.json',
    },
    `SELECT sweep_id, name AS "sweep", state, done_share AS "done", total AS "trials", running, converged,
  not_converged AS "not converged", diverged, pruned, failed, cancelled, reused, per_second AS "trials/s", seconds_left AS "time left",
  created_at AS "opened", CASE WHEN closed_at IS NOT NULL THEN seconds_open END AS "took", reason,
  (extract(epoch FROM created_at) * 1000)::bigint::text AS "link_from",
  CASE WHEN closed_at IS NULL THEN 'now' ELSE (extract(epoch FROM closed_at + interval '1 minute') * 1000)::bigint::text END AS "link_to",
  CASE WHEN closed_at IS NULL THEN '10s' ELSE '' END AS "link_refresh"
FROM sweep_status
ORDER BY created_at DESC
LIMIT 500`,
  )
    .height(11)
    .overrideByRegexp('/^(sweep_id|link_.*)$/', hidden)
    .overrideByName('sweep', [
      { id: 'links', value: [link] },
      { id: 'custom.minWidth', value: 160 },
    ])
    .overrideByName('state', [{ id: 'mappings', value: [stateMapping] }, ...colouredText])
    .overrideByName('done', shareBar)
    .overrideByRegexp('/^(trials|running|converged|not converged|diverged|pruned|failed|cancelled|reused)$/', count)
    .overrideByName('trials/s', [
      { id: 'unit', value: 'none' },
      { id: 'decimals', value: 2 },
    ])
    .overrideByRegexp('/^(time left|took)$/', [{ id: 'unit', value: 's' }])
    .overrideByName('opened', instant)
    .overrideByName('reason', sentence);
}

/** Trials by how they ended, over time. */
export function finishedTrials() {
  return bars(
    {
      title: 'Trials ended',
      description:
        'Trials that reached a final state in each interval, by state. Those taken over from earlier sweeps were trained before.',
      noData: 'No trial ended in this time range.',
    },
    `SELECT ${interval('finished_at')} AS "time", state::text AS metric, count(*) AS "trials"
FROM trial_ending
WHERE $__timeFilter(finished_at)
GROUP BY 1, 2
ORDER BY 1, 2`,
  )
    .span(24)
    .decimals(0)
    .overrides(stateSeries);
}
