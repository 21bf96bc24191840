import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ClaimInput, ClaimName, ClaimTrial } from '../../../core/claims/claim.ts';
import { decideClaims } from '../../../core/claims/decide-claims.ts';
import { claimThresholds } from '../../../core/claims/thresholds.ts';
import { randomStream } from '../../../core/random/random-stream.ts';
import { claimTrial, layerSummary, probedLayer, type ProbedLayer, seeds } from './claim-trials.ts';

const target = { metric: 'validationAccuracy', threshold: 0.9 };

function verdict(claim: ClaimName, trials: readonly ClaimTrial[], goal: object | null = target) {
  return decideClaims({ trials, target: goal }).find((each) => each.claim === claim)!;
}

/** Trials of two initializers, `first` taking 2 to 7 epochs, `second` 9 to 14, or never. */
function fastAndSlow(first: string, second: string, count: number, activation = 'relu'): ClaimTrial[] {
  return seeds(count).flatMap((seed) => [
    claimTrial({ initializer: first, activation, seed, epochsToTarget: 1 + seed }),
    claimTrial({ initializer: second, activation, seed, epochsToTarget: seed % 3 === 0 ? null : 8 + seed }),
  ]);
}

describe('speed and fit', () => {
  it.each(['speed', 'fit', 'framework'] as const)(
    '%s is supported where the fitting initializer is sooner on every seed',
    (claim) => {
      const found = verdict(claim, fastAndSlow('heNormal', 'glorotNormal', 6));
      expect(found.decision).toBe('supported');
      const [finding] = found.findings;
      expect(finding).toMatchObject({ seeds: 6, cells: ['heNormal', 'glorotNormal'] });
      // 2 of the 924 ways to deal 12 trials are as extreme.
      expect(finding!.adjustedPValue).toBeCloseTo(2 / 924, 12);
      expect(finding!.effect.interval.low).toBeLessThanOrEqual(finding!.effect.value!);
      expect(finding!.effect.interval.high).toBeGreaterThanOrEqual(finding!.effect.value!);
    },
  );

  it.each(['speed', 'fit'] as const)('%s is refuted where the other one is sooner', (claim) => {
    expect(verdict(claim, fastAndSlow('glorotNormal', 'heNormal', 6)).decision).toBe('refuted');
    expect(verdict(claim, fastAndSlow('heNormal', 'glorotUniform', 6, 'tanh')).decision).toBe('refuted');
  });

  it('tells the epochs saved as a difference of restricted means', () => {
    const trials = seeds(4).flatMap((seed) => [
      claimTrial({ initializer: 'heNormal', seed, epochsToTarget: 4 }),
      claimTrial({ initializer: 'glorotNormal', seed, epochsToTarget: seed === 1 ? null : 8 }),
    ]);
    // (20 + 3 * 8) / 4 - 4.
    expect(verdict('speed', trials).findings[0]!.effect.value).toBeCloseTo(7, 12);
  });

  it('counts a diverged trial as one that never gets there', () => {
    const trials = seeds(6).flatMap((seed) => [
      claimTrial({ initializer: 'heNormal', seed, epochsToTarget: 10 }),
      claimTrial({
        initializer: 'normal(sd=10)',
        seed,
        state: 'diverged',
        epochsToTarget: null,
        epochsRun: 1,
        testAccuracy: null,
      }),
    ]);
    expect(verdict('speed', trials)).toMatchObject({ decision: 'supported' });
    expect(verdict('speed', trials).findings[0]!.effect.value).toBeCloseTo(10, 12);
    expect(verdict('fit', trials).decision).toBe('supported');
  });

  describe('where trials were given up', () => {
    const pruned = { state: 'pruned', epochsToTarget: null, epochsRun: 3, testAccuracy: null } as const;

    it('speed compares as long as all were trained, and says how many were not', () => {
      const trials = seeds(6).flatMap((seed) => [
        claimTrial({ initializer: 'heNormal', seed, epochsToTarget: 2 }),
        claimTrial({ initializer: 'glorotNormal', seed, ...pruned }),
      ]);
      const [finding] = verdict('speed', trials).findings;
      // Restricted means up to epoch 3, where all were watched: 3 - 2.
      expect(finding!.effect.value).toBeCloseTo(1, 12);
      expect(finding).toMatchObject({ decision: 'supported', pruned: 6 });
      expect(finding!.reason).toMatch(/^p = 0\.\d+; 6 trials were given up early$/);
    });

    it('speed is open where nobody had got there by then, however the spared ones went on', () => {
      const trials = seeds(6).flatMap((seed) => [
        claimTrial({ initializer: 'heNormal', seed, epochsToTarget: 4 }),
        // A cell of which only the luckiest trial was spared, which is faster than all.
        claimTrial({ initializer: 'glorotNormal', seed, ...(seed === 1 ? { epochsToTarget: 4 } : pruned) }),
      ]);
      expect(verdict('speed', trials).findings).toMatchObject([
        {
          decision: 'undecided',
          pValue: null,
          reason: 'neither reaches the target as long as all of them were trained; 5 trials were given up early',
        },
      ]);
    });

    it.each(['fit', 'framework'] as const)('%s counts them as behind', (claim) => {
      const trials = seeds(6).flatMap((seed) => [
        claimTrial({ initializer: 'heNormal', seed, epochsToTarget: null, testAccuracy: 0.2 }),
        claimTrial({ initializer: 'glorotNormal', seed, ...pruned }),
      ]);
      const found = verdict(claim, trials);
      expect(found.decision).toBe('supported');
      expect(found.findings[0]!.reason).toMatch(/6 trials were given up early$/);
    });
  });

  it('speed is open without a target', () => {
    expect(verdict('speed', fastAndSlow('heNormal', 'glorotNormal', 6), null)).toMatchObject({
      decision: 'undecided',
      findings: [],
    });
  });
});

