import { UserError } from '../core/errors.ts';

/** The value of an option, from 1 to `most`. Throws UserError that names the option. */
export function wholeNumber(option: string, text: string, most: number): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1 || value > most) {
    throw new UserError(`${option} takes a whole number from 1 to ${most}, not ${text}`);
  }
  return value;
}
