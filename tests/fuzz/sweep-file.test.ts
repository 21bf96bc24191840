import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseSweepText } from '../../cli/sweep-file.ts';
import { UserError } from '../../core/errors.ts';
import { parseSweep } from '../../core/sweep/parse-sweep.ts';
import { createPlan } from '../../core/sweep/plan.ts';

/** Inputs of each property; `SWEEP_FUZZ_RUNS=50000 npx vitest run tests/fuzz` tries 100,000 in all. */
const numRuns = Number(process.env['SWEEP_FUZZ_RUNS'] ?? 500);
/** A parser that takes so long for one file hangs, as far as a person is concerned; the largest file allowed takes a tenth. */
const hangMs = 10_000;

const folder = new URL('../../examples/', import.meta.url);
const texts = readdirSync(folder)
  .filter((name) => name.endsWith('.json') && !name.endsWith('.schema.json'))
  .map((name) => readFileSync(new URL(name, folder), 'utf8'));

type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** What people and attackers put where something else belongs. */
const oddValue: fc.Arbitrary<Json> = fc.oneof(
  fc.jsonValue({ maxDepth: 4 }) as fc.Arbitrary<Json>,
  fc.constantFrom<Json>(
    -0,
    1e308,
    2 ** 53 + 1,
    1e-320,
    '',
    '../../etc/passwd',
    'a'.repeat(10_000),
    '\u0000',
    '__proto__',
  ),
  fc.integer({ min: 1, max: 2_000 }).map((length): Json => Array.from({ length }, (_, index) => index)),
  fc.record({ from: fc.double({ noNaN: true }), count: fc.double({ noNaN: true }) }),
  fc.integer({ min: 1, max: 60 }).map((depth) => JSON.parse('['.repeat(depth) + ']'.repeat(depth)) as Json),
  fc.constant(JSON.parse('{"__proto__": {"depth": 1}, "constructor": {"prototype": 1}}') as Json),
);

const change = fc.record({
  /** Where, as a share of all places. */
  place: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
  kind: fc.constantFrom('replace', 'remove', 'add', 'wrap'),
  key: fc.oneof(fc.string(), fc.constantFrom('__proto__', 'seed', 'width', 'name', 'toString')),
  value: oddValue,
});

/** Every list and object in a document, with the keys by which its members are reached. */
function places(document: unknown): { readonly within: Record<string, unknown>; readonly key: string }[] {
  if (typeof document !== 'object' || document === null) return [];
  return Object.entries(document).flatMap(([key, member]) => [
    { within: document as Record<string, unknown>, key },
    ...places(member),
  ]);
}

const changedFile = fc
  .record({ text: fc.constantFrom(...texts), changes: fc.array(change, { minLength: 1, maxLength: 4 }) })
  .map(({ text, changes }) => {
    const document = JSON.parse(text) as Record<string, unknown>;
    for (const { place, kind, key, value: original } of changes) {
      // Of its own: put into itself it would go round for ever, as nothing read from a file can.
      const value = structuredClone(original);
      const all = places(document);
      const at = all[Math.floor(place * all.length)];
      if (at === undefined) continue;
      if (kind === 'remove') delete at.within[at.key];
      else if (kind === 'replace') at.within[at.key] = value;
      else if (kind === 'wrap') at.within[at.key] = [at.within[at.key]];
      else Object.defineProperty(at.within, key, { value, enumerable: true, configurable: true, writable: true });
    }
    return document;
  });

/** A spec that can be planned, or a refusal that names its mistakes; anything else fails the test. */
function accepts(content: unknown): boolean {
  const startedMs = performance.now();
  try {
    const spec = parseSweep(content);
    const plan = createPlan(spec);
    plan.at(0);
    return true;
  } catch (error) {
    const isUseful = error instanceof UserError && error.issues.length > 0 && error.message.length < 100_000;
    if (!isUseful) throw error;
    return false;
  } finally {
    expect(performance.now() - startedMs).toBeLessThan(hangMs);
  }
}

test(
  'a sweep file with anything in it is planned or refused with its mistakes, and changes nothing else',
  { timeout: 3_600_000 },
  () => {
    const seen = { accepted: 0, refused: 0 };
    fc.assert(
      fc.property(
        fc.oneof({ weight: 9, arbitrary: changedFile }, { weight: 1, arbitrary: fc.anything() }),
        (content) => {
          seen[accepts(content) ? 'accepted' : 'refused'] += 1;
          expect(({} as { depth?: unknown }).depth).toBeUndefined();
        },
      ),
      { numRuns },
    );
    // A fuzzer whose files are all good, or all bad, looks at one half only.
    expect(seen.accepted).toBeGreaterThan(0);
    expect(seen.refused).toBeGreaterThan(0);
  },
);

test('a text with anything in it is read or refused with a place', { timeout: 3_600_000 }, () => {
  const splice = fc.record({
    text: fc.constantFrom(...texts),
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    length: fc.integer({ min: 0, max: 40 }),
    piece: fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom('{', ']', '&a *a', '<<: ', '!!js/function x', '- '.repeat(500), '\t'),
    ),
    name: fc.constantFrom('sweep.json', 'sweep.yaml'),
  });
  const seen = { read: 0, refused: 0 };
  fc.assert(
    fc.property(splice, ({ text, at, length, piece, name }) => {
      const from = Math.floor(at * text.length);
      let content: unknown;
      try {
        content = parseSweepText(text.slice(0, from) + piece + text.slice(from + length), name);
      } catch (error) {
        if (!(error instanceof UserError && error.message.includes(name))) throw error;
        seen.refused += 1;
        return;
      }
      accepts(content);
      seen.read += 1;
    }),
    { numRuns },
  );
  expect(seen.read).toBeGreaterThan(0);
  expect(seen.refused).toBeGreaterThan(0);
});
