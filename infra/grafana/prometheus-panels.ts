import type { Builder, Dataquery } from '@grafana/grafana-foundation-sdk/cog';
import type { PanelBuilder as TimeSeriesPanel } from '@grafana/grafana-foundation-sdk/timeseries';
import { PanelBuilder } from '@grafana/grafana-foundation-sdk/timeseries';
import type { PanelText } from './panels.ts';

/** The data source that the variable `prometheus` chooses; panels stay empty where there is none. */
export const prometheus = { type: 'prometheus', uid: '${prometheus}' };

const noData = 'No metrics: no Prometheus reads the workers (SWEEP_METRICS), or nothing happened in this time range.';

/** What Temporal's SDK and our trainers tell Prometheus. */
export function prometheusPanels(): TimeSeriesPanel[] {
  return [
    metric(
      'Queue wait of trials',
      'Time from the scheduling of an activity to its start on a worker, 95th percentile, by task queue.',
      'histogram_quantile(0.95, sum by (le, task_queue) (rate(temporal_activity_schedule_to_start_latency_seconds_bucket[$__rate_interval])))',
      '{{task_queue}}',
    ).unit('s'),
    metric(
      'Places and trials in training',
      'How many trials a worker can train at once with gain, and how many it trains.',
      'sum by (worker, __name__) ({__name__=~"initsweep_places|initsweep_trials_running"})',
      '{{worker}} {{__name__}}',
    ).unit('short'),
    metric(
      'Epochs a second',
      'Epochs of all trials, by worker.',
      'sum by (worker) (rate(initsweep_epochs_trained_total[$__rate_interval]))',
      '{{worker}}',
    ).unit('short'),
    metric(
      'Failed activity attempts',
      'Attempts that ended with an error, by activity; Temporal tries most of them again.',
      'sum by (activity_type) (increase(temporal_activity_execution_failed_total[$__rate_interval]))',
      '{{activity_type}}',
    ).unit('short'),
  ];
}

function metric(title: PanelText['title'], description: string, expr: string, legendFormat: string): TimeSeriesPanel {
  const query = { refId: 'A', datasource: prometheus, expr, legendFormat, range: true, editorMode: 'code' };
  const target: Builder<Dataquery> = { build: () => query as unknown as Dataquery };
  return new PanelBuilder()
    .title(title)
    .description(description)
    .datasource(prometheus)
    .noValue(noData)
    .withTarget(target)
    .min(0)
    .span(12)
    .height(8);
}
