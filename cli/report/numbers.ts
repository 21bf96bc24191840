import type { TestMetric } from '../../core/comparison/comparison.ts';
import type { Interval } from '../../core/statistics/interval.ts';

/** `97.3 %` for an accuracy, three digits for a loss. */
export function metricText(value: number | null, metric: TestMetric): string {
  if (value === null) return '-';
  return metric === 'testAccuracy' ? `${(100 * value).toFixed(1)} %` : value.toPrecision(3);
}

/** `[low, high]`; a bound that cannot be given is `?`. Empty when neither can. */
export function intervalText({ low, high }: Interval, format: (value: number) => string): string {
  if (low === null && high === null) return '';
  const bound = (value: number | null): string => (value === null ? '?' : format(value));
  return `[${bound(low)}, ${bound(high)}]`;
}

/** `a`, `a and b`, `a, b and c`. */
export function listText(items: readonly string[]): string {
  if (items.length <= 1) return items.join('');
  return `${items.slice(0, -1).join(', ')} and ${items.at(-1) ?? ''}`;
}
