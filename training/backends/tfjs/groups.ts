/**
 * How many slots one op may be run on at once. A library picks its kernels by the shapes of its arguments, so a slot's
 * bits could depend on how many others are stacked with it. Groups keep that from happening: where there are fewer slots in
 * use than `fewest`, the first of them is computed several times and the copies are thrown away.
 */
export interface GroupSizes {
  readonly fewest: number;
  readonly most: number;
}

/** Slots that are computed together: those in use, then copies of the first that fill up the group. */
export interface Group {
  readonly slots: readonly number[];
  /** How many of `slots`, from the first on, are in use. */
  readonly used: number;
}

/** Cuts the slots in use into groups, in their order. */
export function groupsOf(slots: readonly number[], { fewest, most }: GroupSizes): Group[] {
  const groups: Group[] = [];
  for (let start = 0; start < slots.length; start += most) {
    const used = slots.slice(start, start + most);
    const copies = Array.from({ length: Math.max(0, fewest - used.length) }, () => used[0]!);
    groups.push({ slots: [...used, ...copies], used: used.length });
  }
  return groups;
}
