import assert from 'node:assert/strict';
import { StaleFenceError } from '../../core/errors.ts';
import type { TrialState } from '../../core/trial/trial-record.ts';
import type { Fenced, SweepStore } from '../../storage/sweep-store.ts';
import { claim, epoch, result } from './sweep-store-samples.ts';

/** One step of a random history. `handle` picks one of all claims that were ever granted, outdated ones included. */
export type Step =
  | { readonly kind: 'claim'; readonly owner: number; readonly key: number; readonly lives: boolean }
  | { readonly kind: 'fail'; readonly owner: number; readonly state: 'failed' | 'cancelled' }
  | { readonly kind: 'progress' | 'finish' | 'abandon'; readonly handle: number; readonly lives: boolean };

interface ModelTrial {
  key: string | null;
  state: TrialState;
  fence: bigint;
  /** False once the orchestrator took the fence away. */
  isFenceGiven: boolean;
  owner: string;
  lives: boolean;
}

/**
 * What a store must answer, step by step, as plain maps: a key is held by one trial that runs or has a result; an owner has at most one trial;
 * only the newest fence writes; a result is for ever.
 */
export class SweepStoreModel {
  readonly trials = new Map<string, ModelTrial>();
  readonly links = new Map<string, string>();
  readonly handles: Fenced[] = [];
  readonly #store: SweepStore;
  readonly #prefix: string;

  constructor(store: SweepStore, prefix: string) {
    this.#store = store;
    this.#prefix = prefix;
  }

  /** Owners 0 and 1 are two numbers of one sweep, 2 and 3 of another. */
  owner(index: number): { sweepId: string; number: number } {
    return { sweepId: `${this.#prefix} ${index < 2 ? 'a' : 'b'}`, number: index % 2 };
  }

  async step(step: Step): Promise<void> {
    if (step.kind === 'claim') return this.#claim(step.owner, step.key, step.lives);
    if (step.kind === 'fail') return this.#fail(step.owner, step.state);
    const handle = this.handles[step.handle % Math.max(1, this.handles.length)];
    if (handle !== undefined) await this.#write(step.kind, handle, step.lives);
  }

  async #claim(index: number, keyIndex: number, lives: boolean): Promise<void> {
    const owner = this.owner(index);
    const name = JSON.stringify(owner);
    const key = `${this.#prefix} ${keyIndex}`;
    const answer = await this.#store.claimTrial(
      claim(owner.sweepId, owner.number, key, { leaseMs: lives ? 600_000 : 0 }),
    );
    const ownId = this.links.get(name);
    const own = ownId === undefined ? undefined : this.trials.get(ownId)!;
    if (ownId !== undefined && isHeld(own!.state)) {
      assert.deepEqual(answer, { kind: 'held', trialId: ownId, state: own!.state });
      return;
    }
    const [holderId, holder] = [...this.trials].find(([, trial]) => trial.key === key) ?? [];
    if (holderId !== undefined && holderId !== ownId) {
      if (isHeld(holder!.state)) {
        assert.deepEqual(answer, { kind: 'held', trialId: holderId, state: holder!.state });
        this.links.set(name, holderId);
        if (ownId !== undefined) this.trials.delete(ownId);
        return;
      }
      if (holder!.lives) {
        assert.equal(answer.kind, 'busy');
        return;
      }
      this.links.delete(holder!.owner);
      if (ownId !== undefined) this.trials.delete(ownId);
    }
    const expectedId = holderId ?? ownId;
    if (answer.kind !== 'claimed') throw new Error(`expected a claim, got ${JSON.stringify(answer)}`);
    if (expectedId === undefined) assert.ok(!this.trials.has(answer.trialId));
    else {
      assert.equal(answer.trialId, expectedId);
      assert.ok(answer.fence > this.trials.get(expectedId)!.fence);
    }
    this.trials.set(answer.trialId, {
      key,
      state: 'running',
      fence: answer.fence,
      isFenceGiven: true,
      owner: name,
      lives,
    });
    this.links.set(name, answer.trialId);
    this.handles.push({ trialId: answer.trialId, fence: answer.fence });
  }

  async #fail(index: number, state: 'failed' | 'cancelled'): Promise<void> {
    const owner = this.owner(index);
    const name = JSON.stringify(owner);
    await this.#store.recordFailure({ ...owner, key: null, state, reason: 'given up' });
    const id = this.links.get(name);
    if (id === undefined) {
      const placeholder = (await this.#store.outcomes(owner.sweepId)).find((row) => row.number === owner.number);
      this.trials.set(placeholder!.trialId, {
        key: null,
        state,
        fence: 1n,
        isFenceGiven: false,
        owner: name,
        lives: false,
      });
      this.links.set(name, placeholder!.trialId);
      return;
    }
    const trial = this.trials.get(id)!;
    if (isHeld(trial.state)) return;
    this.trials.set(id, { ...trial, key: null, state, isFenceGiven: false });
  }

  async #write(kind: 'progress' | 'finish' | 'abandon', handle: Fenced, lives: boolean): Promise<void> {
    const trial = this.trials.get(handle.trialId);
    const call = {
      progress: () => this.#store.recordProgress(handle, [epoch(1)], [], lives ? 600_000 : 0),
      finish: () => this.#store.finishTrial(handle, result()),
      abandon: () => this.#store.abandonTrial(handle, 'failed', 'gave up'),
    }[kind];
    const isMine = trial !== undefined && trial.isFenceGiven && trial.fence === handle.fence;
    const comesTooLate = kind === 'finish' && (trial?.state === 'failed' || trial?.state === 'cancelled');
    if (!isMine || comesTooLate) {
      await assert.rejects(call, StaleFenceError);
      return;
    }
    await call();
    if (trial.state !== 'running') return;
    if (kind === 'progress') trial.lives = lives;
    if (kind === 'finish') trial.state = 'converged';
    if (kind === 'abandon') Object.assign(trial, { state: 'failed', key: null });
  }

  /** The store shows what the model has, for both sweeps. */
  async compare(): Promise<void> {
    for (const sweepId of [this.owner(0).sweepId, this.owner(2).sweepId]) {
      const mine = [0, 1].flatMap((number) => {
        const name = JSON.stringify({ sweepId, number });
        const id = this.links.get(name);
        const trial = id === undefined ? undefined : this.trials.get(id)!;
        return trial === undefined ? [] : [{ number, trialId: id!, state: trial.state, reused: trial.owner !== name }];
      });
      const rows = (await this.#store.outcomes(sweepId)).map(({ number, trialId, state, reused }) => ({
        number,
        trialId,
        state,
        reused,
      }));
      assert.deepEqual(
        rows,
        mine.filter(({ state }) => state !== 'running'),
      );
      const { states, reused } = await this.#store.progress(sweepId);
      assert.equal(states.running, mine.filter(({ state }) => state === 'running').length);
      assert.equal(reused, mine.filter((trial) => trial.reused).length);
    }
  }
}

function isHeld(state: TrialState): boolean {
  return state === 'converged';
}
