import { describe, expect, it } from 'vitest';
import { explainCommand } from '../../../cli/commands/explain.ts';
import { explainDepth } from '../../../cli/explain/explain-depth.ts';
import { explainLayer } from '../../../cli/explain/explain-layer.ts';
import { UserError } from '../../../core/errors.ts';
import { parseActivation, parseInitializer } from '../../../core/sweep/parse-choice.ts';
import { initializerCatalogue } from '../../../core/initializers/initializer-catalogue.ts';

function layer(initializer: string, activation: string): string {
  return explainLayer(parseInitializer(initializer), {
    fanIn: 512,
    fanOut: 256,
    activation: parseActivation(activation),
  }).join('\n');
}

describe('explain', () => {
  it('tells heNormal with its exact numbers and source', () => {
    const text = layer('kaimingNormal', 'relu');
    expect(text).toContain('He, Zhang, Ren, Sun 2015');
    // sqrt(2 / 512) is 1 / 16.
    expect(text).toMatch(/sd +0\.0625\n/);
    expect(text).toMatch(/variance +0\.003906\n/);
    expect(text).toMatch(/bounds +none/);
    expect(text).toContain('They agree');
    expect(text).toContain('become 1 (1 keeps them)');
    expect(text).toContain('multiplied by 0.5 (1 keeps it)');
  });

  it('tells the bounds of a uniform one, and why the gains of tanh differ', () => {
    const text = layer('xavierUniform', 'tanh');
    // sqrt(6 / 768) = 0.088388.
    expect(text).toContain('[-0.08839, 0.08839]');
    expect(text).toContain('1.667');
    expect(text).toContain('1.593');
    expect(text).toContain('LeCun et al. 1998');
  });

  it('can tell every initializer of the catalogue', () => {
    const parameters: Readonly<Record<string, string>> = {
      constant: '(value=0.1)',
      meanField: '(sigmaW=1.2)',
      normal: '(sd=0.01)',
      truncatedNormal: '(sd=0.01)',
      uniform: '(limit=0.01)',
    };
    for (const [name, { source }] of Object.entries(initializerCatalogue)) {
      expect(layer(`${name}${parameters[name] ?? ''}`, 'tanh')).toContain(source);
    }
  });

  it('predicts a deep network, output layer included', () => {
    const lines = explainDepth({
      initializer: parseInitializer('glorotNormal'),
      activation: parseActivation('relu'),
      layerSizes: [128, ...Array<number>(30).fill(128), 128],
    }).join('\n');
    expect(lines).toContain('6.349e-10');
    expect(lines).toContain('3.052e-5');
    expect(lines).toContain('output');
    expect(lines).toContain('Hanin, Rolnick 2018');
  });

  it('says where theory is silent', () => {
    const network = { activation: parseActivation('relu'), layerSizes: [4, 4, 4] };
    expect(explainDepth({ ...network, initializer: parseInitializer('constant(value=1)') })).toHaveLength(1);
  });

  it('refuses sizes that are none', () => {
    const options = {
      fanIn: '0',
      fanOut: '1',
      activation: 'relu',
      outputs: '10',
      network: 'mlp',
      normalization: 'none',
    };
    const odd = { ...options, fanIn: '4', network: 'residual', depth: '3' };
    expect(() => explainCommand('heNormal', odd)).toThrow('residual needs a depth of two blocks or more');
    expect(() => explainCommand('heNormal', options)).toThrow(UserError);
    expect(() => explainCommand('heNormal', options)).toThrow('--fan-in takes a whole number');
  });

  it('predicts residual and normalized networks, and says plainly where there is no theory', () => {
    const network = {
      initializer: parseInitializer('heNormal'),
      activation: parseActivation('relu'),
      layerSizes: [128, ...Array<number>(8).fill(128), 128],
    };
    const residual = explainDepth({ ...network, network: { name: 'residual', blockLayers: 1 } }).join('\n');
    expect(residual).toContain('with relu, residual(blockLayers=1), unit inputs');
    // He adds as much variance as there is: it doubles with every block, 2^8 at layer 8.
    expect(residual).toMatch(/8\s+│?\s*256/);
    expect(explainDepth({ ...network, normalization: { name: 'layer' } }).join('\n')).toContain('layer normalization');
    expect(explainDepth({ ...network, network: { name: 'convolution', kernelSize: 3 } })).toEqual([
      expect.stringMatching(/^No theory here: .* convolution/),
    ]);
    expect(explainDepth({ ...network, normalization: { name: 'batch' } })).toEqual([
      expect.stringMatching(/^No theory here: batch normalization/),
    ]);
  });
});
