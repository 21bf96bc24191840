import type { Decision, Finding } from './claim.ts';

/** Regimes that a sentence names before it only counts the rest. */
const named = 3;

/** The verdict on a claim in one sentence that a person understands without its findings. */
export function summaryOf(
  decision: Decision,
  regimes: ReadonlyMap<string, Decision>,
  findings: readonly Finding[],
  unmeasured: string,
): string {
  if (findings.length === 0) return `Not measured: ${unmeasured}.`;
  const of = (wanted: Decision) => [...regimes].filter(([, each]) => each === wanted).map(([title]) => title);
  const [supported, refuted, open] = [of('supported'), of('refuted'), of('undecided')];
  const all = `${regimes.size} ${regimes.size === 1 ? 'network' : 'networks'}`;
  const rest = (parts: readonly (readonly [string, number])[]) =>
    parts
      .filter(([, count]) => count > 0)
      .map(([words, count]) => `, ${words} ${count}`)
      .join('');
  if (decision === 'supported') {
    return supported.length === regimes.size
      ? `Holds in ${regimes.size === 1 ? 'the one network' : `all ${all}`} measured.`
      : `Holds in ${supported.length} of ${all}${rest([['open in', open.length]])}.`;
  }
  if (decision === 'refuted') {
    return `Does not hold in ${list(refuted)} (${refuted.length} of ${all}${rest([
      ['holds in', supported.length],
      ['open in', open.length],
    ])}).`;
  }
  if (refuted.length > 0) {
    return `Depends on the network: holds in ${list(supported)}, not in ${list(refuted)}${rest([['open in', open.length]])}.`;
  }
  return supported.length > 0
    ? `Open in ${open.length} of ${all}, holds in ${list(supported)}.`
    : `Open: ${commonest(findings.filter((finding) => finding.decision === 'undecided'))}.`;
}

function list(titles: readonly string[]): string {
  const more = titles.length - named;
  const shown = titles.slice(0, named).join('; ');
  return more > 0 ? `${shown} and ${more} more` : shown;
}

/** The reason that most findings give. */
function commonest(findings: readonly Finding[]): string {
  const counts = new Map<string, number>();
  for (const { reason } of findings) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  return [...counts].reduce((a, b) => (b[1] > a[1] ? b : a), ['nothing was compared', 0] as const)[0];
}
