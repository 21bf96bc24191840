import { PanelBuilder as TablePanel } from '@grafana/grafana-foundation-sdk/table';
import { colouredText } from './fields.ts';
import { datasource, quoted, sqlQuery } from './sql-query.ts';
import { stateMapping } from './states.ts';

/** Trials that ended without a usable network, and why. */
export function failurePanel(): TablePanel {
  return new TablePanel()
    .title('Diverged, failed and cancelled trials')
    .description(
      'Diverged is a result (a loss or a weight became NaN or infinite); failed means that no attempt could finish. The first 500, failed ones first.',
    )
    .datasource(datasource)
    .withTarget(
      sqlQuery(
        `SELECT number AS "trial", state, initializer, activation, depth, setting, seed, reason,
  epochs_run AS "epochs", backend, worker, attempt, finished_at AS "finished"
FROM dashboard_trial
WHERE sweep_id = ${quoted('sweep')} AND state IN ('diverged', 'failed', 'cancelled')
ORDER BY state = 'failed' DESC, number
LIMIT 500`,
      ),
    )
    .span(24)
    .height(10)
    .overrideByName('state', [{ id: 'mappings', value: [stateMapping] }, ...colouredText])
    .overrideByName('finished', [{ id: 'unit', value: 'dateTimeAsIso' }])
    .overrideByName('reason', [{ id: 'custom.minWidth', value: 300 }]);
}
