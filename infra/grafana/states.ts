import { MappingType, SpecialValueMatch, type ValueMapping } from '@grafana/grafana-foundation-sdk/dashboard';
import type { ClaimEnd, SweepState } from '../../storage/sweep-store.ts';
import type { TrialState } from '../../core/trial/trial-record.ts';

const colors: Readonly<Record<SweepState | TrialState | 'lost' | 'paused', string>> = {
  running: 'blue',
  completed: 'green',
  converged: 'green',
  notConverged: 'yellow',
  diverged: 'red',
  failed: 'purple',
  cancelled: 'text',
  pruned: 'dark-yellow',
  lost: 'orange',
  paused: 'orange',
};

const claimEnds: Readonly<Record<Exclude<ClaimEnd['kind'], TrialState> | 'vanished', string>> = {
  released: 'text',
  crashed: 'dark-red',
  vanished: 'dark-orange',
};

/** Each state of a sweep or a trial in its own colour, the same on every dashboard. */
export const stateMapping: ValueMapping = {
  type: MappingType.ValueToText,
  options: Object.fromEntries(Object.entries(colors).map(([state, color], index) => [state, { color, index }])),
};

/** The same for claims of a trial: beside states, how those ended that gave no result. */
export const claimMapping: ValueMapping = {
  type: MappingType.ValueToText,
  options: {
    ...stateMapping.options,
    ...Object.fromEntries(
      Object.entries(claimEnds).map(([end, color], index) => [
        end,
        { color, index: Object.keys(colors).length + index },
      ]),
    ),
  },
};

/** Overrides that give the series named after trial states their colours. */
export const stateSeries = Object.entries(colors).map(([state, fixedColor]) => ({
  matcher: { id: 'byName', options: state },
  properties: [{ id: 'color', value: { mode: 'fixed', fixedColor } }],
}));

/** Stands for a median trial that never reached the target: no number of epochs is below 0. */
export const notReached = -1;

export const notReachedMapping: ValueMapping = {
  type: MappingType.RangeToText,
  options: { from: notReached - 0.5, to: notReached + 0.5, result: { text: 'not reached', color: 'dark-purple' } },
};

/** What is not there has no colour. */
export const emptyMapping: ValueMapping = {
  type: MappingType.SpecialValue,
  options: { match: SpecialValueMatch.Null, result: { color: 'transparent' } },
};
