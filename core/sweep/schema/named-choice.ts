import { z } from 'zod';
import { whatIsAllowed } from '../mistakes/did-you-mean.ts';

/** How one member of a union of named things, such as `heNormal`, is written in a sweep file. */
interface ChoiceForm<Parameters> {
  readonly aliases?: readonly string[];
  readonly parameters: { readonly [Key in keyof Parameters]-?: z.ZodType<Parameters[Key]> };
  /** One sentence for an editor. */
  readonly description: string;
}

type Named = { readonly name: string };

/** The parameters of the member of the union that has this name. */
type ParametersOf<Choice extends Named, Name> = Choice extends unknown
  ? Name extends Choice['name']
    ? Omit<Choice, 'name'>
    : never
  : never;

/** A form for every member of the union, so that none is forgotten and none has a parameter that its type lacks. */
export type ChoiceForms<Choice extends Named> = {
  readonly [Name in Choice['name']]: ChoiceForm<ParametersOf<Choice, Name>>;
};

/**
 * Schema of a union of named things. A file gives the bare name where every parameter has a default, or an object with `name` and
 * parameters; aliases are accepted and become the canonical name.
 *
 * @param kind what it is, for messages and for the JSON Schema's definition, such as `initializer`
 */
export function namedChoice<Choice extends Named>(kind: string, forms: ChoiceForms<Choice>): z.ZodType<Choice> {
  const names = Object.keys(forms);
  const aliases: string[] = [];
  const bare: string[] = [];
  const members = Object.entries<ChoiceForm<object>>(forms).map(([name, form]) => {
    const spellings: [string, ...string[]] = [name, ...(form.aliases ?? [])];
    aliases.push(...spellings.slice(1));
    const member = z
      .strictObject({ name: z.enum(spellings), ...(form.parameters as Readonly<Record<string, z.ZodType>>) })
      .describe(form.description)
      .transform((written) => ({ ...written, name }));
    if (member.safeParse({ name }).success) bare.push(...spellings);
    return member;
  });

  const unknown = (word: string) => `is an unknown ${kind}${whatIsAllowed(word, names, aliases)}`;
  const written = z.discriminatedUnion('name', members as [(typeof members)[0], ...typeof members], {
    error: ({ code, input }) => {
      if (code !== 'invalid_union') return undefined;
      const word = (input as { readonly name?: unknown }).name;
      if (typeof word === 'string') return unknown(word);
      return `${word === undefined ? 'is missing' : `must be a string`}; allowed: ${names.join(', ')}`;
    },
  });
  const byName = z
    .enum(bare as [string, ...string[]], {
      error: ({ input }) => {
        if (input === undefined) return 'is missing';
        if (typeof input !== 'string') return `must be the name of a known ${kind}, or an object with "name"`;
        return names.includes(input) || aliases.includes(input)
          ? `needs parameters: write it as an object, {"name": ${JSON.stringify(input)}, ...}`
          : unknown(input);
      },
    })
    .transform((name) => written.parse({ name }));
  return z.union([byName, written]).meta({ id: kind }) as unknown as z.ZodType<Choice>;
}