describe('no claim is decided', () => {
  it.each([1, 2, 3])('by %i seeds, however clear they look', (count) => {
    const trials = fastAndSlow('heNormal', 'zeros', count).map((trial) =>
      withLayers(trial, layersOf(trial.initializer === 'zeros' ? 1 : 0.1, 1, 1)),
    );
    for (const { decision } of decideClaims({ trials, target })) expect(decision).toBe('undecided');
  });

  it('by cells with different budgets', () => {
    const trials = fastAndSlow('heNormal', 'glorotNormal', 6).map((trial) =>
      trial.initializer === 'heNormal' ? { ...trial, epochBudget: 40 } : trial,
    );
    for (const claim of ['speed', 'fit', 'framework'] as const) expect(verdict(claim, trials).findings).toEqual([]);
  });

  it('by failed and cancelled trials', () => {
    const trials = fastAndSlow('heNormal', 'glorotNormal', 6).map((trial) => ({ ...trial, state: 'failed' as const }));
    for (const { decision } of decideClaims({ trials, target })) expect(decision).toBe('undecided');
  });

  it('without any trial', () => {
    for (const { decision } of decideClaims({ trials: [], target })) expect(decision).toBe('undecided');
  });
});

/** Layers of a trial of depth 4 before and after training: identical or not, with factors per layer on variance and gradient (towards the input). */
function layersOf(unitCosine: number, variance: number, gradient: number): ProbedLayer[] {
  return [0, 20].flatMap((epoch) =>
    [1, 2, 3, 4].map((layer) =>
      probedLayer({
        epoch,
        layer,
        unitCosine,
        activationVariance: 0.5 * variance ** layer,
        gradientNorm: gradient ** (4 - layer),
      }),
    ),
  );
}

function withLayers(trial: ClaimTrial, rows: readonly ProbedLayer[]): ClaimTrial {
  return { ...trial, layers: layerSummary(trial.depth, rows) };
}

interface Looks {
  readonly cosine: number;
  readonly variance: number;
  readonly gradient: number;
}

