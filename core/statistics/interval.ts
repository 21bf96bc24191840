/** The confidence of every interval that this project states. */
export const confidence = 0.95;

/** The standard normal quantile at 1 - (1 - confidence) / 2. */
export const normalQuantile = 1.959963984540054;

/** Where a quantity lies with the stated confidence; null: no bound can be given on that side. */
export interface Interval {
  readonly low: number | null;
  readonly high: number | null;
}
