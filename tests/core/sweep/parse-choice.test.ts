import { describe, expect, it } from 'vitest';
import { UserError } from '../../../core/errors.ts';
import { parseActivation, parseInitializer } from '../../../core/sweep/parse-choice.ts';
import { activationLabel, initializerLabel } from '../../../core/trial/labels.ts';
import { everyActivation } from '../activations/every-activation.ts';

describe('a choice written on one line', () => {
  it.each([
    ['heNormal', { name: 'heNormal', mode: 'fanIn', slope: 'activation' }],
    ['kaimingNormal', { name: 'heNormal', mode: 'fanIn', slope: 'activation' }],
    ['normal(sd=0.01)', { name: 'normal', sd: 0.01 }],
    ['glorotUniform( gain = secondMoment )', { name: 'glorotUniform', gain: 'secondMoment' }],
    ['sparse(k=3, sd=2)', { name: 'sparse', k: 3, sd: 2 }],
  ])('%s is read with its defaults', (text, expected) => {
    const initializer = parseInitializer(text);
    expect(initializer).toEqual(expected);
    expect(parseInitializer(initializerLabel(initializer))).toEqual(initializer);
  });

  it('reads every label of an activation back', () => {
    for (const activation of everyActivation) expect(parseActivation(activationLabel(activation))).toEqual(activation);
  });

  it.each([
    [() => parseInitializer('heNormall'), 'did you mean "heNormal"?'],
    [() => parseActivation('tanhh'), 'did you mean "tanh"?'],
    [() => parseInitializer('normal'), 'needs parameters'],
    [() => parseInitializer('normal(sdd=1)'), 'sd'],
    [() => parseInitializer('normal(sd=-1)'), 'more than 0'],
    [() => parseInitializer('normal(0.01)'), 'name(key=value'],
  ])('tells a mistake with what is allowed', (parse, part) => {
    expect(parse).toThrow(UserError);
    expect(parse).toThrow(part);
  });
});
