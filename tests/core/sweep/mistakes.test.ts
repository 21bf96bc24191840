import { readFileSync, readdirSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UserError } from '../../../core/errors.ts';
import { defaultLimits } from '../../../core/sweep/limits.ts';
import { parseSweep } from '../../../core/sweep/parse-sweep.ts';
import type { SweepSpec } from '../../../core/sweep/sweep-spec.ts';
import { mistakes, refusal, sweepFile } from './sweep-inputs.ts';

const folder = new URL('../../../examples/mistakes/', import.meta.url);
const mistaken = (name: string): unknown => JSON.parse(readFileSync(new URL(name, folder), 'utf8'));

describe('mistakes in a sweep file', () => {
  it.each(readdirSync(folder))('are told for examples/mistakes/%s, all at once', (name) => {
    const error = refusal(mistaken(name));
    expect(error.issues.length).toBeGreaterThan(3);
    expect(error.message.split('\n')).toHaveLength(1 + error.issues.length);
    expect(error.message).toMatchSnapshot();
  });

  it('come with path, value and the word that was meant', () => {
    expect(refusal(sweepFile({ axes: { initializer: ['heNormal', 'He-Norml'] } })).issues).toEqual([
      {
        path: 'axes.initializer[1]',
        value: '"He-Norml"',
        message: 'is an unknown initializer; did you mean "heNormal"?',
      },
    ]);
  });

  it('come with all that is allowed where no word is close', () => {
    const message = mistakes({ axes: { activation: 'banana' } })['axes.activation'];
    expect(message).toMatch(/^is an unknown activation; allowed: relu, leakyRelu, .*, linear$/);
  });

  it.each<[string, Parameters<typeof mistakes>[0], string, RegExp]>([
    ['a missing axis', { axes: { depth: undefined } }, 'axes.depth', /^is missing$/],
    ['a missing parameter', { axes: { initializer: { name: 'normal' } } }, 'axes.initializer.sd', /^is missing$/],
    ['a bare name that needs parameters', { axes: { initializer: 'normal' } }, 'axes.initializer', /needs parameters/],
    [
      'an object without a name',
      { axes: { initializer: { sd: 1 } } },
      'axes.initializer.name',
      /^is missing; allowed: zeros/,
    ],
    ['a number in quotes', { axes: { depth: '8' } }, 'axes.depth', /^must be a finite number, not a string$/],
    [
      'a parameter out of range',
      { axes: { activation: { name: 'elu', alpha: 11 } } },
      'axes.activation.alpha',
      /at most 10/,
    ],
    [
      'a word for a gain',
      { axes: { initializer: { name: 'orthogonal', gain: 'x' } } },
      'axes.initializer.gain',
      /or a number$/,
    ],
    [
      'a key in an object',
      { axes: { initializer: { name: 'normal', sd: 1, Sd: 2 } } },
      'axes.initializer.Sd',
      /did you mean "sd"/,
    ],
    ['an empty axis', { axes: { depth: [] } }, 'axes.depth', /at least one value/],
    ['too many values', { axes: { seed: Array.from({ length: 257 }, (_, i) => i) } }, 'axes.seed', /limit of 256/],
    ['a fractional depth', { axes: { depth: 1.5 } }, 'axes.depth', /^must be a whole number$/],
    ['a negative seed', { axes: { seed: -1 } }, 'axes.seed', /at least 0/],
    ['seeds beyond the largest', { axes: { seed: { from: 2 ** 31 - 1, count: 2 } } }, 'axes.seed', /largest seed/],
    [
      'a value given twice',
      { axes: { optimizer: ['sgd'] }, training: { optimizer: 'adam' } },
      'training.optimizer',
      /axes\.optimizer/,
    ],
    [
      'the same under an alias',
      { axes: { initializer: ['xavierUniform', 'glorotUniform'] } },
      'axes.initializer[1]',
      /repeats axes\.initializer\[0\]/,
    ],
    [
      'a default spelled out',
      { axes: { activation: ['elu', { name: 'elu', alpha: 1 }] } },
      'axes.activation[1]',
      /repeats/,
    ],
    ['rates that differ', { axes: { optimizer: ['sgd', 'adam'] } }, 'training.learningRate', /sgd 0\.1, adam 0\.001/],
    ['mixed tasks', { axes: { dataset: ['digits', 'teacher'] } }, 'axes.dataset', /mixes/],
    ['a loss that does not fit', { training: { loss: 'huber' } }, 'training.loss', /allowed: crossEntropy/],
    [
      'accuracy of a regression',
      { training: { dataset: 'teacher', target: { metric: 'trainAccuracy', threshold: 1 } } },
      'training.target.metric',
      /regression/,
    ],
    ['a stop without target', { training: { stopAtTarget: true } }, 'training.stopAtTarget', /needs a target/],
    [
      'a batch beyond the data',
      { training: { batchSize: 1439 } },
      'training.batchSize',
      /1438 training examples of digits/,
    ],
    ['steps beyond the limit', { training: { epochs: 700, batchSize: 1 } }, 'training.epochs', /1006600 steps/],
    [
      'trials beyond the limit',
      { axes: { seed: { count: 256 }, width: Array.from({ length: 50 }, (_, i) => i + 1) } },
      'axes',
      /102400 trials/,
    ],
    ['a probe after the end', { probes: { epochs: [6] } }, 'probes.epochs[0]', /training\.epochs is 5/],
    [
      'an exclusion of nothing',
      { exclude: [{ initializer: 'heUniform' }] },
      'exclude[0].initializer',
      /did you mean|allowed: heNormal, glorotUniform/,
    ],
    [
      'a number that is not on the axis',
      { exclude: [{ depth: [2, 3] }] },
      'exclude[0].depth[1]',
      /is no value of the axis depth/,
    ],
    ['an empty exclusion', { exclude: [{}] }, 'exclude[0]', /names no axis/],
    ['an exclusion of everything', { exclude: [{ depth: 2 }, { depth: 4 }] }, 'exclude', /leaves no trial/],
    [
      'deltaOrthogonal without a convolution',
      { axes: { initializer: ['heNormal', 'deltaOrthogonal'] } },
      'axes.initializer[1]',
      /deltaOrthogonal is an initializer of convolution networks only, not of mlp: .* exclude/,
    ],
    [
      'fixup with a network that is not residual',
      { axes: { initializer: 'fixup', network: ['residual', 'mlp'] } },
      'axes.initializer',
      /fixup is an initializer of residual networks only, not of mlp/,
    ],
    [
      'a convolution on data that are no images',
      { axes: { network: 'convolution' }, training: { dataset: 'spirals' } },
      'axes.network',
      /needs images, which spirals does not hold/,
    ],
    [
      'a depth that holds no two blocks',
      { axes: { depth: [2, 4] }, training: { network: 'residual' } },
      'training.network',
      /depth of two blocks or more of 2 layers each, not 2: choose 4, 6/,
    ],
    [
      'a depth that is no multiple of the blocks',
      { axes: { depth: 8, network: { name: 'residual', blockLayers: 3 } } },
      'axes.network',
      /residual\(blockLayers=3\) needs .*, not 8: choose 6, 9/,
    ],
    [
      'an even kernel',
      { axes: { network: { name: 'convolution', kernelSize: 4 } } },
      'axes.network.kernelSize',
      /must be odd/,
    ],
    [
      'batch normalization of single examples',
      { axes: { normalization: ['none', 'batch'], batchSize: 1 }, training: { epochs: 1 } },
      'axes.normalization[1]',
      /needs two examples or more/,
    ],
    [
      'a network given twice',
      { axes: { network: 'residual', depth: 4 }, training: { network: 'mlp' } },
      'training.network',
      /axes\.network already/,
    ],
    [
      'an unknown network',
      { axes: { network: 'transformer' } },
      'axes.network',
      /allowed: mlp, residual, convolution$/,
    ],
    [
      'an activation without critical point',
      { axes: { initializer: { name: 'critical', sigmaB: 1 } } },
      'axes.initializer',
      /relu is critical with sigmaB = 0 only/,
    ],
  ])('tell %s', (_what, changes, path, message) => {
    expect(mistakes(changes)[path]).toMatch(message);
  });

  it('are none where combinations that cannot be trained are excluded', () => {
    const spec = parseSweep(
      sweepFile({
        axes: {
          initializer: ['heNormal', 'fixup', 'deltaOrthogonal'],
          network: ['mlp', 'residual', 'convolution'],
          dataset: ['digits', 'spirals'],
        },
        exclude: [
          { initializer: 'fixup', network: ['mlp', 'convolution'] },
          { initializer: 'deltaOrthogonal', network: ['mlp', 'residual'] },
          { network: 'convolution', dataset: 'spirals' },
          { network: 'residual', depth: 2 },
        ],
      }),
    );
    expect(spec.axes.network.map(({ name }) => name)).toEqual(['mlp', 'residual', 'convolution']);
  });

  it.each(['.', '..', 'a..b', '-a', 'A', '', 'a/b', 'a'.repeat(64), 'x\n'])('include the name %j', (name) => {
    expect(Object.keys(mistakes({ name }))).toEqual(['name']);
  });

  it.each(['/etc/passwd', '../x', 'a/../../x', 'a/..', '..', 'C:/x', 'a\\b', '', 'a\u0000b'])(
    'include the path %j, which leads out of the dataset folder',
    (path) => {
      const dataset = { name: 'csv', path, target: 'y', task: 'classification' };
      expect(Object.keys(mistakes({ training: { dataset } }))).toEqual(['training.dataset.path']);
    },
  );

  it.each(['iris.csv', 'a/b.csv', '..a/b..csv', 'with space.csv'])('do not include the path %j', (path) => {
    const dataset = { name: 'csv', path, target: 'y', task: 'classification' };
    expect(parseSweep(sweepFile({ training: { dataset } })).axes.dataset[0]).toMatchObject({ path });
  });

  it.each([NaN, Infinity, -Infinity])('include %d', (value) => {
    const file = sweepFile() as { axes: { depth: unknown } };
    file.axes.depth = value;
    expect(refusal(file).issues).toMatchObject([{ path: 'axes.depth', value: `"${value}"` }]);
  });

  it('include __proto__ wherever it stands, and it reaches no prototype', () => {
    const file = JSON.parse(
      '{"__proto__": {"polluted": 1}, "name": "a", "axes": {"__proto__": {"depth": 1}, "initializer": {"__proto__": 1, "name": "zeros"}, "activation": "relu", "seed": 1}, "training": {"epochs": 1}}',
    );
    const paths = refusal(file).issues.map(({ path }) => path);
    expect(paths).toEqual(
      expect.arrayContaining(['__proto__', 'axes.__proto__', 'axes.initializer.__proto__', 'axes.depth']),
    );
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });

  it('are one only where the input is too large or nested too deeply to be read', () => {
    let nested: unknown = 1;
    for (let i = 0; i < 100_000; i++) nested = [nested];
    expect(refusal(sweepFile({ name: 'x'.repeat(defaultLimits.inputBytes) })).issues).toHaveLength(1);
    expect(refusal({ axes: nested }).message).toContain('nested too deeply');
  });

  it('stay readable however many they are', () => {
    const initializer = Array.from({ length: 250 }, (_, i) => `wrong${i}`);
    const error = refusal(sweepFile({ axes: { initializer } }));
    expect(error.issues).toHaveLength(250);
    expect(error.message.split('\n')).toHaveLength(102);
    expect(error.message).toContain('and 150 more');
  });

  it('are the only answer to any input: never a crash', () => {
    fc.assert(
      fc.property(fc.oneof(fc.jsonValue({ maxDepth: 6 }), fc.anything()), (input) => {
        expect(() => parseSweep(input)).toThrow(UserError);
      }),
      { numRuns: 500 },
    );
  });

  it('are the only answer to a good file with any value in any place, where it is not accepted', () => {
    const good = mistaken('../all-axes.json') as object;
    const odd = fc.oneof(
      fc.constantFrom(NaN, Infinity, -0, null, '', '__proto__', 'constructor', [], {}, 1e308, -1, [[]]),
      fc.anything({ maxDepth: 3 }),
    );
    fc.assert(
      fc.property(fc.constantFrom(...placesIn(good)), odd, (place, value) => {
        const spec = parsedOrNull(replaced(good, place, value));
        expect(JSON.parse(JSON.stringify(spec))).toEqual(spec);
      }),
      { numRuns: 1000 },
    );
  });
});

/** Null for a file with mistakes; any other error than the one that tells them passes through. */
function parsedOrNull(input: unknown): SweepSpec | null {
  try {
    return parseSweep(input);
  } catch (error) {
    if (error instanceof UserError && error.issues.length > 0) return null;
    throw error;
  }
}

type Place = readonly string[];

function placesIn(value: unknown, at: Place = []): Place[] {
  if (typeof value !== 'object' || value === null) return [at];
  return [at, ...Object.entries(value).flatMap(([key, member]) => placesIn(member, [...at, key]))];
}

function replaced(value: unknown, [key, ...rest]: Place, by: unknown): unknown {
  if (key === undefined) return by;
  const entries = Object.entries(value as object).map(([name, member]) => [
    name,
    name === key ? replaced(member, rest, by) : (member as unknown),
  ]);
  return Array.isArray(value) ? entries.map(([, member]) => member) : Object.fromEntries(entries);
}