function probed(activation: string, cells: Readonly<Record<string, Looks>>, depth = 4): ClaimTrial[] {
  return Object.entries(cells).flatMap(([initializer, { cosine, variance, gradient }]) =>
    seeds(5).map((seed) => {
      const noise = 1 + 0.005 * seed;
      const rows = layersOf(cosine, variance * noise, gradient * noise);
      return withLayers(claimTrial({ initializer, activation, seed, depth }), rows);
    }),
  );
}

describe('what probes say', () => {
  const level = { cosine: 0.1, variance: 1, gradient: 1 };

  it('supports symmetry where zeros stay identical and random weights do not, and needs both', () => {
    const both = probed('relu', { zeros: { ...level, cosine: 1 }, heNormal: level });
    expect(verdict('symmetry', both).decision).toBe('supported');
    const one = probed('relu', { heNormal: level });
    expect(verdict('symmetry', one).decision).toBe('undecided');
    const broken = probed('relu', { 'constant(value=0.1)': { ...level, cosine: 0.4 }, heNormal: level });
    expect(verdict('symmetry', broken).decision).toBe('refuted');
  });

  it('supports variance where He keeps it under relu and Glorot halves it, beside the prediction', () => {
    const trials = probed('relu', { heNormal: level, glorotNormal: { ...level, variance: 0.5 } });
    const found = verdict('variance', trials);
    expect(found.decision).toBe('supported');
    expect(found.findings.map(({ effect }) => effect.predicted)).toEqual([
      expect.closeTo(0.5, 10),
      expect.closeTo(1, 10),
    ]);
  });

  it('refutes variance where Glorot lets it decay under tanh', () => {
    const trials = probed('tanh', { glorotNormal: { ...level, variance: 0.8 } });
    expect(verdict('variance', trials).decision).toBe('refuted');
  });

  it('refutes gradients where they vanish under Glorot with sigmoid', () => {
    const trials = probed('sigmoid', { glorotNormal: { ...level, gradient: 0.05 } });
    const found = verdict('gradients', trials);
    expect(found.decision).toBe('refuted');
    // Three layers between the first hidden one and the last.
    expect(found.findings[0]!.effect.value).toBeCloseTo(0.05 ** 3 * 1.015 ** 3, 6);
  });

  it('supports gradients where He keeps them level', () => {
    const trials = probed('relu', { heNormal: level });
    expect(verdict('gradients', trials).decision).toBe('supported');
  });
});

describe('speed', () => {
  it('measures nothing where neither side reaches the target, and takes nothing from other comparisons', () => {
    const never = (activation: string) =>
      fastAndSlow('heNormal', 'zeros', 6, activation).map((trial) => ({
        ...trial,
        state: 'notConverged' as const,
        epochsToTarget: null,
      }));
    const alone = verdict('speed', fastAndSlow('heNormal', 'glorotNormal', 6)).findings[0]!;
    const found = verdict('speed', [...fastAndSlow('heNormal', 'glorotNormal', 6), ...never('gelu')]);
    const [open, decided] = ['gelu', 'relu'].map((name) =>
      found.findings.find(({ regime }) => regime.startsWith(name)),
    );
    expect(open).toMatchObject({
      decision: 'undecided',
      pValue: null,
      adjustedPValue: null,
      effect: { value: null, interval: { low: null, high: null } },
    });
    expect(open!.reason).toBe('neither reaches the target within the budget');
    expect(decided!.adjustedPValue).toBe(alone.adjustedPValue);
  });
});

describe('gradients', () => {
  it('sees those that vanish between the first layer and the last', () => {
    const trials = seeds(5).map((seed) =>
      withLayers(
        claimTrial({ initializer: 'heNormal', seed }),
        [1, 2, 3, 4].map((layer) => probedLayer({ layer, gradientNorm: layer === 2 ? 1e-5 * seed : 1 })),
      ),
    );
    const found = verdict('gradients', trials);
    expect(found.decision).toBe('refuted');
    expect(found.findings[0]!.effect.value).toBeCloseTo(1e-5 * 120 ** (1 / 5), 10);
  });

  it('counts gradients that are not finite before the first step as exploded', () => {
    const trials = seeds(5).map((seed) =>
      withLayers(
        claimTrial({ initializer: 'heNormal', seed }),
        [1, 2, 3, 4].map((layer) => probedLayer({ layer, gradientNorm: layer === 1 ? null : 1 })),
      ),
    );
    const [finding] = verdict('gradients', trials).findings;
    expect(finding).toMatchObject({ decision: 'refuted' });
    expect(finding!.effect.value).toBeGreaterThan(1e38);
    expect(finding!.effect.value).toBeLessThan(Infinity);
  });
});

