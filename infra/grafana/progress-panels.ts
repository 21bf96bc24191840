import type { PanelBuilder as StatPanel } from '@grafana/grafana-foundation-sdk/stat';
import { stateCounts, stat } from './panels.ts';
import { quoted } from './sql-query.ts';
import { stateMapping } from './states.ts';

const noData = 'This sweep is not in the database.';

/** State and counts of the chosen sweep. */
export function progressPanels(): StatPanel[] {
  return [
    ofSweep('State', 'State of the sweep: running, completed, failed or cancelled.', 'state')
      .span(3)
      .unit('string')
      .mappings([stateMapping]),
    stateCounts(
      ofSweep(
        'Trials',
        'Of all trials that the plan has: the share in a final state, then how many there are in each state.',
        'done_share AS "done", total, running, pending, converged, not_converged AS "not converged", diverged, pruned, failed, cancelled, reused',
      ),
    )
      .span(15)
      .overrideByName('done', [
        { id: 'unit', value: 'percentunit' },
        { id: 'decimals', value: 0 },
      ]),
    ofSweep(
      'Speed',
      'Trials a second (over the last five minutes while it runs, over all of its time afterwards) and the time that is left at that rate.',
      'per_second AS "trials/s", seconds_left AS "time left"',
    )
      .span(6)
      .decimals(2)
      .overrideByName('time left', [
        { id: 'unit', value: 's' },
        { id: 'decimals', value: 0 },
        { id: 'noValue', value: 'ended' },
      ]),
  ];
}

function ofSweep(title: string, description: string, columns: string): StatPanel {
  return stat(
    { title, description, noData },
    `SELECT ${columns}\nFROM sweep_status\nWHERE sweep_id = ${quoted('sweep')}`,
  ).height(3);
}
