import type { PanelBuilder as StatPanel } from '@grafana/grafana-foundation-sdk/stat';
import type { PanelBuilder as TablePanel } from '@grafana/grafana-foundation-sdk/table';
import { count, instant, loss, sentence } from './fields.ts';
import { stat, table } from './panels.ts';
import { quoted } from './sql-query.ts';

const noPruning = 'This sweep gives no trial up.';

/** What giving trials up has spared, and where they were given up. */
export function pruningPanels(): (StatPanel | TablePanel)[] {
  return [spared().span(6).height(8), rungs().span(18).height(8)];
}

function spared(): StatPanel {
  return stat(
    {
      title: 'Epochs spared by giving trials up',
      description:
        'Of the epochs that the sweep gave to the trials which it trained itself to a result: the share that was not trained because trials were given up. ' +
        'Some of these would have ended early by themselves.',
      noData: noPruning,
    },
    `SELECT spared_share AS "spared", epochs_spared AS "epochs", pruned AS "trials"
FROM sweep_pruning
WHERE sweep_id = ${quoted('sweep')} AND EXISTS (SELECT FROM sweep_rung r WHERE r.sweep_id = sweep_pruning.sweep_id)`,
  ).overrideByName('spared', [
    { id: 'unit', value: 'percentunit' },
    { id: 'decimals', value: 0 },
  ]);
}

function rungs(): TablePanel {
  return table(
    {
      title: 'Where trials were given up',
      description:
        'After these epochs the trials of a network are ranked by validation loss, over all initializers, learning rates and seeds; those that are behind are given up. The first 500.',
      noData: noPruning,
    },
    `SELECT race AS "network", epoch AS "after epoch", trials, asked, given_up AS "given up", lowest_loss AS "lowest validation loss",
  last_decided_at AS "last"
FROM sweep_rung
WHERE sweep_id = ${quoted('sweep')}
ORDER BY race, epoch
LIMIT 500`,
  )
    .overrideByName('network', sentence)
    .overrideByRegexp('/^(after epoch|trials|asked|given up)$/', count)
    .overrideByName('lowest validation loss', loss)
    .overrideByName('last', instant);
}
