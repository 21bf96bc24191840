import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { TrialConfig } from '../../../core/trial/trial-config.ts';
import { trialKey } from '../../../core/trial/trial-key.ts';
import { createPlan } from '../../../core/sweep/plan.ts';
import { sweepSpec, type Changes } from '../sweep/sweep-inputs.ts';
import { config } from './trial-configs.ts';

const where = { arithmetic: 'float32', datasetHash: 'd1' };
const key = (changes: Partial<TrialConfig>) => trialKey({ ...config, ...changes }, where);

describe('trialKey', () => {
  it('is the SHA-256 of canonical JSON: of sorted keys, without white space', () => {
    const text =
      '{"activation":{"name":"relu"},"arithmetic":"float32","batchSize":64,"dataset":{"name":"digits","split":0},' +
      '"datasetHash":"d1","depth":8,"epochs":20,"initializer":{"mode":"fanIn","name":"heNormal","slope":"activation"},' +
      '"learningRate":0.1,"loss":"crossEntropy","numericsVersion":2,"optimizer":{"name":"sgd"},' +
      '"probes":{"epochs":[0,"last"],"examples":256},"seed":3,"stopAtTarget":false,' +
      '"target":{"metric":"validationAccuracy","threshold":0.9},"width":32}';
    expect(key({})).toBe(createHash('sha256').update(text).digest('hex'));
  });

  it('does not depend on the order in which fields were written', () => {
    const reversed = Object.fromEntries(Object.entries(config).toReversed()) as unknown as TrialConfig;
    expect(trialKey(reversed, where)).toBe(key({}));
  });

  it('does not depend on the sweep: its name, its other axis values, the order of its axes', () => {
    const keysOf = (changes: Changes) => {
      const plan = createPlan(sweepSpec(changes));
      return Array.from({ length: plan.gridSize }, (_, number) => trialKey(plan.decode(number).config, where));
    };
    const keys = keysOf({});
    const others = keysOf({
      name: 'another',
      description: 'of the same',
      axes: { seed: [2, 1, 3], initializer: ['glorotUniform', 'heNormal', 'zeros'] },
      run: { concurrency: 3 },
    });
    expect(new Set(keys).size).toBe(keys.length);
    expect(others).toEqual(expect.arrayContaining(keys));
  });

  const changed: Partial<TrialConfig>[] = [
    { initializer: { name: 'heUniform', mode: 'fanIn', slope: 'activation' } },
    { initializer: { name: 'heNormal', mode: 'fanOut', slope: 'activation' } },
    { activation: { name: 'tanh' } },
    { network: { name: 'residual', blockLayers: 2 } },
    { network: { name: 'convolution', kernelSize: 3 } },
    { normalization: { name: 'layer' } },
    { normalization: { name: 'batch' } },
    { depth: 7 },
    { width: 31 },
    { seed: 4 },
    { learningRate: 0.2 },
    { optimizer: { name: 'momentum', momentum: 0.9 } },
    { batchSize: 63 },
    { dataset: { name: 'digits', split: 1 } },
    { loss: 'huber' },
    { epochs: 21 },
    { target: null },
    { target: { metric: 'validationAccuracy', threshold: 0.91 } },
    { stopAtTarget: true },
    { probes: { epochs: [0], examples: 256 } },
    { probes: { epochs: [0, 'last'], examples: 128 } },
  ];
  it.each(changed)('changes with %j', (changes) => {
    expect(key(changes)).not.toBe(key({}));
  });

  it('changes with the arithmetic of the backend and with the data', () => {
    expect(trialKey(config, { ...where, arithmetic: 'fused' })).not.toBe(key({}));
    expect(trialKey(config, { ...where, datasetHash: 'd2' })).not.toBe(key({}));
  });

  it('tells networks apart by their parameters too', () => {
    const keys = [2, 3].map((blockLayers) => key({ network: { name: 'residual', blockLayers } }));
    expect(new Set([...keys, key({})]).size).toBe(3);
  });

  it('is the same for settings that come to the same', () => {
    expect(key({ target: null, stopAtTarget: true })).toBe(key({ target: null, stopAtTarget: false }));
    expect(key({ probes: { epochs: ['last', 0, 0], examples: 256 } })).toBe(key({}));
    expect(key({ probes: { epochs: [], examples: 9 } })).toBe(key({ probes: { epochs: [], examples: 10 } }));
  });
});