describe('a verdict on the whole', () => {
  const good = { cosine: 0.1, variance: 1, gradient: 1 };
  const bad = { cosine: 0.1, variance: 0.7, gradient: 1 };
  const networks = (looks: readonly Looks[]) =>
    looks.flatMap((look, i) =>
      probed('relu', { heNormal: look }).map((trial) => ({ ...trial, learningRate: 0.1 * (i + 1) })),
    );

  it.each([
    ['supported', [good, good], 'Holds in all 2 networks measured.'],
    [
      'undecided',
      [good, good, bad],
      'Depends on the network: holds in relu · depth 4 · rate 0.1; relu · depth 4 · rate 0.2, not in relu · depth 4 · rate 0.30000000000000004.',
    ],
    [
      'refuted',
      [bad, bad, good],
      'Does not hold in relu · depth 4 · rate 0.1; relu · depth 4 · rate 0.2 (2 of 3 networks, holds in 1).',
    ],
  ] as const)('is %s by the networks that it holds in', (decision, looks, summary) => {
    expect(verdict('variance', networks(looks))).toMatchObject({ decision, summary });
  });

  it('is supported where most networks support it, none refutes it and some stay open', () => {
    const few = networks([good, good, good]).filter(({ learningRate, seed }) => learningRate < 0.25 || seed < 3);
    expect(verdict('variance', few)).toMatchObject({
      decision: 'supported',
      summary: 'Holds in 2 of 3 networks, open in 1.',
    });
  });

  it('is refuted in a network by one finding, however many others support it there', () => {
    const trials = [...fastAndSlow('glorotNormal', 'heNormal', 6), ...fastAndSlow('x', 'zeros', 6)].filter(
      ({ initializer }) => initializer !== 'x',
    );
    const found = verdict('speed', trials);
    expect(found.findings.map(({ decision }) => decision)).toEqual(['refuted', expect.any(String)]);
    expect(found.decision).toBe('refuted');
  });

  it('says why it stays open', () => {
    expect(
      verdict(
        'variance',
        networks([good]).filter(({ seed }) => seed < 3),
      ).summary,
    ).toBe('Open: fewer than 4 seeds have a result.');
    expect(verdict('speed', networks([good]), null).summary).toBe('Not measured: the sweep had no target.');
  });
});

