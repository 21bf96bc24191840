import type { DynamicConfigValue, MatcherConfig } from '@grafana/grafana-foundation-sdk/dashboard';
import { initializerColours, initializerDashes } from '../../core/presentation/initializer-colours.ts';

/** What stands after an initializer's label in the name of a series of mean-field theory. */
export const theorySuffix = ' (theory)';

export interface Override {
  readonly matcher: MatcherConfig;
  readonly properties: DynamicConfigValue[];
}

/**
 * Series named by an initializer's label, or beginning with it, look the same on every panel: colour by the rule, dashes by its
 * distribution. Theory has the colour of what it predicts, in thin dots, and no place of its own in the legend.
 */
export const initializerSeries: readonly Override[] = [
  ...initializerColours.map(({ pattern, colour }) => ({
    // A label ends where the name ends, where theory begins, or before the words that tell lines of one initializer apart.
    matcher: { id: 'byRegexp', options: `/${pattern.replace(/\$$/, '($| \\(theory\\)$| · )')}/` },
    properties: [{ id: 'color', value: { mode: 'fixed', fixedColor: colour } }],
  })),
  ...initializerDashes.map(({ pattern, dash }) => ({
    matcher: { id: 'byRegexp', options: `/${pattern}/` },
    properties: [{ id: 'custom.lineStyle', value: { fill: 'dash', dash } }],
  })),
  {
    matcher: { id: 'byRegexp', options: '/ \\(theory\\)$/' },
    properties: [
      { id: 'custom.lineStyle', value: { fill: 'dash', dash: [1, 6] } },
      { id: 'custom.lineWidth', value: 2 },
      { id: 'custom.showPoints', value: 'never' },
      { id: 'custom.hideFrom', value: { legend: true, tooltip: false, viz: false } },
    ],
  },
];
