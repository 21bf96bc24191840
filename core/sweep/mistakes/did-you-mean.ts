import { closest, distance } from 'fastest-levenshtein';

/** Lists up to this length are told in full even when one entry is close enough to be what was meant. */
const shortList = 11;

/** `; did you mean "heNormal"?` where one of the allowed words is close, and the allowed words where none is or they are few. */
export function whatIsAllowed(word: string, allowed: readonly string[], alsoAccepted: readonly string[] = []): string {
  const meant = closeWord(word, [...allowed, ...alsoAccepted]);
  const question = meant === null ? '' : `; did you mean ${JSON.stringify(meant)}?`;
  if (meant !== null && allowed.length > shortList) return question;
  return `${question}${meant === null ? '; ' : ' '}allowed: ${allowed.join(', ')}`;
}

/** The candidate that differs least, case and separators aside, when at most a third of its letters (rounded up) differ; else null. */
function closeWord(word: string, candidates: readonly string[]): string | null {
  if (candidates.length === 0) return null;
  const plain = candidates.map(plainWord);
  const nearest = closest(plainWord(word).slice(0, 100), plain);
  const near = distance(plainWord(word).slice(0, 100), nearest) <= Math.ceil(nearest.length / 3);
  return near ? candidates[plain.indexOf(nearest)]! : null;
}

function plainWord(word: string): string {
  return word.toLowerCase().replaceAll(/[^a-z0-9]/g, '');
}
