import { z } from 'zod';
import type { CatalogueEntry, CatalogueParameter, NumberRange } from '../../catalogue-entry.ts';
import type { ChoiceForms } from './named-choice.ts';
import { numberOrWord } from './parameters.ts';

/** The forms of a catalogue's entries: its aliases, ranges, words and defaults as a schema. */
export function catalogueForms<Choice extends { readonly name: string }>(
  catalogue: Readonly<Record<Choice['name'], CatalogueEntry>>,
): ChoiceForms<Choice> {
  const forms = Object.entries<CatalogueEntry>(catalogue).map(([name, { aliases, rule, source, parameters }]) => {
    const schemas = Object.entries(parameters).map(([key, parameter]) => [key, parameterSchema(parameter)]);
    return [name, { aliases, description: `${rule} (${source})`, parameters: Object.fromEntries(schemas) }];
  });
  return Object.fromEntries(forms) as ChoiceForms<Choice>;
}

function parameterSchema({ meaning, range, words, default: fallback }: CatalogueParameter): z.ZodType {
  const schema = valueSchema(range, words).describe(meaning);
  return fallback === undefined ? schema : schema.default(fallback);
}

function valueSchema(range: NumberRange | undefined, words: readonly string[] | undefined): z.ZodType {
  if (range === undefined) return z.enum(words as [string, ...string[]]);
  return words === undefined ? numberSchema(range) : numberOrWord(numberSchema(range), words);
}

function numberSchema({ least, most, above, whole }: NumberRange): z.ZodNumber {
  const number = whole ? z.int() : z.number();
  return (above ? number.gt(least) : number.min(least)).max(most);
}
