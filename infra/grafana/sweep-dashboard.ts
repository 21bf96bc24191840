import { findingsPanel, verdictsPanel } from './claim-panels.ts';
import { bestInitializers, cellMatrices } from './comparison-panels.ts';
import { convergencePanels } from './convergence-panels.ts';
import { eventPanel, failurePanel } from './failure-panels.ts';
import { GridDashboard } from './grid-dashboard.ts';
import { progressPanels } from './progress-panels.ts';
import { pruningPanels } from './pruning-panels.ts';
import { budgetVariable, cellVariables, curvesVariable, datasourceVariable, sweepVariable } from './variables.ts';

/** One sweep: the answer first, then the cells and curves that it rests on, then what went wrong. */
export function sweepDashboard(): GridDashboard {
  return new GridDashboard({
    page: 'sweep',
    title: 'Sweep',
    description:
      'Which initializer suits which network, from one sweep. Tables show the networks that the filters leave; curves show the one network chosen as "Details of".',
    refresh: '',
    time: { from: 'now-6h', to: 'now' },
    variables: [datasourceVariable(), sweepVariable(), ...cellVariables(), budgetVariable(), curvesVariable()],
    marksEvents: false,
  })
    .addSection('The answer', [...progressPanels(), bestInitializers(), verdictsPanel()])
    .addSection('Every initializer in every network', cellMatrices())
    .addSection('Convergence', convergencePanels())
    .addSection('Trials that were given up', pruningPanels())
    .addSection('What the verdicts rest on', [findingsPanel()])
    .addSection('What went wrong', [failurePanel(), eventPanel()]);
}
