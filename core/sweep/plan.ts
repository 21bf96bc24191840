import { BugError } from '../errors.ts';
import { canonicalJson } from '../trial/canonical-json.ts';
import { cellOf, cellParts } from '../trial/labels.ts';
import type { TrialConfig } from '../trial/trial-config.ts';
import { excludedBoxes } from './exclusions.ts';
import { keyedPermutation } from './keyed-permutation.ts';
import { type DecodedPart, digits, isExcluded, partsOf, type PlanPart } from './plan-part.ts';
import { completeAxes, type Axes, type AxisName, type SweepSpec } from './sweep-spec.ts';

/** One trial of a sweep. */
export interface PlannedTrial {
  /** Its number in the plan, 0..gridSize-1. */
  readonly number: number;
  readonly config: TrialConfig;
  /** What tells it from the sweep's other trials, such as `heNormal · relu · depth 8 · seed 3`. */
  readonly label: string;
}

/** Which trials a sweep has and in which order they start. No list is held: every trial is computed when it is asked for. */
export interface Plan {
  /** Combinations of all parts, excluded ones too. */
  readonly gridSize: number;
  /** Combinations that are not excluded. */
  readonly trialCount: number;
  /** The numbers of the sweep file, then those of each addition. */
  readonly parts: readonly PlanPart[];
  /** The trial that is the position-th to start, 0..gridSize-1; null where that combination is excluded. */
  at(position: number): PlannedTrial | null;
  /** The trial of a number, excluded or not. Throws BugError for a number outside of the grid. */
  decode(number: number): PlannedTrial;
  /** Place of the trial's regime: all axes but seed and initializer, in mixed radix. See Addition.regimes. */
  regimeOf(number: number): number;
}

/**
 * The plan of a sweep: within a part, a trial's number is its axis values in mixed radix; the order of the trials is a permutation of the
 * part's numbers, keyed by its values, so that early results are spread over all of it and the order is the same wherever it is computed.
 * Pure and free of Node's modules: workflows call it.
 */
export function createPlan(spec: SweepSpec): Plan {
  const axes = completeAxes(spec.axes);
  const boxes = excludedBoxes(axes, spec.exclude, digits);
  const parts = partsOf(
    digits.map((axis) => axes[axis].length),
    spec.additions ?? [],
    boxes,
  );
  const orders = parts.map((part) => keyedPermutation(part.to - part.from, orderKey(axes, part)));
  const gridSize = parts.at(-1)!.to;

  const partAt = (place: number): number => {
    if (!Number.isInteger(place) || place < 0 || place >= gridSize) {
      throw new BugError('A trial number lies outside of the grid.', { number: place, gridSize });
    }
    return parts.findIndex(({ to }) => place < to);
  };

  const decode = (number: number): PlannedTrial => {
    const part = parts[partAt(number)]!;
    const config = configOf(spec, axes, part.indicesOf(number - part.from));
    return { number, config, label: trialLabel(config, axes) };
  };

  const sizes = digits.map((axis) => axes[axis].length);

  return {
    gridSize,
    trialCount: parts.reduce((sum, { trialCount }) => sum + trialCount, 0),
    parts: parts.map(({ from, to, trialCount }) => ({ from, to, trialCount })),
    decode,
    regimeOf(number) {
      const part = parts[partAt(number)]!;
      const places = part.indicesOf(number - part.from);
      return places.slice(1, -1).reduce((regime, place, digit) => regime * sizes[digit + 1]! + place, 0);
    },
    at(position) {
      const index = partAt(position);
      const part = parts[index]!;
      const offset = orders[index]!(position - part.from);
      return isExcluded(part.indicesOf(offset), boxes) ? null : decode(part.from + offset);
    },
  };
}

/** What a part's order is keyed by: its own values, so that it stays the same whatever is added later. */
function orderKey(axes: Axes, { spans, addition }: DecodedPart): string {
  const own: Partial<Axes> = Object.fromEntries(
    digits.map((axis, digit) => {
      const { from, size } = spans[digit]!;
      return [axis, axes[axis].slice(from, from + size)];
    }),
  );
  return canonicalJson(
    addition?.regimes === undefined ? axesInKey(own) : { ...axesInKey(own), regimes: addition.regimes },
  );
}

/** The axes without a network or normalization that is the plain one for all: sweeps from before there were others keep their order. */
function axesInKey({ network, normalization, ...others }: Partial<Axes>): object {
  const isPlain = [...(network ?? []), ...(normalization ?? [])].every(({ name }) => name === 'mlp' || name === 'none');
  return isPlain ? others : { network, normalization, ...others };
}

/** Combinations of all axes, before exclusions. */
export function gridSizeOf(axes: Readonly<Record<AxisName, { readonly length: number }>>): number {
  return digits.reduce((product, axis) => product * axes[axis].length, 1);
}

function configOf(spec: SweepSpec, axes: Axes, indices: readonly number[]): TrialConfig {
  const value = <Axis extends AxisName>(axis: Axis): Axes[Axis][number] =>
    axes[axis][indices[digits.indexOf(axis)]!] as Axes[Axis][number];
  return {
    initializer: value('initializer'),
    activation: value('activation'),
    network: value('network'),
    normalization: value('normalization'),
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
