import { parseSweep } from '../../../core/sweep/parse-sweep.ts';
import type { SweepLimits } from '../../../core/sweep/limits.ts';
import { UserError, type Issue } from '../../../core/errors.ts';
import type { SweepSpec } from '../../../core/sweep/sweep-spec.ts';

export interface Changes {
  readonly axes?: object;
  readonly training?: object;
  readonly [field: string]: unknown;
}

/** The content of a small sweep file without mistakes, with changes; an axis or field set to undefined is left out. */
export function sweepFile({ axes = {}, training = {}, ...others }: Changes = {}): unknown {
  const file = {
    name: 'small',
    axes: {
      initializer: ['heNormal', 'glorotUniform'],
      activation: ['relu', 'tanh'],
      depth: [2, 4],
      seed: [1, 2],
      ...axes,
    },
    training: { epochs: 5, ...training },
    ...others,
  };
  return JSON.parse(JSON.stringify(file));
}

export function sweepSpec(changes: Changes = {}): SweepSpec {
  return parseSweep(sweepFile(changes));
}

/** The error that an input is answered with; fails where it has no mistake. */
export function refusal(input: unknown, limits?: SweepLimits): UserError {
  try {
    parseSweep(input, limits);
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
  throw new Error('expected mistakes, found none');
}

/** Mistakes by path. */
export function mistakes(changes: Changes): Record<string, string> {
  return Object.fromEntries(refusal(sweepFile(changes)).issues.map(({ path, message }: Issue) => [path, message]));
}
