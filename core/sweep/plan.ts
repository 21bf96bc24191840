import { BugError } from '../errors.ts';
import { canonicalJson } from '../trial/canonical-json.ts';
import { cellOf, cellParts } from '../trial/labels.ts';
import type { TrialConfig } from '../trial/trial-config.ts';
import { countOutside, excludedBoxes } from './exclusions.ts';
import { keyedPermutation } from './keyed-permutation.ts';
import type { Axes, AxisName, SweepSpec } from './sweep-spec.ts';

/** One trial of a sweep. */
export interface PlannedTrial {
  /** Its number in the grid, 0..gridSize-1. */
  readonly number: number;
  readonly config: TrialConfig;
  /** What tells it from the sweep's other trials, such as `heNormal · relu · depth 8 · seed 3`. */
  readonly label: string;
}

/** Which trials a sweep has and in which order they start. No list is held: every trial is computed when it is asked for. */
export interface Plan {
  /** Combinations of all axes, excluded ones too. */
  readonly gridSize: number;
  /** Combinations that are not excluded. */
  readonly trialCount: number;
  /** The trial that is the position-th to start, 0..gridSize-1; null where that combination is excluded. */
  at(position: number): PlannedTrial | null;
  /** The trial of a number, excluded or not. Throws BugError for a number outside of the grid. */
  decode(number: number): PlannedTrial;
}

/**
 * Digits of a trial's number, most significant first. The seed stands first, so that a sweep that is given further seeds
 * keeps the numbers it has. The order of the trials is not that of the numbers: see `createPlan`.
 */
const digits: readonly AxisName[] = [
  'seed',
  'dataset',
  'batchSize',
  'optimizer',
  'learningRate',
  'width',
  'depth',
  'activation',
  'initializer',
];

/**
 * The plan of a sweep: a trial's number is its axis values in mixed radix; the order of the trials is a permutation of the numbers,
 * keyed by the axes, so that early results are spread over the whole grid and the order is the same wherever it is computed.
 * Pure and free of Node's modules: workflows call it.
 */
export function createPlan(spec: SweepSpec): Plan {
  const { axes } = spec;
  const sizes = digits.map((axis) => axes[axis].length);
  const gridSize = gridSizeOf(axes);
  const boxes = excludedBoxes(axes, spec.exclude, digits);
  const numberAt = keyedPermutation(gridSize, canonicalJson(axes));

  const indicesOf = (number: number): number[] => {
    if (!Number.isInteger(number) || number < 0 || number >= gridSize) {
      throw new BugError('A trial number lies outside of the grid.', { number, gridSize });
    }
    let rest = number;
    const indices = sizes.map(() => 0);
    for (let digit = sizes.length - 1; digit >= 0; digit--) {
      const size = sizes[digit]!;
      indices[digit] = rest % size;
      rest = Math.floor(rest / size);
    }
    return indices;
  };

  const decode = (number: number): PlannedTrial => {
    const config = configOf(spec, indicesOf(number));
    return { number, config, label: trialLabel(config, axes) };
  };

  return {
    gridSize,
    trialCount: countOutside(sizes, boxes),
    decode,
    at(position) {
      const number = numberAt(position);
      const indices = indicesOf(number);
      const excluded = boxes.some((box) => box.every((covers, axis) => covers[indices[axis]!]));
      return excluded ? null : decode(number);
    },
  };
}

/** Combinations of all axes, before exclusions. */
export function gridSizeOf(axes: Readonly<Record<AxisName, { readonly length: number }>>): number {
  return digits.reduce((product, axis) => product * axes[axis].length, 1);
}

function configOf(spec: SweepSpec, indices: readonly number[]): TrialConfig {
  const value = <Axis extends AxisName>(axis: Axis): Axes[Axis][number] =>
    spec.axes[axis][indices[digits.indexOf(axis)]!] as Axes[Axis][number];
  return {
    initializer: value('initializer'),
    activation: value('activation'),
    depth: value('depth'),
    width: value('width'),
    seed: value('seed'),
    learningRate: value('learningRate'),
    optimizer: value('optimizer'),
    batchSize: value('batchSize'),
    dataset: value('dataset'),
    loss: spec.training.loss,
    epochs: spec.training.epochs,
    target: spec.training.target,
    stopAtTarget: spec.training.stopAtTarget,
    probes: spec.probes,
  };
}

function trialLabel(config: TrialConfig, axes: Axes): string {
  const varies = (axis: AxisName) => axes[axis].length > 1;
  const parts = cellParts(cellOf(config), varies);
  if (varies('seed') || parts.length === 0) parts.push(`seed ${config.seed}`);
  return parts.join(' · ');
}
