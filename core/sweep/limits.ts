/** How large a sweep may be. Each limit guards against a slip of the pen and can be raised on purpose. */
export interface SweepLimits {
  /** Combinations of all axes, excluded ones too. */
  readonly trials: number;
  /** Hidden layers. */
  readonly depth: number;
  /** Units of a hidden layer. */
  readonly width: number;
  readonly valuesPerAxis: number;
  /** Optimizer steps of one trial: epochs times batches. */
  readonly stepsPerTrial: number;
  /** Size of the sweep file, as JSON text without white space. */
  readonly inputBytes: number;
}

export type LimitName = keyof SweepLimits;

export const defaultLimits: SweepLimits = {
  trials: 100_000,
  depth: 256,
  width: 8192,
  valuesPerAxis: 256,
  stepsPerTrial: 1_000_000,
  inputBytes: 256 * 1024,
};

/** What a worker's environment calls the limits. */
export const limitVariables: Readonly<Record<LimitName, string>> = {
  trials: 'SWEEP_MAX_TRIALS',
  depth: 'SWEEP_MAX_DEPTH',
  width: 'SWEEP_MAX_WIDTH',
  valuesPerAxis: 'SWEEP_MAX_AXIS_VALUES',
  stepsPerTrial: 'SWEEP_MAX_STEPS',
  inputBytes: 'SWEEP_MAX_INPUT_BYTES',
};

/** The end of a sentence about what is too large. */
export function beyondLimit(limits: SweepLimits, name: LimitName): string {
  return `beyond the limit of ${limits[name]}, which ${limitVariables[name]} raises where the workers run`;
}
