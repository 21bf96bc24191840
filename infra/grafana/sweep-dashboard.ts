import { DashboardLinkBuilder, DashboardLinkType } from '@grafana/grafana-foundation-sdk/dashboard';
import { chosenNetwork } from './chosen-cells.ts';
import { comparisonPanels } from './comparison-panels.ts';
import { curvePanels } from './curve-panels.ts';
import { failurePanel } from './failure-panel.ts';
import { GridDashboard } from './grid-dashboard.ts';
import { layerPanels } from './layer-panels.ts';
import { progressPanels } from './progress-panels.ts';
import { quoted } from './sql-query.ts';
import { datasourceVariable, fixedVariable, queryVariable } from './variables.ts';

/** One sweep: the answer first, then the cells, curves and layers that it rests on, then what went wrong. */
export function sweepDashboard(): GridDashboard {
  return new GridDashboard({
    uid: 'initsweep-sweep',
    title: 'Sweep',
    description:
      'Which initializer suits which network, from one sweep. Tables show all of its networks; curves and layers show the activation, depth and setting chosen above.',
    refresh: '1m',
    time: { from: 'now-6h', to: 'now' },
    variables: variables(),
    links: [
      new DashboardLinkBuilder('All sweeps').type(DashboardLinkType.Link).url('/d/initsweep-sweeps').icon('dashboard'),
    ],
  })
    .addSection('Progress', progressPanels())
    .addSection('Which initializer suits which network', comparisonPanels())
    .addSection('Convergence', curvePanels())
    .addSection('Layers', layerPanels())
    .addSection('What went wrong', [failurePanel()]);
}

function variables() {
  const ofSweep = `FROM dashboard_trial\nWHERE sweep_id = ${quoted('sweep')}`;
  return [
    datasourceVariable(),
    queryVariable(
      'sweep',
      'Sweep',
      `SELECT name || ', ' || to_char(created_at, 'YYYY-MM-DD HH24:MI') AS __text, sweep_id AS __value
FROM sweep_overview
ORDER BY created_at DESC
LIMIT 500`,
    ),
    queryVariable('activation', 'Activation', `SELECT DISTINCT activation\n${ofSweep}\nORDER BY activation`),
    queryVariable('depth', 'Depth', `SELECT DISTINCT depth\n${ofSweep}\nORDER BY depth`),
    queryVariable('setting', 'Setting', `SELECT DISTINCT setting\n${ofSweep}\nORDER BY setting`),
    queryVariable(
      'initializer',
      'Initializers',
      `SELECT DISTINCT initializer\nFROM dashboard_trial\nWHERE ${chosenNetwork}\nORDER BY initializer`,
    )
      .multi(true)
      .includeAll(true)
      .current({ text: 'All', value: '$__all', selected: true }),
    fixedVariable('metric', 'Curves of', [
      'validation loss',
      'validation accuracy',
      'training loss',
      'training accuracy',
    ]),
    fixedVariable('probe', 'Layers', ['before training', 'end of training']),
  ];
}
