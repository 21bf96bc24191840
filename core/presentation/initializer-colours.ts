/** How results are shown, the same on dashboards and in reports: no I/O, no numbers of any trial. */
import { groupedBy } from '../comparison/grouped-by.ts';
import type { InitializerName } from '../initializers/initializer.ts';

/** How an initializer's line is drawn: solid, or dashes and gaps in pixels. */
export type LineDash = readonly number[] | null;

export interface InitializerStyle {
  /** `#rrggbb`. */
  readonly colour: string;
  readonly dash: LineDash;
}

/** A part of a style, for what finds it by pattern, as Grafana does: the source of a regular expression and what its labels have in common. */
export type StyleRule<Part extends keyof InitializerStyle> = { readonly pattern: string } & Pick<
  InitializerStyle,
  Part
>;

/**
 * Hues by family, after Okabe and Ito 2008 and Tol's muted scheme (2021): told apart with each common colour vision deficiency, and dark enough for
 * white, light enough for black. Members of a family differ by their dashes, so that colour is never all that tells two lines apart.
 */
const families: Readonly<Record<InitializerName, { readonly colour: string; readonly dash: LineDash }>> = {
  heNormal: { colour: '#0072b2', dash: null },
  heUniform: { colour: '#0072b2', dash: [10, 6] },
  heTruncatedNormal: { colour: '#0072b2', dash: [2, 5] },
  glorotNormal: { colour: '#e69f00', dash: null },
  glorotUniform: { colour: '#e69f00', dash: [10, 6] },
  glorotTruncatedNormal: { colour: '#e69f00', dash: [2, 5] },
  lecunNormal: { colour: '#009e73', dash: null },
  lecunUniform: { colour: '#009e73', dash: [10, 6] },
  lecunTruncatedNormal: { colour: '#009e73', dash: [2, 5] },
  normal: { colour: '#888888', dash: null },
  uniform: { colour: '#888888', dash: [10, 6] },
  truncatedNormal: { colour: '#888888', dash: [2, 5] },
  orthogonal: { colour: '#cc79a7', dash: null },
  lsuv: { colour: '#56b4e9', dash: null },
  critical: { colour: '#d55e00', dash: null },
  meanField: { colour: '#7b6cd9', dash: null },
  deltaOrthogonal: { colour: '#cc79a7', dash: [10, 6] },
  fixup: { colour: '#56b4e9', dash: [10, 6] },
  identity: { colour: '#44aa99', dash: [14, 4, 2, 4] },
  sparse: { colour: '#999933', dash: null },
  commonHeuristic: { colour: '#882255', dash: null },
  zeros: { colour: '#b58a63', dash: null },
  constant: { colour: '#b58a63', dash: [10, 6] },
};

/** What stands after a label's name, and how far the colour goes towards white (+) or black (-) then. */
type Variants = readonly { readonly rest: string; readonly towards: number }[];

const plainOrNot: Variants = [
  { rest: '$', towards: 0 },
  { rest: '\\(', towards: -0.4 },
];

/** By the size of the first number, for rules that say nothing without one: several of them in one sweep are the rule. */
const bySize: Variants = [
  { rest: '$', towards: 0 },
  { rest: '\\([^=]+=-?(?:\\d(?:\\.\\d+)?e-|0\\.00)', towards: 0.5 },
  { rest: '\\([^=]+=-?0\\.0[1-9]', towards: 0.3 },
  { rest: '\\([^=]+=-?0\\.[1-9]', towards: -0.25 },
  { rest: '\\((?![^=]+=-?(?:\\d(?:\\.\\d+)?e-|0\\.))', towards: -0.45 },
];

const sized: readonly string[] = [
  'normal',
  'truncatedNormal',
  'uniform',
  'constant',
  'sparse',
  'critical',
  'meanField',
] satisfies InitializerName[];

const shades = Object.entries(families).flatMap(([name, { colour }]) =>
  (sized.includes(name) ? bySize : plainOrNot).map(({ rest, towards }) => ({
    name,
    rest,
    colour: shade(colour, towards),
  })),
);

/** Each label of an initializer matches exactly one of them. */
export const initializerColours: readonly StyleRule<'colour'>[] = [
  ...groupedBy(shades, ({ colour, rest }) => `${colour} ${rest}`).values(),
].map((members) => ({
  pattern: anyName(members.map(({ name }) => name)) + members[0]!.rest,
  colour: members[0]!.colour,
}));

/** Those that are not drawn solid; a label matches one of them or none. */
export const initializerDashes: readonly StyleRule<'dash'>[] = [
  ...groupedBy(
    Object.entries(families).filter(([, { dash }]) => dash !== null),
    ([, { dash }]) => String(dash),
  ).values(),
].map((members) => ({ pattern: `${anyName(members.map(([name]) => name))}\\b`, dash: members[0]![1].dash }));

function anyName(names: readonly string[]): string {
  return `^(${names.join('|')})`;
}

/** The style of an initializer by its label, such as `heNormal` or `normal(sd=0.01)`; one that we do not have is drawn as plain normal is. */
export function initializerStyle(label: string): InitializerStyle {
  const matches = ({ pattern }: StyleRule<never>): boolean => new RegExp(pattern).test(label);
  const { colour } = initializerColours.find(matches) ?? families.normal;
  return { colour, dash: initializerDashes.find(matches)?.dash ?? null };
}

/** Mixes a colour with white (`towards` > 0) or black (< 0). */
function shade(colour: string, towards: number): string {
  const goal = towards > 0 ? 255 : 0;
  const mixed = [1, 3, 5].map((start) => {
    const value = parseInt(colour.slice(start, start + 2), 16);
    return Math.round(value + (goal - value) * Math.abs(towards));
  });
  return `#${mixed.map((value) => value.toString(16).padStart(2, '0')).join('')}`;
}
