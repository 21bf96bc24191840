import { MappingType, type ValueMapping } from '@grafana/grafana-foundation-sdk/dashboard';
import type { SweepState } from '../../storage/sweep-store.ts';
import type { TrialState } from '../../core/trial/trial-record.ts';

const colors: Readonly<Record<SweepState | TrialState, string>> = {
  running: 'blue',
  completed: 'green',
  converged: 'green',
  notConverged: 'yellow',
  diverged: 'red',
  failed: 'purple',
  cancelled: 'text',
  pruned: 'super-light-yellow',
};

/** Each state of a sweep or a trial in its own colour, the same on every dashboard. */
export const stateMapping: ValueMapping = {
  type: MappingType.ValueToText,
  options: Object.fromEntries(Object.entries(colors).map(([state, color], index) => [state, { color, index }])),
};

/** Overrides that give the series named after trial states their colours. */
export const stateSeries = Object.entries(colors).map(([state, fixedColor]) => ({
  matcher: { id: 'byName', options: state },
  properties: [{ id: 'color', value: { mode: 'fixed', fixedColor } }],
}));