describe('verdicts', () => {
  it('do not depend on the order of rows or on which seed had which result', () => {
    const stream = randomStream(5, 'claims');
    const input = randomInput(stream, ['heNormal', 'glorotNormal', 'zeros', 'lecunUniform'], 5);
    const expected = decideClaims(input);
    fc.assert(
      fc.property(fc.shuffledSubarray(seeds(5), { minLength: 5 }), fc.nat(), (order, key) => {
        const renamed = input.trials.map((trial) => ({ ...trial, seed: order[trial.seed - 1]! }));
        const rows = Uint32Array.from(renamed, (_, i) => i);
        randomStream(key, 'order').shuffle(rows);
        const trials = [...rows].map((row) => renamed[row]!);
        expect(decideClaims({ ...input, trials })).toEqual(expected);
      }),
      { numRuns: 10 },
    );
  });

  it('hold their error rate where all initializers are the same: nothing is there to be found', () => {
    const rounds = 100;
    const wrong: Partial<Record<ClaimName, number>> = {};
    for (let round = 0; round < rounds; round++) {
      const input = randomInput(
        randomStream(round, 'null'),
        ['heNormal', 'glorotNormal', 'lecunUniform', 'normal(sd=0.05)'],
        5,
      );
      for (const { claim, findings } of decideClaims(input)) {
        if (findings.some(({ decision }) => decision !== 'undecided')) wrong[claim] = (wrong[claim] ?? 0) + 1;
      }
    }
    // Three standard errors above the stated rate.
    const { errorRate } = claimThresholds;
    const most = rounds * errorRate + 3 * Math.sqrt(rounds * errorRate * (1 - errorRate));
    for (const claim of ['speed', 'fit', 'framework'] as const) expect(wrong[claim] ?? 0).toBeLessThanOrEqual(most);
  });

  it('support nothing beyond their error rate where the truth lies on the edge of the band', () => {
    const rounds = 400;
    const edge = Math.log(claimThresholds.keptVariancePerLayer);
    let supported = 0;
    for (let round = 0; round < rounds; round++) {
      const stream = randomStream(round, 'edge');
      const trials = seeds(5).map((seed) =>
        withLayers(
          claimTrial({ initializer: 'heNormal', seed }),
          layersOf(0.1, Math.exp(edge + 0.02 * stream.normal()), 1),
        ),
      );
      if (verdict('variance', trials).decision === 'supported') supported += 1;
    }
    const { errorRate } = claimThresholds;
    expect(supported / rounds).toBeLessThan(errorRate + 3 * Math.sqrt((errorRate * (1 - errorRate)) / rounds));
    // The test is exact there, so that it does find as many.
    expect(supported / rounds).toBeGreaterThan(errorRate - 3 * Math.sqrt((errorRate * (1 - errorRate)) / rounds));
  });
});

/** Every initializer's trials from one distribution. */
function randomInput(
  stream: ReturnType<typeof randomStream>,
  initializers: readonly string[],
  count: number,
): ClaimInput {
  const trials = initializers.flatMap((initializer) =>
    seeds(count).map((seed) => {
      const epochs = 1 + Math.floor(25 * stream.uniform());
      const trial = claimTrial({
        initializer,
        seed,
        epochsToTarget: epochs > 20 ? null : epochs,
        testAccuracy: 0.5 + 0.5 * stream.uniform(),
      });
      return withLayers(trial, layersOf(0.5, 0.9 + 0.3 * stream.uniform(), 1));
    }),
  );
  return { trials, target };
}

describe('regimes of other networks', () => {
  const builds = [
    { network: 'mlp', normalization: 'none' },
    { network: 'residual', normalization: 'none' },
    { network: 'mlp', normalization: 'batch' },
    { network: 'convolution', normalization: 'none' },
  ] as const;

  it('are kept apart, and named where they differ', () => {
    const trials = builds.flatMap((build) =>
      fastAndSlow('heNormal', 'glorotNormal', 6).map((trial) => ({ ...trial, ...build })),
    );
    const found = verdict('speed', trials);
    expect(found.findings.map(({ regime }) => regime).sort()).toEqual([
      'relu · convolution · no normalization · depth 4',
      'relu · mlp · batch normalization · depth 4',
      'relu · mlp · no normalization · depth 4',
      'relu · residual · no normalization · depth 4',
    ]);
    expect(found.findings.every(({ decision }) => decision === 'supported')).toBe(true);
  });

  it('rest on measurement alone where theory is silent: it then chooses nothing and predicts nothing', () => {
    for (const build of builds) {
      const trials = fastAndSlow('heNormal', 'glorotNormal', 6).map((trial) =>
        withLayers(
          { ...trial, ...build },
          [1, 2, 3, 4].map((layer) => probedLayer({ layer })),
        ),
      );
      const isSilent = build.network === 'convolution' || build.normalization === 'batch';
      expect(verdict('framework', trials).findings.length > 0).toBe(!isSilent);
      // The fitting initializer is always asked about; what theory expects of it stands beside it where it says something.
      const fitting = verdict('variance', trials).findings.find(({ cells }) => cells[0] === 'heNormal');
      expect(fitting!.effect.predicted === null).toBe(isSilent);
    }
  });
});
