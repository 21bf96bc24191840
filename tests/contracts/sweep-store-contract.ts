import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { BugError, StaleFenceError, UserError } from '../../core/errors.ts';
import { createPlan } from '../../core/sweep/plan.ts';
import type { ClaimAnswer, Fenced, SweepStore } from '../../storage/sweep-store.ts';
import { SweepStoreModel, type Step } from './sweep-store-model.ts';
import { layerSummary } from '../core/claims/claim-trials.ts';
import { claim, claimedIn, epoch, judgement, layer, result, spec, sweep } from './sweep-store-samples.ts';

export interface OpenedStore {
  readonly store: SweepStore;
  /** Everything that is stored, in a form that can be compared: what a repeated call must leave as it is. */
  dump(): Promise<unknown>;
  close(): Promise<void>;
}

/** The guarantees of SweepStore, for whatever implements it. */
export function describeSweepStore(name: string, open: () => Promise<OpenedStore>): void {
  describe(`${name} as a sweep store`, () => {
    let opened: OpenedStore;
    let store: SweepStore;
    let a: string;
    let b: string;
    let key: string;

    beforeAll(async () => {
      opened = await open();
      store = opened.store;
    });
    afterAll(() => opened.close());
    beforeEach(async () => {
      a = `a-${randomUUID()}`;
      b = `b-${randomUUID()}`;
      key = randomUUID();
      await store.openSweep(sweep(a));
      await store.openSweep(sweep(b));
    });

    const claimed = (...call: Parameters<typeof claim>): Promise<Fenced> => claimedIn(store, ...call);
    const statesOf = async (id: string) => (await store.progress(id)).states;

    it('gives back a sweep as it was opened', async () => {
      expect(await store.readSweep(a)).toEqual({
        ...sweep(a),
        state: 'running',
        reason: null,
        createdAt: expect.any(Date),
        closedAt: null,
      });
      expect((await store.listSweeps(2)).map(({ id }) => id)).toEqual([b, a]);
    });

    it('keeps an event once, however often it is told', async () => {
      const event = {
        id: `${a}/paused/1`,
        sweepId: a,
        kind: 'paused',
        detail: 'a person paused it',
        worker: null,
      } as const;
      await store.recordEvent(event);
      const before = await opened.dump();
      await store.recordEvent({ ...event, detail: 'told again' });
      await store.recordEvent({ ...event, id: randomUUID(), sweepId: null, worker: 'worker-1' });
      const after = (await opened.dump()) as { sweep_event: unknown[] };
      expect((before as { sweep_event: unknown[] }).sweep_event).toContainEqual(
        expect.objectContaining({ id: event.id, sweep_id: a, detail: event.detail, at: expect.any(Date) }),
      );
      expect(after.sweep_event).toHaveLength((before as { sweep_event: unknown[] }).sweep_event.length + 1);
      expect(after.sweep_event).toEqual(expect.arrayContaining((before as { sweep_event: unknown[] }).sweep_event));
    });

    it('says that there is no such sweep', async () => {
      for (const call of [
        () => store.recordEvent({ id: 'x', sweepId: 'nowhere', kind: 'trialRetried', detail: 'a fault', worker: null }),
        () => store.readSweep('nowhere'),
        () => store.closeSweep('nowhere', 'completed', 'done'),
        () => store.progress('nowhere'),
        () => store.outcomes('nowhere'),
        () => store.probedOutcomes('nowhere'),
        () => store.initialLayers('nowhere'),
        () => store.evidence('nowhere'),
        () => store.storeJudgement('nowhere', 'all of it', judgement),
        () => store.claimTrial(claim('nowhere', 0, key)),
        () => store.recordFailure({ sweepId: 'nowhere', number: 0, key, state: 'failed', reason: 'lost' }),
      ]) {
        await expect(call()).rejects.toBeInstanceOf(UserError);
      }
    });

    it('leaves the same rows when a call is repeated, at once or after all others', async () => {
      const trial = await claimed(a, 0, key);
      const abandoned = await claimed(a, 1, `${key} 1`);
      const calls = [
        () => store.openSweep(sweep(a)),
        () => store.recordProgress(trial, [epoch(0), epoch(1)], [layer(0, 1), layer(0, 2)], 60_000),
        () => store.finishTrial(trial, result()),
        () => store.claimTrial(claim(a, 0, key)),
        () => store.claimTrial(claim(b, 3, key)),
        () => store.abandonTrial(abandoned, 'failed', 'the trainer died'),
        () => store.recordFailure({ sweepId: a, number: 2, key: null, state: 'failed', reason: 'no worker' }),
        () => store.closeSweep(a, 'completed', 'all done'),
      ];
      for (const [index, call] of calls.entries()) {
        await call();
        if (index === 1) continue; // a repeat renews the lease, as it should
        const before = await opened.dump();
        await call();
        expect(await opened.dump(), `call ${index}`).toEqual(before);
      }
      const end = await opened.dump();
      for (const call of calls) await call();
      expect(await opened.dump()).toEqual(end);
    });

    it('refuses every write under an outdated fence and changes nothing', async () => {
      const old = await claimed(a, 0, key);
      const current = await claimed(a, 0, key);
      expect(current.trialId).toBe(old.trialId);
      expect(current.fence).toBeGreaterThan(old.fence);
      const before = await opened.dump();
      for (const write of [
        () => store.recordProgress(old, [epoch(1)], [layer(1, 1)], 60_000),
        () => store.recordProgress(old, [], [], 60_000),
        () => store.finishTrial(old, result()),
        () => store.finishTrial(old, result(), { epochs: [epoch(1)], layers: [layer(1, 1)] }),
        () => store.abandonTrial(old, 'failed', 'late'),
      ]) {
        await expect(write()).rejects.toBeInstanceOf(StaleFenceError);
      }
      expect(await opened.dump()).toEqual(before);
      await store.finishTrial(current, result());
      expect((await statesOf(a)).converged).toBe(1);
    });

    it('trains a shared key once while the lease lives, and gives the result to whoever asks later', async () => {
      const trial = await claimed(a, 0, key);
      const busy = await store.claimTrial(claim(b, 7, key));
      expect(busy).toEqual({ kind: 'busy', retryAfterMs: expect.any(Number) });
      expect(await store.claimTrial(claim(a, 1, key))).toMatchObject({ kind: 'busy' });
      await store.finishTrial(trial, result());
      const held = { kind: 'held', trialId: trial.trialId, state: 'converged' };
      expect(await store.claimTrial(claim(b, 7, key))).toEqual(held);
      expect(await store.claimTrial(claim(a, 0, key))).toEqual(held);
      expect(await store.progress(b)).toMatchObject({ states: { converged: 1 }, reused: 1 });
      expect(await store.progress(a)).toMatchObject({ states: { converged: 1 }, reused: 0 });
    });

    it('gives a trial whose lease has ended to another owner, without the records of the first', async () => {
      const first = await claimed(a, 0, key, { leaseMs: 1 });
      await store.recordProgress(first, [epoch(0), epoch(9)], [layer(9, 1)], 1);
      await sleep(20);
      const second = await claimed(b, 4, key);
      await expect(store.recordProgress(first, [epoch(10)], [], 1)).rejects.toBeInstanceOf(StaleFenceError);
      await store.recordProgress(second, [epoch(0)], [], 60_000);
      expect(await statesOf(a)).toMatchObject({ running: 0 });
      expect(await statesOf(b)).toMatchObject({ running: 1 });
      expect(JSON.stringify(await opened.dump())).not.toContain(`"${first.trialId} 9"`);
      expect(await store.claimTrial(claim(a, 0, key))).toMatchObject({ kind: 'busy' });
    });

    it('finds only what the very sweep has trained when reuse is off', async () => {
      await store.finishTrial(await claimed(a, 0, key), result());
      const own = await claimed(b, 0, key, { reuse: false });
      await store.finishTrial(own, result());
      expect(await store.claimTrial(claim(b, 1, key, { reuse: false }))).toMatchObject({
        kind: 'held',
        trialId: own.trialId,
      });
    });

    it('takes up an unfinished trial under the key of another backend, its old records gone', async () => {
      const cpu = await claimed(a, 0, `${key} cpu`);
      await store.recordProgress(cpu, [epoch(0), epoch(9)], [layer(9, 1)], 60_000);
      const cuda = await claimed(a, 0, `${key} cuda`);
      expect(cuda.trialId).toBe(cpu.trialId);
      await expect(store.finishTrial(cpu, result())).rejects.toBeInstanceOf(StaleFenceError);
      expect(JSON.stringify(await opened.dump())).not.toContain(`"${cpu.trialId} 9"`);
      await store.finishTrial(cuda, result());
      expect(await statesOf(a)).toMatchObject({ running: 0, converged: 1 });
      expect((await claimed(b, 0, `${key} cpu`)).trialId).not.toBe(cpu.trialId);
    });

    it('lets go of the unfinished trial when the key of the next attempt is held already', async () => {
      const unfinished = await claimed(a, 0, `${key} cpu`);
      const other = await claimed(b, 0, `${key} cuda`);
      await store.finishTrial(other, result());
      expect(await store.claimTrial(claim(a, 0, `${key} cuda`))).toMatchObject({
        kind: 'held',
        trialId: other.trialId,
      });
      await expect(store.finishTrial(unfinished, result())).rejects.toBeInstanceOf(StaleFenceError);
      expect(await store.progress(a)).toMatchObject({ reused: 1, states: { running: 0, converged: 1 } });
    });

    it('keeps the records of an attempt that the same owner takes up under the same key', async () => {
      const first = await claimed(a, 0, key);
      await store.recordProgress(first, [epoch(0), epoch(1)], [layer(0, 1)], 60_000);
      await store.abandonTrial(first, 'failed', 'the trainer died');
      const second = await claimed(a, 0, key);
      expect(second.trialId).toBe(first.trialId);
      expect(JSON.stringify(await opened.dump())).toContain(`"${first.trialId} 1"`);
    });

    it('frees the key of a trial that failed or was cancelled', async () => {
      await store.abandonTrial(await claimed(a, 0, key), 'cancelled', 'a person stopped it');
      const other = await claimed(b, 0, key);
      expect(await store.claimTrial(claim(a, 0, key))).toMatchObject({ kind: 'busy' });
      await store.finishTrial(other, result());
      expect(await statesOf(a)).toMatchObject({ cancelled: 1 });
      expect(await store.claimTrial(claim(a, 0, key))).toMatchObject({ kind: 'held', trialId: other.trialId });
      expect(await statesOf(a)).toMatchObject({ cancelled: 0, converged: 1 });
    });

    it('takes the fence from an attempt whose trial the orchestrator gave up', async () => {
      const trial = await claimed(a, 0, key);
      await store.recordFailure({ sweepId: a, number: 0, key, state: 'failed', reason: 'no heartbeat' });
      await expect(store.finishTrial(trial, result())).rejects.toBeInstanceOf(StaleFenceError);
      expect(await store.outcomes(a)).toMatchObject([{ number: 0, state: 'failed', reason: 'no heartbeat' }]);
    });

    it('leaves a held trial as it is when a failure comes late', async () => {
      const trial = await claimed(a, 0, key);
      await store.finishTrial(trial, result());
      await store.recordFailure({ sweepId: a, number: 0, key, state: 'failed', reason: 'late' });
      await store.abandonTrial(trial, 'failed', 'late');
      expect(await statesOf(a)).toMatchObject({ converged: 1, failed: 0 });
    });

    it('throws for a result that comes after its own claim was abandoned', async () => {
      const trial = await claimed(a, 0, key);
      await store.abandonTrial(trial, 'failed', 'gave up');
      await expect(store.finishTrial(trial, result())).rejects.toBeInstanceOf(StaleFenceError);
    });

    it('knows the axis values of a trial that failed before anybody claimed it', async () => {
      await store.recordFailure({ sweepId: a, number: 3, key: null, state: 'failed', reason: 'no worker came' });
      expect(await store.outcomes(a)).toMatchObject([
        { number: 3, state: 'failed', reason: 'no worker came', depth: 8, activation: 'relu', epochsRun: null },
      ]);
      await store.finishTrial(await claimed(a, 3, key), result());
      expect(await statesOf(a)).toMatchObject({ failed: 0, converged: 1 });
    });

    it('leaves nothing running in a sweep that is closed, and stops who still trains', async () => {
      const trial = await claimed(a, 0, key);
      await store.finishTrial(await claimed(a, 1, `${key} 1`), result());
      await store.closeSweep(a, 'cancelled', 'a person asked');
      expect(await store.readSweep(a)).toMatchObject({
        state: 'cancelled',
        reason: 'a person asked',
        closedAt: expect.any(Date),
      });
      expect(await statesOf(a)).toMatchObject({ running: 0, cancelled: 1, converged: 1 });
      await expect(store.recordProgress(trial, [epoch(1)], [], 60_000)).rejects.toBeInstanceOf(StaleFenceError);
      expect(await store.claimTrial(claim(a, 2, `${key} 2`))).toEqual({ kind: 'closed', state: 'cancelled' });
      expect(await store.claimTrial(claim(b, 0, key))).toMatchObject({ kind: 'claimed' });
    });

    it.each(['completed', 'failed', 'cancelled'] as const)(
      'takes no claim of a worker that comes after a sweep was %s, and leaves no row of it',
      async (state) => {
        const trial = await claimed(a, 0, key);
        await store.closeSweep(a, state, 'it is over');
        const before = await opened.dump();
        for (const number of [0, 1]) {
          expect(await store.claimTrial(claim(a, number, key))).toEqual({ kind: 'closed', state });
        }
        await expect(store.recordProgress(trial, [epoch(1)], [], 60_000)).rejects.toBeInstanceOf(StaleFenceError);
        expect(await opened.dump()).toEqual(before);
      },
    );

    it('says that a trial of a closed sweep is held when it is', async () => {
      const { trialId } = await claimed(a, 0, key);
      await store.finishTrial({ trialId, fence: 1n }, result());
      await store.closeSweep(a, 'completed', 'all done');
      expect(await store.claimTrial(claim(a, 0, key))).toEqual({ kind: 'held', trialId, state: 'converged' });
    });

    it.each(['failed', 'cancelled'] as const)('lets a %s sweep go on after a reset, and close anew', async (state) => {
      await store.closeSweep(a, state, 'too many failures');
      await store.reopenSweep(a);
      await store.reopenSweep(a);
      expect(await store.readSweep(a)).toMatchObject({ state: 'running', reason: null, closedAt: null });
      await store.finishTrial(await claimed(a, 0, key), result());
      await store.closeSweep(a, 'completed', 'all done');
      expect(await store.readSweep(a)).toMatchObject({ state: 'completed', reason: 'all done' });
    });

    it('refuses numbers that are not finite', async () => {
      const trial = await claimed(a, 0, key);
      const before = await opened.dump();
      for (const value of [Number.NaN, Number.POSITIVE_INFINITY]) {
        for (const write of [
          () => store.recordProgress(trial, [epoch(1, { trainLoss: value })], [], 60_000),
          () => store.recordProgress(trial, [], [layer(1, 1, { gradientNorm: value })], 60_000),
          () => store.finishTrial(trial, result({ testLoss: value })),
        ]) {
          await expect(write()).rejects.toBeInstanceOf(BugError);
        }
      }
      expect(await opened.dump()).toEqual(before);
    });

    it('refuses a result that contradicts its state', async () => {
      const trial = await claimed(a, 0, key);
      for (const wrong of [
        result({ epochsToTarget: null, stepsToTarget: null }),
        result({ state: 'notConverged' }),
        result({ epochsRun: 3 }),
        result({ testAccuracy: 1.5 }),
        result({ weightsHash: 'none' }),
      ]) {
        await expect(store.finishTrial(trial, wrong)).rejects.toBeInstanceOf(BugError);
      }
      expect(await statesOf(a)).toMatchObject({ running: 1 });
    });

    it('replaces an epoch that is there, also within one call', async () => {
      const trial = await claimed(a, 0, key);
      await store.recordProgress(trial, [epoch(0), epoch(0, { trainLoss: 7 }), epoch(1)], [layer(0, 1)], 60_000);
      await store.recordProgress(trial, [epoch(1, { trainLoss: 8 })], [layer(0, 1, { unitCosine: 1 })], 60_000);
      const text = JSON.stringify(await opened.dump());
      expect(text).toContain(`"${trial.trialId} 0",7`);
      expect(text).toContain(`"${trial.trialId} 1",8`);
      expect(text).not.toContain(`"${trial.trialId} 2"`);
    });

    it('writes the progress of many trials at once, and leaves out those that are not the caller’s any more', async () => {
      const [one, old, ended] = [
        await claimed(a, 0, key),
        await claimed(a, 1, `${key} 1`),
        await claimed(a, 2, `${key} 2`),
      ];
      await claimed(a, 1, `${key} 1`);
      await store.finishTrial(ended, result());
      const reports = [one, old, ended].map((trial, index) => ({
        trial,
        epochs: [epoch(0), epoch(1, { trainLoss: 5 + index })],
        layers: [layer(1, 1)],
      }));
      for (let repeat = 0; repeat < 2; repeat++) {
        expect(await store.recordProgressOfMany(reports, 60_000)).toEqual([null, expect.any(StaleFenceError), null]);
        const text = JSON.stringify(await opened.dump());
        expect(text).toContain(`"${one.trialId} 1",5`);
        expect(text).not.toContain(`"${old.trialId} 1"`);
        expect(text).not.toContain(`"${ended.trialId} 1"`);
      }
    });

    it('writes the last records with the result, once', async () => {
      const trial = await claimed(a, 0, key);
      await store.recordProgress(trial, [epoch(0), epoch(1)], [layer(0, 1)], 60_000);
      const last = { epochs: [epoch(1, { trainLoss: 7 }), epoch(2)], layers: [layer(2, 1)] };
      await store.finishTrial(trial, result(), last);
      const before = await opened.dump();
      const text = JSON.stringify(before);
      expect(text).toContain(`"${trial.trialId} 1",7`);
      expect(text).toContain(`"${trial.trialId} 2"`);
      await store.finishTrial(trial, result({ testLoss: 9 }), { epochs: [epoch(3)], layers: [] });
      expect(await opened.dump()).toEqual(before);
    });

    it('reports outcomes in order of their number, exactly as they were written', async () => {
      for (const number of [5, 2, 9]) {
        await store.finishTrial(
          await claimed(a, number, `${key} ${number}`),
          result({ testLoss: 0.1 + 0.2, durationMs: number }),
        );
      }
      const rows = await store.outcomes(a);
      expect(rows.map((row) => row.number)).toEqual([2, 5, 9]);
      expect(rows[0]).toEqual({
        number: 2,
        trialId: expect.any(String),
        initializer: 'heNormal',
        activation: 'relu',
        network: 'mlp',
        normalization: 'none',
        depth: 8,
        width: 16,
        learningRate: 0.1,
        optimizer: 'sgd',
        batchSize: 32,
        dataset: 'digits',
        seed: 0,
        state: 'converged',
        reason: result().reason,
        reused: false,
        epochsToTarget: 4,
        epochsRun: 4,
        testLoss: 0.1 + 0.2,
        testAccuracy: 0.875,
        bestValidationLoss: result().bestValidationLoss,
        bestValidationAccuracy: result().bestValidationAccuracy,
        durationMs: 2,
        backend: 'cpu',
      });
    });

    it('keeps cells apart that differ in network or normalization alone', async () => {
      const builds = [
        {},
        { network: { name: 'residual', blockLayers: 2 } },
        { normalization: { name: 'batch' } },
        { network: { name: 'convolution', kernelSize: 5 }, normalization: { name: 'layer' } },
      ] as const;
      for (const [number, build] of builds.entries()) {
        const { config } = createPlan(spec).decode(0);
        const trial = await claimed(a, number, `${key} ${number}`, { config: { ...config, ...build } });
        const isBest = number === 3;
        await store.finishTrial(trial, result({ epochsToTarget: isBest ? 2 : 4, testAccuracy: isBest ? 0.99 : 0.9 }));
      }
      expect((await store.outcomes(a)).map(({ network, normalization }) => [network, normalization])).toEqual([
        ['mlp', 'none'],
        ['residual', 'none'],
        ['mlp', 'batch'],
        ['convolution(kernelSize=5)', 'layer'],
      ]);
      expect((await store.progress(a)).best).toMatchObject({
        network: 'convolution(kernelSize=5)',
        normalization: 'layer',
        trials: 1,
        medianEpochsToTarget: 2,
      });
    });

    it.each([
      ['nothing', []],
      [
        'layers before and after training',
        [
          layer(0, 1, { unitCosine: null, preActivationVariance: 0.1 + 0.2 }),
          layer(0, 2, { gradientNorm: 3, activationVariance: 7 }),
          layer(0, 3, { gradientNorm: 1e30, activationVariance: 8, unitCosine: 1 }),
          layer(2, 1, { unitCosine: 0.25 }),
          layer(2, 2, { unitCosine: -0.5, gradientNorm: 9 }),
          layer(4, 1, { gradientNorm: 4 }),
          layer(4, 2, { unitCosine: null, gradientNorm: 0 }),
        ],
      ],
      [
        'numbers that were not finite',
        [layer(0, 1, { gradientNorm: null }), layer(0, 2), layer(4, 2, { gradientNorm: null })],
      ],
      ['the first layer alone', [layer(0, 1)]],
      ['the output layer alone', [layer(0, 3)]],
    ])('sums up what probes saw of a finished trial: %s', async (_, records) => {
      // Number 0 has two hidden layers; layer 3 is its output.
      const trial = await claimed(a, 0, key);
      await store.recordProgress(trial, [], records.toReversed(), 60_000);
      const running = await claimed(a, 4, `${key} running`);
      await store.recordProgress(running, [], [layer(0, 1)], 60_000);
      expect(await store.probedOutcomes(a)).toEqual([]);
      await store.finishTrial(trial, result());
      const [outcome] = await store.outcomes(a);
      expect(await store.probedOutcomes(a)).toEqual([
        { ...outcome, epochBudget: 30, layers: layerSummary(2, records) },
      ]);
      expect(await store.probedOutcomes(b)).toEqual([]);
      expect(await store.probedPage(a, -1)).toEqual(await store.probedOutcomes(a));
      expect(await store.probedPage(a, 0)).toEqual([]);
    });

    it('gives back every layer of finished trials before training, exactly as it was recorded and in order', async () => {
      const trial = await claimed(a, 0, key);
      const records = [layer(0, 1, { unitCosine: null }), layer(0, 2, { activationVariance: 0.1 + 0.2 }), layer(4, 1)];
      await store.recordProgress(trial, [], records.toReversed(), 60_000);
      const running = await claimed(a, 4, `${key} running`);
      await store.recordProgress(running, [], [layer(0, 1)], 60_000);
      expect(await store.initialLayers(a)).toEqual([]);
      await store.finishTrial(trial, result());
      const { trialId } = trial;
      expect(await store.initialLayers(a)).toEqual(records.slice(0, 2).map((record) => ({ trialId, ...record })));
      expect(await store.initialLayers(b)).toEqual([]);
    });

    it('replaces a judgement by one that rests on other trials, whole, and keeps one that rests on the same', async () => {
      expect(await store.evidence(a)).toEqual({ current: 'rules 1, 0 trials', judgedOn: null });
      await store.storeJudgement(a, 'rules 1, 0 trials', judgement);
      const first = await opened.dump();
      await store.storeJudgement(a, 'rules 1, 0 trials', { ...judgement, recommendations: [] });
      expect(await opened.dump()).toEqual(first);

      await store.finishTrial(await claimed(a, 0, key), result());
      const { current, judgedOn } = await store.evidence(a);
      expect(current).toMatch(/^rules 1, 1 trials until 2/);
      expect(judgedOn).toBe('rules 1, 0 trials');
      const verdicts = judgement.verdicts.map((verdict) => ({ ...verdict, findings: [] }));
      await store.storeJudgement(a, current, { verdicts, recommendations: judgement.recommendations.slice(1) });
      expect((await store.evidence(a)).judgedOn).toBe(current);
      const { judged_claim, judged_finding, judged_network } = (await opened.dump()) as Record<
        string,
        { sweep_id: string }[]
      >;
      const counts = [judged_claim, judged_finding, judged_network].map(
        (rows) => rows!.filter((row) => row.sweep_id === a).length,
      );
      expect(counts).toEqual([6, 0, 1]);
    });

    it('keeps all of a judgement when a part of it cannot be stored', async () => {
      await store.storeJudgement(a, 'first', judgement);
      const before = await opened.dump();
      const [network] = judgement.recommendations;
      const broken = { ...judgement, recommendations: [{ ...network!, depth: 1e12 }] };
      await expect(store.storeJudgement(a, 'second', broken)).rejects.toBeInstanceOf(BugError);
      const verdict = judgement.verdicts[3];
      const infinite = { ...verdict!.findings[0]!, effect: { ...verdict!.findings[0]!.effect, value: Infinity } };
      await expect(
        store.storeJudgement(a, 'second', { ...judgement, verdicts: [{ ...verdict!, findings: [infinite] }] }),
      ).rejects.toBeInstanceOf(BugError);
      expect(await opened.dump()).toEqual(before);
    });

    it('names the cell with the largest share converged, then the fewest median epochs, as best', async () => {
      expect((await store.progress(a)).best).toBeNull();
      // Numbers 0 and 4 are heNormal at depth 2 (seeds 0 and 1), 1 and 5 are normal(sd=0.01).
      const ends = { 0: 9, 4: 7, 1: 3, 5: null } as const;
      for (const [number, epochsToTarget] of Object.entries(ends)) {
        const isCensored = epochsToTarget === null;
        await store.finishTrial(
          await claimed(a, Number(number), `${key} ${number}`),
          result({
            state: isCensored ? 'notConverged' : 'converged',
            epochsToTarget,
            stepsToTarget: isCensored ? null : epochsToTarget * 40,
            epochsRun: 30,
            stepsRun: 1_200,
          }),
        );
      }
      expect((await store.progress(a)).best).toEqual({
        initializer: 'heNormal',
        activation: 'relu',
        network: 'mlp',
        normalization: 'none',
        depth: 2,
        width: 16,
        learningRate: 0.1,
        optimizer: 'sgd',
        batchSize: 32,
        dataset: 'digits',
        trials: 2,
        converged: 2,
        medianEpochsToTarget: 7, // smallest t by which half have reached it
        medianTestAccuracy: 0.875,
        medianTestLoss: 0.25,
      });
      expect((await store.progress(a)).total).toBe(spec.axes.seed.length * 4);
    });

    it('gives one of many claimers at once the trial', async () => {
      const answers = await Promise.all(
        Array.from({ length: 12 }, (_, index) => store.claimTrial(claim(index % 2 === 0 ? a : b, index, key))),
      );
      const kinds = answers.map(({ kind }) => kind);
      expect(kinds.filter((kind) => kind === 'claimed')).toHaveLength(1);
      expect(kinds.filter((kind) => kind === 'busy')).toHaveLength(11);
    });

    it('lets only the last of an owner’s claims at once write', async () => {
      const answers = await Promise.all(Array.from({ length: 8 }, () => store.claimTrial(claim(a, 0, key))));
      const trials = answers.filter(
        (answer): answer is Extract<ClaimAnswer, { kind: 'claimed' }> => answer.kind === 'claimed',
      );
      expect(new Set(trials.map(({ trialId }) => trialId)).size).toBe(1);
      expect(new Set(trials.map(({ fence }) => fence)).size).toBe(8);
      const writes = await Promise.allSettled(
        trials.map((trial) => store.recordProgress(trial, [epoch(0)], [], 60_000)),
      );
      expect(writes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    });

    it('answers every history of claims, writes and failures as the model does', async () => {
      const property = fc.asyncProperty(fc.array(steps, { minLength: 5, maxLength: 20 }), async (history) => {
        const model = new SweepStoreModel(store, randomUUID());
        await store.openSweep(sweep(model.owner(0).sweepId));
        await store.openSweep(sweep(model.owner(2).sweepId));
        for (const step of history) await model.step(step);
        await model.compare();
      });
      const { failed, numRuns, counterexample, errorInstance } = await fc.check(property, {
        numRuns: 40,
        interruptAfterTimeLimit: 30_000,
      });
      expect({ failed, counterexample, errorInstance }).toEqual({
        failed: false,
        counterexample: null,
        errorInstance: null,
      });
      expect(numRuns).toBeGreaterThan(3); // even on a machine that is busy with other things
    });

    it('has never two holders of a key, however claims and failures interleave', async () => {
      const owners = Array.from({ length: 4 }, (_, index) => ({ sweepId: index < 2 ? a : b, number: index }));
      await fc.assert(
        fc.asyncProperty(fc.array(fc.nat(3), { minLength: 4, maxLength: 12 }), async (turns) => {
          const shared = randomUUID();
          const answers = await Promise.all(
            turns.map(async (turn, index) => {
              const { sweepId, number } = owners[turn]!;
              if (index % 5 === 4) {
                await store.recordFailure({ sweepId, number, key: null, state: 'failed', reason: 'given up' });
                return null;
              }
              return store.claimTrial(claim(sweepId, number, shared));
            }),
          );
          const trials = answers.flatMap((answer) => (answer?.kind === 'claimed' ? [answer] : []));
          const writes = await Promise.allSettled(
            trials.map((trial) => store.recordProgress(trial, [epoch(0)], [], 60_000)),
          );
          const holders = writes.filter(({ status }) => status === 'fulfilled').length;
          expect(holders).toBeLessThanOrEqual(1);
          const refusals = writes.flatMap((write) => (write.status === 'rejected' ? [write.reason as Error] : []));
          expect(refusals.filter((refusal) => !(refusal instanceof StaleFenceError))).toEqual([]);
        }),
        { numRuns: 30, interruptAfterTimeLimit: 30_000 },
      );
    });

    it('ends a trial once when finish, failure and close race', async () => {
      for (let round = 0; round < 5; round++) {
        const id = `race-${randomUUID()}`;
        await store.openSweep(sweep(id));
        const trial = await claimed(id, 0, `${key} ${round}`);
        await Promise.allSettled([
          store.finishTrial(trial, result()),
          store.recordFailure({ sweepId: id, number: 0, key, state: 'failed', reason: 'lost' }),
          store.abandonTrial(trial, 'cancelled', 'stopped'),
          store.closeSweep(id, 'cancelled', 'asked'),
          store.claimTrial(claim(id, 0, `${key} ${round}`)),
        ]);
        await store.closeSweep(id, 'cancelled', 'asked');
        const states = await statesOf(id);
        expect(states.running).toBe(0);
        expect(Object.values(states).reduce((sum, count) => sum + count)).toBe(1);
      }
    });

    it('leaves no trial running in a sweep that is cancelled while its trials are claimed', async () => {
      for (let round = 0; round < 10; round++) {
        const id = `closing-${randomUUID()}`;
        await store.openSweep(sweep(id));
        const claims = Array.from({ length: 8 }, (_, number) => store.claimTrial(claim(id, number, randomUUID())));
        const [closing, ...answers] = await Promise.allSettled([store.closeSweep(id, 'cancelled', 'asked'), ...claims]);
        expect(closing.status).toBe('fulfilled');
        expect(answers.map(({ status }) => status)).not.toContain('rejected');
        expect((await statesOf(id)).running).toBe(0);
      }
    });
  });
}

const lives = fc.boolean();
const steps: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant('claim' as const), owner: fc.nat(3), key: fc.nat(1), lives }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('fail' as const),
      owner: fc.nat(3),
      state: fc.constantFrom('failed' as const, 'cancelled' as const),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constantFrom('progress' as const, 'progress' as const, 'abandon' as const, 'finish' as const),
      handle: fc.nat(11),
      lives,
    }),
  },
);
