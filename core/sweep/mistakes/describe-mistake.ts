import type { z } from 'zod';
import { whatIsAllowed } from './did-you-mean.ts';

const articles: Readonly<Record<string, string>> = {
  string: 'a string',
  number: 'a finite number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
};

/**
 * zod's error map for sweep files: one sentence without the path and the value, which the reader gets beside it.
 * Of several unknown keys each gets a line of its own, in the order of the issue's `keys`.
 */
export const describeMistake: z.core.$ZodErrorMap = (issue) => {
  if (issue.input === undefined) return 'is missing';
  switch (issue.code) {
    case 'invalid_type':
      return `must be ${articles[issue.expected] ?? issue.expected}${issue.expected === 'int' ? '' : `, not ${kindOf(issue.input)}`}`;
    case 'invalid_value':
      return typeof issue.input === 'string'
        ? `is unknown${whatIsAllowed(issue.input, issue.values.map(String))}`
        : `must be ${issue.values.map((value) => JSON.stringify(value)).join(' or ')}`;
    case 'invalid_union':
      return describeDiscriminator(issue);
    case 'unrecognized_keys':
      return issue.keys.map((key) => `is an unknown key${whatIsAllowed(key, keysOf(issue.inst))}`).join('\n');
    case 'too_small':
      return issue.origin === 'array'
        ? 'must list at least one value'
        : `must be ${issue.inclusive ? 'at least' : 'more than'} ${issue.minimum}`;
    case 'too_big':
      if (issue.origin === 'string') return `must be no longer than ${issue.maximum} characters`;
      return `must be ${issue.inclusive ? 'at most' : 'less than'} ${issue.maximum}`;
    default:
      return undefined;
  }
};

function describeDiscriminator(issue: z.core.$ZodRawIssue<z.core.$ZodIssueInvalidUnion>): string {
  if (issue.discriminator === undefined || !Array.isArray(issue.options))
    return 'has none of the forms that are allowed here';
  const word = (issue.input as Readonly<Record<string, unknown>>)[issue.discriminator];
  const allowed = issue.options.map(String);
  if (word === undefined) return `is missing; allowed: ${allowed.join(', ')}`;
  return typeof word === 'string'
    ? `is unknown${whatIsAllowed(word, allowed)}`
    : `must be one of ${allowed.join(', ')}`;
}

function keysOf(schema: unknown): string[] {
  const definition = (schema as z.core.$ZodType)._zod.def as { readonly shape?: object };
  return Object.keys(definition.shape ?? {});
}

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'number') return Number.isFinite(value) ? 'a number' : String(value);
  if (typeof value === 'string') return 'a string';
  if (typeof value === 'boolean') return String(value);
  return typeof value === 'object' ? 'an object' : typeof value;
}
