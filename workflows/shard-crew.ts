import {
  CancellationScope,
  type ChildWorkflowHandle,
  isCancellation,
  log,
  patched,
  type Workflow,
} from '@temporalio/workflow';
import type { SweepSpec } from '../core/sweep/sweep-spec.ts';
import { type Hold, type ShardOrders, shardOrdersSignal } from './control-messages.ts';
import { runShard } from './run-shard.ts';
import { largestConcurrency, type Shard, shareOut, trialsPerRun } from './shards.ts';
import { emptyTally } from './tally.ts';

/** What a shard is to do beside its place among the others. */
export interface ShardTask extends Omit<Shard, 'index' | 'concurrency'> {
  /** Trials that these positions hold. */
  readonly trials: number;
  /** See ShardInput. */
  readonly numbers?: readonly number[];
  readonly missingInFirstRun?: number;
  readonly trialsPerReport: number;
}

interface Member {
  readonly trials: number;
  handle: ChildWorkflowHandle<Workflow> | null;
  orders: ShardOrders;
  told: ShardOrders;
}

/** The shards of a sweep that are under way. The sweep's concurrency is divided among them, anew whenever one comes or goes. */
export class ShardCrew {
  readonly #sweep: { readonly sweepId: string; readonly sweepWorkflowId: string };
  readonly #scope: CancellationScope;
  readonly #members = new Set<Member>();
  readonly #errors: Error[] = [];
  #started = 0;
  #concurrency: number;
  #hold: Hold;

  constructor(
    sweep: { readonly sweepId: string; readonly sweepWorkflowId: string },
    { concurrency, hold }: ShardOrders,
  ) {
    this.#sweep = sweep;
    this.#scope = new CancellationScope();
    this.#concurrency = concurrency;
    this.#hold = hold;
  }

  get isIdle(): boolean {
    return this.#members.size === 0;
  }

  get concurrency(): number {
    return this.#concurrency;
  }

  get hold(): Hold {
    return this.#hold;
  }

  /** More could not be in flight, with the shards that there are. */
  get largestConcurrency(): number {
    return Math.max(1, this.#members.size) * largestConcurrency;
  }

  /** What went wrong first, cancellations last. */
  get error(): Error | undefined {
    return this.#errors.find((error) => !isCancellation(error)) ?? this.#errors[0];
  }

  /** Stops every shard; their trials stop first. */
  cancel(): void {
    this.#scope.cancel();
  }

  /**
   * Starts shards, and resolves when they have ended. The first ones come with their concurrency; later ones get a share of what the
   * others have.
   */
  async start(spec: SweepSpec, tasks: readonly (ShardTask & { readonly concurrency?: number })[]): Promise<void> {
    const members = tasks.map(({ trials, concurrency = 0 }): Member => {
      const orders = { concurrency, hold: this.#hold };
      const member = { trials, handle: null, orders, told: orders };
      this.#members.add(member);
      return member;
    });
    if (tasks.some(({ concurrency }) => concurrency === undefined)) this.#divide();
    await Promise.all(tasks.map((task, index) => this.#run(spec, task, members[index]!)));
  }

  /** From now on. */
  order(orders: Partial<ShardOrders>): void {
    this.#concurrency = orders.concurrency ?? this.#concurrency;
    this.#hold = orders.hold ?? this.#hold;
    this.#divide();
  }

  async #run(spec: SweepSpec, task: ShardTask, member: Member): Promise<void> {
    const { from, to, numbers, missingInFirstRun = 0, trialsPerReport } = task;
    member.told = member.orders;
    try {
      const input = {
        ...this.#sweep,
        index: this.#started++,
        from,
        to,
        ...(numbers === undefined ? {} : { numbers }),
        ...member.told,
        spec,
        trialsPerRun,
        missingInFirstRun,
        trialsPerReport,
        tally: emptyTally,
        reported: { ended: 0, failed: 0 },
      };
      await this.#scope.run(() =>
        runShard(input, (handle) => {
          member.handle = handle;
          this.#tell(member);
        }),
      );
    } catch (error) {
      this.#errors.push(error as Error);
      this.#scope.cancel();
    }
    this.#members.delete(member);
    if (this.#members.size > 0 && !this.#scope.consideredCancelled && patched('hand-on-concurrency')) this.#divide();
  }

  #divide(): void {
    const members = [...this.#members];
    const shares = shareOut(this.#concurrency, members.map(({ trials }) => trials)); // prettier-ignore
    members.forEach((member, index) => {
      member.orders = { concurrency: shares[index]!, hold: this.#hold };
      this.#tell(member);
    });
  }

  #tell(member: Member): void {
    const { handle, orders, told } = member;
    if (handle === null || (orders.concurrency === told.concurrency && orders.hold === told.hold)) return;
    member.told = orders;
    void CancellationScope.nonCancellable(async () => {
      try {
        await handle.signal(shardOrdersSignal, orders);
      } catch (error) {
        // It has ended, and the sweep is about to hear of that.
        log.info('a shard could not be given orders', { shard: handle.workflowId, error: String(error) });
      }
    });
  }
}
