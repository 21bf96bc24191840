import { countOutside, type ExcludedBox } from './exclusions.ts';
import type { Addition, AxisName } from './sweep-spec.ts';

/**
 * Digits of a trial's number, most significant first. The order of the trials is not that of the numbers: see `createPlan`.
 */
export const digits: readonly AxisName[] = [
  'seed',
  'dataset',
  'batchSize',
  'optimizer',
  'learningRate',
  'width',
  'normalization',
  'network',
  'depth',
  'activation',
  'initializer',
];

/** Places of an axis's values that a part of the plan covers. */
export interface Span {
  readonly from: number;
  readonly size: number;
}

/**
 * Numbers that came to a plan together: those of the sweep file, then those of each addition. A part never changes once it is there, so a
 * trial keeps its number whatever is added.
 */
export interface PlanPart {
  /** First number, and first position. */
  readonly from: number;
  /** Number, and position, after the last. */
  readonly to: number;
  /** Combinations that are not excluded. */
  readonly trialCount: number;
}

/** A part with what its numbers stand for. */
export interface DecodedPart extends PlanPart {
  /** Places covered, by digit. */
  readonly spans: readonly Span[];
  readonly addition: Addition | null;
  /** Place of each digit's value in its axis, of the part's offset-th combination. */
  indicesOf(offset: number): number[];
}

/**
 * The parts of a plan, in the order in which they came.
 *
 * @param sizes values of each axis today, by digit; those of additions stand last
 * @param boxes what is excluded
 */
export function partsOf(
  sizes: readonly number[],
  additions: readonly Addition[],
  boxes: readonly ExcludedBox[],
): DecodedPart[] {
  const known = sizes.map((size, digit) =>
    additions.reduce((rest, { axis, count }) => (axis === digits[digit] ? rest - count : rest), size),
  );
  const parts = [decodedPart(0, wholeSpans(known), null, boxes)];
  for (const addition of additions) {
    const digit = digits.indexOf(addition.axis);
    const spans = wholeSpans(known).with(digit, { from: known[digit]!, size: addition.count });
    parts.push(decodedPart(parts.at(-1)!.to, spans, addition, boxes));
    known[digit]! += addition.count;
  }
  return parts;
}

function wholeSpans(sizes: readonly number[]): Span[] {
  return sizes.map((size) => ({ from: 0, size }));
}

function decodedPart(
  from: number,
  spans: readonly Span[],
  addition: Addition | null,
  boxes: readonly ExcludedBox[],
): DecodedPart {
  const regimes = addition?.regimes;
  const size = regimes === undefined ? productOf(spans) : spans[0]!.size * regimes.length * spans.at(-1)!.size;
  const indicesOf = (offset: number): number[] => {
    if (regimes === undefined) return placesOf(offset, spans);
    const last = spans.at(-1)!;
    const rest = Math.floor(offset / last.size);
    return [
      spans[0]!.from + Math.floor(rest / regimes.length),
      ...placesOf(regimes[rest % regimes.length]!, spans.slice(1, -1)),
      last.from + (offset % last.size),
    ];
  };
  const isIncluded = (offset: number): boolean => !isExcluded(indicesOf(offset), boxes);
  const trialCount =
    regimes === undefined
      ? countOutside(
          spans.map((span) => span.size),
          boxes.map((box) => box.map((covers, digit) => covers.slice(spans[digit]!.from).slice(0, spans[digit]!.size))),
        )
      : Array.from({ length: size }, (_, offset) => isIncluded(offset)).filter(Boolean).length;
  return { from, to: from + size, trialCount, spans, addition, indicesOf };
}

export function isExcluded(indices: readonly number[], boxes: readonly ExcludedBox[]): boolean {
  return boxes.some((box) => box.every((covers, digit) => covers[indices[digit]!]));
}

/** Mixed radix: the last span is the least significant digit. */
function placesOf(number: number, spans: readonly Span[]): number[] {
  let rest = number;
  return spans
    .toReversed()
    .map(({ from, size }) => {
      const place = from + (rest % size);
      rest = Math.floor(rest / size);
      return place;
    })
    .toReversed();
}

function productOf(spans: readonly Span[]): number {
  return spans.reduce((product, { size }) => product * size, 1);
}
