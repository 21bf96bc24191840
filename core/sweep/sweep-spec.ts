import type { Activation } from '../activations/activation.ts';
import type { Initializer } from '../initializers/initializer.ts';
import { plainBuild, type Network, type Normalization } from '../networks/network.ts';
import type { DatasetSpec, Loss, Optimizer, Probes, Target } from '../trial/trial-config.ts';

/** The axes of the grid, each with at least one value; an axis that a file leaves out has its one value here. */
export interface Axes {
  readonly initializer: readonly Initializer[];
  readonly activation: readonly Activation[];
  readonly network: readonly Network[];
  readonly normalization: readonly Normalization[];
  readonly depth: readonly number[];
  readonly width: readonly number[];
  readonly learningRate: readonly number[];
  readonly optimizer: readonly Optimizer[];
  readonly batchSize: readonly number[];
  readonly dataset: readonly DatasetSpec[];
  readonly seed: readonly number[];
}

export type AxisName = keyof Axes;

const plainAxes: Pick<Axes, 'network' | 'normalization'> = {
  network: [plainBuild.network],
  normalization: [plainBuild.normalization],
};

/** All axes of a checked file that may be from before there were other networks than the plain one. */
export function completeAxes(axes: Axes): Axes {
  return { ...plainAxes, ...axes };
}

/** A combination that is not wanted: every named axis has one of the values listed (given by label, such as `heNormal`). */
export type Exclusion = Readonly<Partial<Record<AxisName, readonly (string | number)[]>>>;

/** Axes that a sweep can be given more values of while it runs. */
export const growingAxes = ['seed', 'depth', 'width'] as const satisfies readonly AxisName[];
export type GrowingAxis = (typeof growingAxes)[number];

/** Values that an axis was given after the sweep had started: the last `count` of those it had then. */
export interface Addition {
  /** Of whoever asked for it: asked for again, it changes nothing. */
  readonly id: string;
  readonly axis: GrowingAxis;
  readonly count: number;
  /**
   * Of seeds that not all cells are given: places of those regimes (all axes but seed and initializer, in mixed radix in the order of
   * `digits`) that are. Absent: all of them.
   */
  readonly regimes?: readonly number[];
}

/** Seeds are added where the comparison of initializers is still open: see core/adaptive/adaptive-seeds.ts. */
export interface AdaptiveSeeds {
  /** One initializer is ahead of every other one; or the widest 95% interval of the chance that the best one's run beats another's. */
  readonly until: 'decided' | number;
  /** Seeds of a cell at most. */
  readonly budget: number;
  /** Seeds that an open cell is given at a time. */
  readonly step: number;
}

/** Trials that are behind are given up before their budget is spent: see core/adaptive/pruning.ts. */
export interface AdaptivePruning {
  /** Asynchronous successive halving that never takes up again what it has stopped. */
  readonly method: 'ashaStopping';
  /** No trial is given up before so many epochs. */
  readonly minEpochs: number;
  /** From each rung about one of so many trials goes on; the next rung comes after so many times the epochs. */
  readonly reduction: number;
}

/** A sweep file, checked and with its defaults filled in. */
export interface SweepSpec {
  readonly name: string;
  readonly description: string;
  /** With the values of additions, in the order in which they came, after those of the file. */
  readonly axes: Axes;
  /** What the running sweep was given beyond its file, oldest first; absent: nothing. */
  readonly additions?: readonly Addition[];
  readonly exclude: readonly Exclusion[];
  readonly training: {
    readonly epochs: number;
    readonly loss: Loss;
    readonly target: Target | null;
    readonly stopAtTarget: boolean;
  };
  readonly probes: Probes;
  /** Absent: every cell has all seeds, every trial its whole budget. */
  readonly adaptive?: { readonly seeds?: AdaptiveSeeds; readonly pruning?: AdaptivePruning };
  readonly run: {
    /** Trials in flight at once, over all workers. */
    readonly concurrency: number;
    /** Take a finished trial that the database already holds under the same key instead of training it again. */
    readonly reuse: boolean;
    /** Share of trials that may fail before the sweep itself fails. */
    readonly failureTolerance: number;
    /** Attempts per trial before it counts as failed. */
    readonly attempts: number;
    /** Order among sweeps that wait for workers, 1 (first) to 5 (last); absent: by the sweep's size. */
    readonly priority?: number;
  };
}
