import type { PanelBuilder as TablePanel } from '@grafana/grafana-foundation-sdk/table';
import { colouredText, count, instant, sentence } from './fields.ts';
import { cellOfRow, rowLink } from './navigation.ts';
import { table } from './panels.ts';
import { quoted } from './sql-query.ts';
import { stateMapping } from './states.ts';

/** Leads from a row with sweep_id, regime, initializer and trial to the trial's own dashboard. */
export const trialLink = rowLink('Open this trial', 'trial', {
  'var-sweep': '${sweep}',
  'var-regime': cellOfRow('regime'),
  'var-initializer': cellOfRow('initializer'),
  'var-trial': cellOfRow('trial'),
});

const mostListed = 500;

/** Trials that ended without a usable network, and why. */
export function failurePanel(): TablePanel {
  return table(
    {
      title: 'Diverged, failed and cancelled trials',
      description: `Diverged is a result (a loss or a weight became NaN or infinite); failed means that no attempt could finish, and "to act" says whose turn it is (poison: it kills the processes that train it, and is not tried again before somebody asks for it). The first ${mostListed}, failed ones first, by network.`,
      noData: 'Nothing went wrong.',
    },
    `SELECT d.number AS "trial", d.state, d.failure_kind AS "to act", d.initializer, d.regime, d.seed, d.reason,
  d.epochs_run AS "epochs", d.backend, d.worker, d.attempt, d.finished_at AS "finished"
FROM (
${firstIn('failed', 'failed')}
  UNION ALL
${firstIn('diverged + cancelled', 'diverged', 'cancelled')}
) w
JOIN trial_detail d ON d.sweep_id = ${quoted('sweep')} AND d.number = w.number
ORDER BY d.state = 'failed' DESC, d.activation, d.depth, d.setting, d.initializer, d.number
LIMIT ${mostListed}`,
  )
    .span(16)
    .height(10)
    .overrideByName('state', [{ id: 'mappings', value: [stateMapping] }, ...colouredText])
    .overrideByName('trial', [{ id: 'links', value: [trialLink] }, ...count])
    .overrideByRegexp('/^(seed|epochs|attempt)$/', count)
    .overrideByName('finished', instant)
    .overrideByName('reason', sentence);
}

/** Numbers of trials in these states, cell by cell: of a large sweep only as many are read as are listed. */
function firstIn(count: string, ...states: readonly string[]): string {
  return `  (SELECT k.number
  FROM (
    SELECT cell_id FROM cell_result
    WHERE sweep_id = ${quoted('sweep')} AND ${count} > 0
    ORDER BY activation, depth, setting, initializer
  ) c
  CROSS JOIN LATERAL (
    SELECT number FROM cell_trial
    WHERE cell_id = c.cell_id AND state IN (${states.map((state) => `'${state}'`).join(', ')})
    ORDER BY number
    LIMIT ${mostListed}
  ) k
  LIMIT ${mostListed})`;
}

/** Pauses, restarts and faults. */
export function eventPanel(): TablePanel {
  return table(
    {
      title: 'Pauses, restarts and faults',
      description: 'What was recorded of this sweep, and of workers while it was open; the newest 200.',
      noData: 'Nothing was recorded.',
    },
    `SELECT e.at AS "when", e.kind, e.detail
FROM dashboard_event e
JOIN sweep_status s ON s.sweep_id = ${quoted('sweep')}
WHERE e.sweep_id = s.sweep_id
  OR (e.sweep_id IS NULL AND e.at BETWEEN s.created_at AND coalesce(s.closed_at, now()))
ORDER BY e.at DESC
LIMIT 200`,
  )
    .span(8)
    .height(10)
    .overrideByName('when', instant)
    .overrideByName('detail', sentence);
}
