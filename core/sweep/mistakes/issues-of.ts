import type { z } from 'zod';
import { UserError, type Issue } from '../../errors.ts';

/** Mistakes told in the text of an error; the others are in its `issues` only. */
const told = 100;
const valueLength = 80;
const plainKey = /^[\w$-]{1,40}$/;

/** The issues of a failed parse, those within unions brought to the surface, with dotted paths and the values that stand there. */
export function issuesOf(error: z.ZodError, input: unknown): Issue[] {
  return error.issues
    .flatMap((issue) => surface(issue, [], input))
    .map(({ path, message }) => issueAt(input, path, message));
}

/** One mistake at a path of the input. */
export function issueAt(input: unknown, path: readonly PropertyKey[], message: string): Issue {
  const value = valueAt(input, path);
  const issue = { path: pathText(path), message };
  return value === undefined ? issue : { ...issue, value: shorten(jsonText(value)) };
}

/** The error that tells every mistake, a line each. */
export function mistakesError(issues: readonly Issue[]): UserError {
  const lines = issues.slice(0, told).map((issue) => {
    const value = issue.value === undefined ? '' : ` = ${issue.value}`;
    return `- ${issue.path === '' ? 'the sweep' : issue.path}${value}: ${issue.message}`;
  });
  if (issues.length > told) lines.push(`- and ${issues.length - told} more`);
  const count = issues.length === 1 ? 'a mistake' : `${issues.length} mistakes`;
  return new UserError(`The sweep file has ${count}:\n${lines.join('\n')}`, issues);
}

interface Located {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

/** Of a union only the form that fits the value is told: a list's mistakes for a list, an object's for an object. */
function surface(issue: z.core.$ZodIssue, base: readonly PropertyKey[], input: unknown): Located[] {
  const path = [...base, ...issue.path];
  if (issue.code === 'unrecognized_keys') {
    const messages = issue.message.split('\n');
    return issue.keys.map((key, i) => ({ path: [...path, key], message: messages[i]! }));
  }
  if (issue.code === 'invalid_union' && issue.errors.length > 0) {
    const value = valueAt(input, path);
    const fitting = issue.errors.find((form) => !form.some((nested) => isOfOtherKind(nested, value)));
    return (fitting ?? issue.errors[0]!).flatMap((nested) => surface(nested, path, input));
  }
  return [{ path, message: issue.message }];
}

/** Whether an issue of a union's form says that the whole value is of another kind than that form. */
function isOfOtherKind(issue: z.core.$ZodIssue, value: unknown): boolean {
  if (issue.path.length > 0) return false;
  if (issue.code === 'invalid_type') {
    return !(typeof value === 'number' && (issue.expected === 'number' || issue.expected === 'int'));
  }
  if (issue.code === 'invalid_value') return typeof value !== 'string';
  return (
    issue.code === 'invalid_union' &&
    issue.errors.length > 0 &&
    issue.errors.every((form) => form.some((nested) => isOfOtherKind(nested, value)))
  );
}

function valueAt(input: unknown, path: readonly PropertyKey[]): unknown {
  let value = input;
  for (const key of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
    value = (value as Readonly<Record<PropertyKey, unknown>>)[key];
  }
  return value;
}

/** A path as people write it: `axes.depth[1]`. */
export function pathText(path: readonly PropertyKey[]): string {
  return path
    .map((key, i) => {
      if (typeof key === 'number') return `[${key}]`;
      const name = String(key);
      return plainKey.test(name) ? `${i === 0 ? '' : '.'}${name}` : `[${shorten(JSON.stringify(name))}]`;
    })
    .join('');
}

/** JSON, but with a text for what JSON cannot say: NaN, infinities, and the kinds of values that only code can pass. */
function jsonText(value: unknown): string {
  const sayable = (_key: string, member: unknown) =>
    (typeof member === 'number' && !Number.isFinite(member)) || typeof member === 'bigint' ? String(member) : member;
  return JSON.stringify(value, sayable) ?? typeof value;
}

function shorten(text: string): string {
  return text.length <= valueLength ? text : `${text.slice(0, valueLength - 1)}…`;
}
