import { patched } from '@temporalio/workflow';
import { extendSweep, nextSeeds } from '../core/sweep/extend-sweep.ts';
import { createPlan } from '../core/sweep/plan.ts';
import type { Addition, GrowingAxis, SweepSpec } from '../core/sweep/sweep-spec.ts';
import { controlActivities, longControlActivities } from './activity-options.ts';
import type { SweepEventKind } from '../activities/control-activities.ts';
import { refusal } from './control-requests.ts';
import type { AdaptiveResult } from './messages.ts';
import type { ShardCrew, ShardTask } from './shard-crew.ts';
import { divideIntoShards, type Shard, trialsPerRun } from './shards.ts';
import type { SweepProgress } from './sweep-progress.ts';

/** Bounds the history of the sweep itself, whatever its size: it never has to continue as new and leave its shards behind. */
const reportsPerSweep = 200;
/** What is heard of a shard at least, where there are hundreds. */
const reportsPerShard = 2;
const reportsPerAddition = 20;
const mostAdditions = 100;

/** A sweep's plan while it runs: what it has, and what it is given. */
export class SweepPlan {
  readonly #sweepId: string;
  readonly #crew: ShardCrew;
  readonly #progress: SweepProgress;
  #spec: SweepSpec;
  #adaptive: AdaptiveResult | null = null;

  constructor(
    spec: SweepSpec,
    { sweepId, crew, progress }: { sweepId: string; crew: ShardCrew; progress: SweepProgress },
  ) {
    this.#spec = spec;
    this.#sweepId = sweepId;
    this.#crew = crew;
    this.#progress = progress;
  }

  get spec(): SweepSpec {
    return this.#spec;
  }

  /** What the last look of a sweep with adaptive seeds found; null without one. */
  get adaptive(): AdaptiveResult | null {
    return this.#adaptive;
  }

  /** Starts the shards of all that the plan has. */
  start(): void {
    const { parts, trialCount } = createPlan(this.#spec);
    const shards = this.#divide(parts[0]!);
    const trials = Math.ceil(parts[0]!.trialCount / shards.length);
    const trialsPerReport = Math.min(Math.ceil(trialCount / reportsPerSweep), Math.ceil(trials / reportsPerShard));
    void this.#crew.start(
      this.#spec,
      shards.map((shard) => {
        const missingInFirstRun = trials > trialsPerRun ? Math.floor((trialsPerRun * shard.index) / shards.length) : 0;
        return { ...shard, trials, missingInFirstRun, trialsPerReport };
      }),
    );
    for (const part of parts.slice(1)) void this.#crew.start(this.#spec, this.#tasksOf(part));
  }

  /**
   * Gives the sweep more values of an axis, in its row too, and starts their trials. Answers how many these are; null where an addition of this
   * id is there already.
   */
  async extend(
    axis: GrowingAxis,
    values: readonly number[],
    { id, regimes }: Pick<Addition, 'id' | 'regimes'>,
    event: { readonly kind: SweepEventKind; readonly detail: string },
  ): Promise<number | null> {
    const additions = this.#spec.additions ?? [];
    if (additions.some((addition) => addition.id === id)) return null;
    if (additions.length >= mostAdditions) {
      throw refusal(
        `A sweep takes at most ${mostAdditions} additions. Start a new one: it takes over what this one has trained.`,
      );
    }
    const spec = extendSweep(this.#spec, axis, values, regimes === undefined ? { id } : { id, regimes });
    await controlActivities.extendSweep({ sweepId: this.#sweepId, spec, event: { id, ...event } });
    const part = createPlan(spec).parts.at(-1)!;
    this.#spec = spec;
    this.#progress.extend(part.trialCount);
    void this.#crew.start(spec, this.#tasksOf(part));
    return part.trialCount;
  }

  /**
   * With adaptive seeds, once all trials have ended: looks which comparisons are open, and gives those regimes further seeds. Answers whether
   * there are new trials.
   */
  async addOpenSeeds(): Promise<boolean> {
    const rule = this.#spec.adaptive?.seeds;
    if (rule === undefined) return false;
    const { open, regimes } = await longControlActivities.decideSeeds(this.#sweepId);
    const seeds = this.#spec.axes.seed.length;
    const looks = 1 + (this.#spec.additions ?? []).length;
    this.#adaptive = { looks, regimes, open: open.length };
    const values = nextSeeds(this.#spec, Math.min(rule.step, rule.budget - seeds));
    if (open.length === 0 || values.length === 0) return false;
    const detail = `${open.length} of ${regimes} comparisons are open: ${values.length} more seeds for each of them.`;
    await this.extend('seed', values, { id: `look-${looks}`, regimes: open }, { kind: 'seedsAdded', detail });
    return true;
  }

  #divide(part: { readonly from: number; readonly to: number; readonly trialCount: number }): Shard[] {
    return divideIntoShards(part, this.#crew.concurrency, !patched('smaller-shards'));
  }

  #tasksOf(part: { readonly from: number; readonly to: number; readonly trialCount: number }): ShardTask[] {
    const shards = this.#divide(part);
    const trials = Math.ceil(part.trialCount / shards.length);
    const trialsPerReport = Math.ceil(part.trialCount / reportsPerAddition);
    return shards.map(({ from, to }) => ({ from, to, trials, trialsPerReport }));
  }
}
