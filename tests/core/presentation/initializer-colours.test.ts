import fc from 'fast-check';
import { expect, test } from 'vitest';
import { initializerCatalogue } from '../../../core/initializers/initializer-catalogue.ts';
import {
  initializerColours,
  initializerDashes,
  initializerStyle,
} from '../../../core/presentation/initializer-colours.ts';

const names = Object.keys(initializerCatalogue);
const parameter = fc.oneof(
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.constantFrom('conventional', 'fanOut', 1, 0, 0.01, 1e-7, 1e21, -0.5),
);
const labels = fc
  .tuple(
    fc.constantFrom(...names),
    fc.option(fc.dictionary(fc.constantFrom('gain', 'sd', 'value'), parameter, { minKeys: 1 })),
  )
  .map(([name, parameters]) =>
    parameters
      ? `${name}(${Object.entries(parameters)
          .map(([key, value]) => `${key}=${String(value)}`)
          .join(', ')})`
      : name,
  );

test('each label of an initializer has exactly one colour, and one way to be dashed or none', () => {
  fc.assert(
    fc.property(labels, (label) => {
      const matching = (rules: readonly { readonly pattern: string }[]) =>
        rules.filter(({ pattern }) => new RegExp(pattern).test(label));
      expect(matching(initializerColours)).toHaveLength(1);
      expect(matching(initializerDashes).length).toBeLessThanOrEqual(1);
    }),
  );
});

test('no two initializers without parameters look alike', () => {
  const looks = names.map((name) => JSON.stringify([initializerStyle(name).colour, initializerStyle(name).dash]));
  expect(new Set(looks).size).toBe(names.length);
});

test('usual spreads of one rule look different', () => {
  const colours = ['0.001', '0.01', '0.1', '1'].map((sd) => initializerStyle(`normal(sd=${sd})`).colour);
  expect(new Set(colours).size).toBe(4);
});

test('an unknown label is drawn all the same', () => {
  expect(initializerStyle('somethingElse')).toEqual(initializerStyle('normal'));
});
