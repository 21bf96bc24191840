import { ApplicationFailure } from '@temporalio/workflow';

/** What a person asked for, as it came: each reader throws a UserError that says what was expected. */

export function readPause(input: unknown): { readonly now: boolean } {
  const { now = false } = membersOf(input ?? {}, ['now'], '{"now": true} or nothing');
  if (typeof now !== 'boolean') throw refusal(`now is ${show(now)}: expected true or false`);
  return { now };
}

/** `values` null: as many seeds as `count` says, whichever come next. */
export function readSeeds(input: unknown): { readonly count: number; readonly values: readonly number[] | null } {
  const expected = '{"count": 5} or {"seeds": [11, 12]}';
  const { count, seeds } = membersOf(input, ['count', 'seeds'], expected);
  if ((count === undefined) === (seeds === undefined)) throw refusal(`expected ${expected}`);
  if (seeds !== undefined) {
    const values = wholeNumbers(seeds, 'seeds', 0);
    return { count: values.length, values };
  }
  if (!isWhole(count, 1) || count > mostValues) {
    throw refusal(`count is ${show(count)}: expected a whole number from 1 to ${mostValues}`);
  }
  return { count, values: null };
}

export function readValues(input: unknown, name: 'depths' | 'widths'): readonly number[] {
  return wholeNumbers(membersOf(input, [name], `{"${name}": [12, 16]}`)[name], name, 1);
}

export function readConcurrency(input: unknown, largest: number): number {
  const { concurrency } = membersOf(input, ['concurrency'], '{"concurrency": 32}');
  if (!isWhole(concurrency, 1) || concurrency > largest) {
    throw refusal(`concurrency is ${show(concurrency)}: expected a whole number from 1 to ${largest}`);
  }
  return concurrency;
}

/** The failure of an update that a person has to word differently, or to send at another time. */
export function refusal(message: string): ApplicationFailure {
  return ApplicationFailure.nonRetryable(message, 'UserError');
}

/** What the database's columns hold, and the largest seed that a sweep file may have. */
const largestWhole = 2 ** 31 - 1;

/** Of one request; the limit on an axis's values, which a worker knows, is usually far below. */
const mostValues = 10_000;

function wholeNumbers(values: unknown, name: string, from: number): readonly number[] {
  if (!Array.isArray(values) || values.length === 0 || !values.every((value) => isWhole(value, from))) {
    throw refusal(`${name} is ${show(values)}: expected a list of whole numbers from ${from}`);
  }
  if (values.length > mostValues)
    throw refusal(`${name} lists ${values.length} numbers: expected at most ${mostValues}`);
  if (new Set(values).size < values.length) throw refusal(`${name} is ${show(values)}: expected each number once`);
  return values as readonly number[];
}

function isWhole(value: unknown, from: number): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= from && value <= largestWhole;
}

function membersOf<Name extends string>(
  input: unknown,
  names: readonly Name[],
  expected: string,
): Partial<Record<Name, unknown>> {
  const isObject = typeof input === 'object' && input !== null && !Array.isArray(input);
  if (!isObject) throw refusal(`expected ${expected}, got ${show(input)}`);
  const unknown = Object.keys(input).filter((name) => !names.includes(name as Name));
  if (unknown.length > 0) throw refusal(`${unknown.join(', ')} is not known: expected ${expected}`);
  return input as Partial<Record<Name, unknown>>;
}

function show(value: unknown): string {
  return value === undefined ? 'missing' : JSON.stringify(value).slice(0, 80);
}
