import { readFileSync, readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { defaultLimits } from '../../../core/sweep/limits.ts';
import { parseSweep } from '../../../core/sweep/parse-sweep.ts';
import { createPlan } from '../../../core/sweep/plan.ts';
import { refusal, sweepFile, sweepSpec } from './sweep-inputs.ts';

const example = (name: string): unknown =>
  JSON.parse(readFileSync(new URL(`../../../examples/${name}`, import.meta.url), 'utf8'));

describe('parseSweep', () => {
  it('fills in what a file leaves out', () => {
    expect(sweepSpec()).toEqual({
      name: 'small',
      description: '',
      axes: {
        initializer: [
          { name: 'heNormal', mode: 'fanIn', slope: 'activation' },
          { name: 'glorotUniform', gain: 1 },
        ],
        activation: [{ name: 'relu' }, { name: 'tanh' }],
        depth: [2, 4],
        width: [32],
        learningRate: [0.1],
        optimizer: [{ name: 'sgd' }],
        network: [{ name: 'mlp' }],
        normalization: [{ name: 'none' }],
        batchSize: [64],
        dataset: [{ name: 'digits', split: 0 }],
        seed: [1, 2],
      },
      exclude: [],
      training: { epochs: 5, loss: 'crossEntropy', target: null, stopAtTarget: false },
      probes: { epochs: [0, 'last'], examples: 256 },
      run: { concurrency: 64, reuse: true, failureTolerance: 0.05, attempts: 10 },
    });
  });

  it.each([
    ['kaimingNormal', { name: 'heNormal', mode: 'fanIn', slope: 'activation' }],
    [
      { name: 'xavierUniform', gain: 2 },
      { name: 'glorotUniform', gain: 2 },
    ],
    [
      { name: 'gaussian', sd: 0.01 },
      { name: 'normal', sd: 0.01 },
    ],
  ])('reads %j by its canonical name, as one value or in a list', (written, read) => {
    expect(sweepSpec({ axes: { initializer: written } }).axes.initializer).toEqual([read]);
    expect(sweepSpec({ axes: { initializer: [written] } }).axes.initializer).toEqual([read]);
  });

  it.each([
    [7, [7]],
    [{ from: 3, count: 3 }, [3, 4, 5]],
    [{ count: 2 }, [1, 2]],
  ])('reads the seeds %j', (written, read) => {
    expect(sweepSpec({ axes: { seed: written } }).axes.seed).toEqual(read);
  });

  it('takes shared values from training where there is no axis', () => {
    const training = { width: 8, learningRate: 0.5, optimizer: 'adam', batchSize: 16, dataset: 'mnist' };
    const { axes } = sweepSpec({ training });
    expect(axes).toMatchObject({ width: [8], learningRate: [0.5], batchSize: [16] });
    expect(axes.optimizer[0]).toEqual({ name: 'adam', beta1: 0.9, beta2: 0.999, epsilon: 1e-8 });
    expect(axes.dataset).toEqual([{ name: 'mnist', split: 0 }]);
  });

  it.each([
    ['momentum', 0.01],
    ['adam', 0.001],
  ])('lets the learning rate follow the optimizer %s', (optimizer, rate) => {
    expect(sweepSpec({ training: { optimizer } }).axes.learningRate).toEqual([rate]);
    expect(sweepSpec({ axes: { optimizer: [optimizer] } }).axes.learningRate).toEqual([rate]);
  });

  it('lets the loss follow the data', () => {
    expect(sweepSpec({ training: { dataset: 'teacher' } }).training.loss).toBe('meanSquaredError');
    expect(sweepSpec({ training: { dataset: 'teacher', loss: 'huber' } }).training.loss).toBe('huber');
  });

  it('takes "none" for no probes at all', () => {
    expect(sweepSpec({ probes: { epochs: 'none' } }).probes.epochs).toEqual([]);
  });

  it('lets an excluded name stand for its variants, an alias for its name, a label for itself', () => {
    const axes = { initializer: [{ name: 'normal', sd: 0.1 }, { name: 'normal', sd: 1 }, 'heNormal'] };
    const exclude = [{ initializer: 'normal', depth: 4 }, { initializer: ['kaimingNormal', 'normal(sd=0.1)'] }];
    expect(sweepSpec({ axes, exclude }).exclude).toEqual([
      { initializer: ['normal(sd=0.1)', 'normal(sd=1)'], depth: [4] },
      { initializer: ['heNormal', 'normal(sd=0.1)'] },
    ]);
  });

  it('reads its own plain JSON: what a payload carries is what was parsed', () => {
    const spec = parseSweep(example('all-axes.json'));
    expect(JSON.parse(JSON.stringify(spec))).toEqual(spec);
  });

  it('reads -0 as 0', () => {
    const file = sweepFile({ axes: { seed: [1] } }) as { axes: { seed: number[] } };
    file.axes.seed = [-0];
    expect(Object.is(parseSweep(file).axes.seed[0], 0)).toBe(true);
    file.axes.seed = [0, -0];
    expect(refusal(file).message).toContain('axes.seed[1] = 0: repeats axes.seed[0]');
  });

  it('allows more where a limit is raised on purpose', () => {
    const file = sweepFile({ axes: { depth: [300] } });
    expect(refusal(file).message).toContain('SWEEP_MAX_DEPTH');
    expect(parseSweep(file, { ...defaultLimits, depth: 300 }).axes.depth).toEqual([300]);
  });

  it.each(readdirSync(new URL('../../../examples', import.meta.url)).filter((name) => /(?<!schema)\.json$/.test(name)))(
    'accepts examples/%s',
    (name) => {
      expect(createPlan(parseSweep(example(name))).trialCount).toBeGreaterThan(0);
    },
  );

  it('plans at least 200 trials on real data for the quickstart', () => {
    const spec = parseSweep(example('quickstart.json'));
    expect(createPlan(spec).trialCount).toBeGreaterThanOrEqual(200);
    expect(spec.axes.dataset).toEqual([{ name: 'digits', split: 0 }]);
  });
});
