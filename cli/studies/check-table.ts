import { type CheckDecision, type PaperCheck, patternOf } from '../../core/papers/paper.ts';
import { numberText } from '../explain/explain-layer.ts';
import { intervalText } from '../report/numbers.ts';
import { markdownTable } from './page.ts';

const words: Readonly<Record<CheckDecision, string>> = {
  holds: 'holds',
  fails: '**fails**',
  undecided: '_undecided_',
};

/** The checks of a paper, and what they come to. */
export function checkTable(checks: readonly PaperCheck[]): string {
  const rows = checks.map((check) => [
    check.statement,
    `${check.published} (${check.reference})`,
    [check.value === null ? '-' : shortText(check.value), intervalText(check.interval, shortText)].join(' '),
    check.predicted === null ? '' : shortText(check.predicted),
    words[check.decision],
  ]);
  const measures = checks.map(
    ({ statement, measure, rule }) => `- ${statement} Measured: ${measure}. Decided by: ${rule}.`,
  );
  return [
    `**The pattern ${verdict(patternOf(checks))}.**`,
    markdownTable(['what the paper shows', 'published', 'ours [95 % interval]', 'theory for ours', ''], rows),
    measures.join('\n'),
  ].join('\n\n');
}

function verdict(pattern: CheckDecision): string {
  switch (pattern) {
    case 'holds':
      return 'holds';
    case 'fails':
      return 'does not hold in full';
    case 'undecided':
      return 'is left open in part';
  }
}

/** Three digits. */
function shortText(value: number): string {
  return numberText(Number(value.toPrecision(3)));
}
