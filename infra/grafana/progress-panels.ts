import { BigValueColorMode, BigValueGraphMode, ReduceDataOptionsBuilder } from '@grafana/grafana-foundation-sdk/common';
import { PanelBuilder as StatPanel } from '@grafana/grafana-foundation-sdk/stat';
import { datasource, quoted, sqlQuery } from './sql-query.ts';
import { stateMapping } from './states.ts';

/** State and counts of the chosen sweep. */
export function progressPanels(): StatPanel[] {
  return [
    stat('State', 'State of the sweep: running, completed, failed or cancelled.', 'state')
      .span(4)
      .unit('string')
      .mappings([stateMapping]),
    stat(
      'Trials',
      'Of all trials that the plan has: the share in a final state, then how many there are in each state.',
      'done_share AS "done", total, running, converged, not_converged AS "not converged", diverged, failed, cancelled, reused',
    )
      .span(20)
      .unit('short')
      .overrideByName('done', [
        { id: 'unit', value: 'percentunit' },
        { id: 'decimals', value: 0 },
      ]),
  ];
}

function stat(title: string, description: string, columns: string): StatPanel {
  return new StatPanel()
    .title(title)
    .description(description)
    .datasource(datasource)
    .withTarget(sqlQuery(`SELECT ${columns}\nFROM sweep_overview\nWHERE sweep_id = ${quoted('sweep')}`))
    .reduceOptions(new ReduceDataOptionsBuilder().calcs(['lastNotNull']).fields('/.*/'))
    .graphMode(BigValueGraphMode.None)
    .colorMode(BigValueColorMode.Value)
    .height(4);
}
