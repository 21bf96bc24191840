import { BugError } from '../errors.ts';

/**
 * Mean of the middle half: floor(n / 4) values are cut from either end, so that one seed that went wrong or one lucky one does not
 * decide (Agarwal et al. 2021; as SciPy's `trim_mean(values, 0.25)`). Throws BugError when there is no value.
 */
export function interquartileMean(values: readonly number[]): number {
  if (values.length === 0) throw new BugError('An interquartile mean needs a value.');
  const cut = Math.floor(values.length / 4);
  const middle = values.toSorted((a, b) => a - b).slice(cut, values.length - cut);
  return middle.reduce((sum, value) => sum + value, 0) / middle.length;
}
