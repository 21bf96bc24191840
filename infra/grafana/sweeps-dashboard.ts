import {
  GraphDrawStyle,
  StackingMode,
  TooltipDisplayMode,
  StackingConfigBuilder,
  VizLegendOptionsBuilder,
  VizTooltipOptionsBuilder,
} from '@grafana/grafana-foundation-sdk/common';
import { DashboardLinkBuilder } from '@grafana/grafana-foundation-sdk/dashboard';
import { PanelBuilder as TablePanel } from '@grafana/grafana-foundation-sdk/table';
import { PanelBuilder as TimeSeriesPanel } from '@grafana/grafana-foundation-sdk/timeseries';
import { colouredText, hidden, shareBar } from './fields.ts';
import { GridDashboard } from './grid-dashboard.ts';
import { datasource, sqlQuery } from './sql-query.ts';
import { stateMapping, stateSeries } from './states.ts';
import { datasourceVariable } from './variables.ts';

/** All sweeps: what runs, how far it is, and the way to each one's own dashboard. */
export function sweepsDashboard(): GridDashboard {
  return new GridDashboard({
    uid: 'initsweep-sweeps',
    title: 'Sweeps',
    description: 'All sweeps with their state and progress. A name leads to the dashboard of that sweep.',
    refresh: '30s',
    time: { from: 'now-6h', to: 'now' },
    variables: [datasourceVariable()],
    links: [],
  })
    .addSection('Sweeps', [sweepTable()])
    .addSection('Throughput', [finishedTrials()]);
}

function sweepTable(): TablePanel {
  const link = new DashboardLinkBuilder('Open this sweep').url(
    '/d/initsweep-sweep?var-datasource=${datasource}&var-sweep=${__data.fields.sweep_id}',
  );
  return new TablePanel()
    .title('All sweeps')
    .description(
      'The newest 500 sweeps, whatever the time range. Done: trials in a final state, of all that the plan has.',
    )
    .datasource(datasource)
    .withTarget(
      sqlQuery(
        `SELECT sweep_id, name AS "sweep", state, done_share AS "done", total AS "trials", running, converged,
  not_converged AS "not converged", diverged, failed, cancelled, reused,
  training_ms AS "training time", created_at AS "opened", closed_at AS "closed", workflow_id AS "workflow", reason
FROM sweep_overview
ORDER BY created_at DESC
LIMIT 500`,
      ),
    )
    .span(24)
    .height(14)
    .overrideByName('sweep_id', hidden)
    .overrideByName('sweep', [
      { id: 'links', value: [link.build()] },
      { id: 'custom.minWidth', value: 160 },
    ])
    .overrideByName('state', [{ id: 'mappings', value: [stateMapping] }, ...colouredText])
    .overrideByName('done', shareBar)
    .overrideByName('training time', [{ id: 'unit', value: 'ms' }])
    .overrideByRegexp('/^(opened|closed)$/', [{ id: 'unit', value: 'dateTimeAsIso' }]);
}

function finishedTrials(): TimeSeriesPanel {
  return new TimeSeriesPanel()
    .title('Trials finished')
    .description(
      'Trials that reached a final state in each interval, by state. Those taken over from earlier sweeps do not count.',
    )
    .datasource(datasource)
    .withTarget(
      sqlQuery(
        `SELECT $__timeGroupAlias(finished_at, $__interval), state AS metric, count(*) AS "trials"
FROM trial_outcome
WHERE $__timeFilter(finished_at) AND NOT reused
GROUP BY 1, 2
ORDER BY 1, 2`,
        'time_series',
      ),
    )
    .interval('1m')
    .span(24)
    .height(8)
    .unit('short')
    .decimals(0)
    .min(0)
    .drawStyle(GraphDrawStyle.Bars)
    .fillOpacity(60)
    .stacking(new StackingConfigBuilder().mode(StackingMode.Normal))
    .legend(new VizLegendOptionsBuilder().showLegend(true))
    .tooltip(new VizTooltipOptionsBuilder().mode(TooltipDisplayMode.Multi))
    .overrides(stateSeries);
}
