import { BugError } from '../core/errors.ts';

/** One NaN makes every mean and maximum over it NaN: the trainer writes null and a state instead. Throws BugError that names the field. */
export function requireFinite(record: object): void {
  for (const [field, value] of Object.entries(record)) {
    if (typeof value === 'number' && !Number.isFinite(value)) {
      throw new BugError(`${field} is ${value}; numbers that are stored are finite or null.`, { record });
    }
  }
}
