/** The number, or null where it is none that JSON and SQL can hold. */
export function finiteOrNull(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}
