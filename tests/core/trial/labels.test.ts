import { describe, expect, it } from 'vitest';
import {
  activationLabel,
  cellOf,
  cellParts,
  isTold,
  networkLabel,
  normalizationLabel,
  datasetLabel,
  initializerLabel,
  optimizerLabel,
} from '../../../core/trial/labels.ts';
import { config } from './trial-configs.ts';

describe('labels', () => {
  it.each([
    [initializerLabel({ name: 'heNormal', mode: 'fanIn', slope: 'activation' }), 'heNormal'],
    [initializerLabel({ name: 'heNormal', mode: 'fanOut', slope: 0.2 }), 'heNormal(mode=fanOut, slope=0.2)'],
    [initializerLabel({ name: 'normal', sd: 0.01 }), 'normal(sd=0.01)'],
    [initializerLabel({ name: 'orthogonal', gain: 1 }), 'orthogonal'],
    [initializerLabel({ name: 'orthogonal', gain: 'conventional' }), 'orthogonal(gain=conventional)'],
    [activationLabel({ name: 'leakyRelu', slope: 0.01 }), 'leakyRelu'],
    [activationLabel({ name: 'elu', alpha: 2 }), 'elu(alpha=2)'],
    [optimizerLabel({ name: 'momentum', momentum: 0.8 }), 'momentum(momentum=0.8)'],
    [optimizerLabel({ name: 'adam', beta1: 0.9, beta2: 0.999, epsilon: 1e-8 }), 'adam'],
    [datasetLabel({ name: 'digits', split: 0 }), 'digits'],
    [datasetLabel({ name: 'digits', split: 4 }), 'digits(split=4)'],
    [
      datasetLabel({ name: 'csv', path: 'a/b.csv', target: 'y', task: 'regression', split: 0 }),
      'csv(path=a/b.csv, target=y, task=regression)',
    ],
  ])('%s: only what differs from the default stands in parentheses', (label, expected) => {
    expect(label).toBe(expected);
  });

  it('do not depend on the order in which parameters were written', () => {
    expect(initializerLabel({ slope: 0.2, mode: 'fanOut', name: 'heNormal' })).toBe('heNormal(mode=fanOut, slope=0.2)');
  });

  it('name networks and normalizations, and leave the plain ones unsaid where a cell stands alone', () => {
    expect(networkLabel({ name: 'residual', blockLayers: 2 })).toBe('residual');
    expect(networkLabel({ name: 'residual', blockLayers: 3 })).toBe('residual(blockLayers=3)');
    expect(networkLabel({ name: 'convolution', kernelSize: 5 })).toBe('convolution(kernelSize=5)');
    expect(normalizationLabel({ name: 'batch' })).toBe('batch');
    const plain = cellOf(config);
    expect(cellParts(plain, (axis) => isTold(plain, axis)).join(' · ')).toBe(
      'heNormal · relu · depth 8 · width 32 · rate 0.1 · sgd · batch 64 · digits',
    );
    const other = cellOf({
      ...config,
      network: { name: 'residual', blockLayers: 2 },
      normalization: { name: 'layer' },
    });
    expect(cellParts(other, (axis) => isTold(other, axis)).join(' · ')).toContain(
      'relu · residual · layer normalization · depth 8',
    );
  });

  it('name the cell that a trial belongs to: every axis but the seed', () => {
    const cell = cellOf(config);
    expect(cell).toEqual({
      initializer: 'heNormal',
      activation: 'relu',
      network: 'mlp',
      normalization: 'none',
      depth: 8,
      width: 32,
      learningRate: 0.1,
      optimizer: 'sgd',
      batchSize: 64,
      dataset: 'digits',
    });
    expect(cellOf({ ...config, seed: 4 })).toEqual(cell);
    expect(cellParts(cell, () => true).join(' · ')).toBe(
      'heNormal · relu · mlp · no normalization · depth 8 · width 32 · rate 0.1 · sgd · batch 64 · digits',
    );
  });
});
