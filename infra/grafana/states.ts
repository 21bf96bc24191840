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

/** Stand for a median trial that never reached the target, and for one that may have been given up: no number of epochs is below 0. */
const notReached = -1;
const givenUp = -2;

/** Median epochs to the target of a row of cell_result, or what stands for them. */
export const medianEpochs = `CASE WHEN trials > 0 AND epochs_to_target <> 'no target'
  THEN coalesce(median_epochs_to_target, CASE WHEN pruned > 0 THEN ${givenUp} ELSE ${notReached} END) END`;

export const medianEpochsMappings: ValueMapping[] = [
  standsFor(notReached, 'not reached', 'dark-purple'),
  standsFor(givenUp, 'given up', 'dark-yellow'),
];

function standsFor(value: number, text: string, color: string): ValueMapping {
  return { type: MappingType.RangeToText, options: { from: value - 0.5, to: value + 0.5, result: { text, color } } };
}

/** What is not there has no colour. */
export const emptyMapping: ValueMapping = {
  type: MappingType.SpecialValue,
  options: { match: SpecialValueMatch.Null, result: { color: 'transparent' } },
};
