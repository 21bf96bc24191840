import { z } from 'zod';
import { whatIsAllowed } from '../mistakes/did-you-mean.ts';

/** Largest seed: it fits a signed 32-bit column. */
export const largestSeed = 2 ** 31 - 1;

/** A number with its least and largest value. */
export function numberBetween(low: number, high: number, description: string): z.ZodNumber {
  return z.number().min(low).max(high).describe(description);
}

/** A number above 0. */
export function positiveUpTo(high: number, description: string): z.ZodNumber {
  return z.number().positive().max(high).describe(description);
}

/** A whole number with its least and largest value. */
export function wholeBetween(low: number, high: number, description: string): z.ZodNumber {
  return z.int().min(low).max(high).describe(description);
}

/** A seed of anything random. */
export function seed(description: string): z.ZodNumber {
  return wholeBetween(0, largestSeed, description);
}

/** A number, or a word that stands for one. */
export function numberOrWord<const Word extends string>(number: z.ZodNumber, words: readonly Word[]) {
  const word = z.enum(words, {
    error: ({ input }) => {
      if (typeof input === 'string') return `is unknown${whatIsAllowed(input, words)}, or a number`;
      return input === undefined ? 'is missing' : `must be a number, or one of ${words.join(', ')}`;
    },
  });
  return z.union([word, number]);
}
