import type { ClaimVerdict, Finding } from '../../core/claims/claim.ts';
import { intervalText } from './numbers.ts';

/** The verdicts as a person reads them: a claim on one line, its findings below, each with effect, interval, seeds and cells. */
export function claimsText(verdicts: readonly ClaimVerdict[]): string {
  return verdicts
    .map(({ claim, statement, decision, summary, findings }, i) =>
      [
        `${i + 1}. ${claim}: ${decision}. ${summary}`,
        `   ${statement}`,
        ...findings.flatMap((finding) => findingLines(finding)),
      ].join('\n'),
    )
    .join('\n\n');
}

function findingLines({ decision, regime, statement, effect, seeds, cells, reason }: Finding): string[] {
  const interval = intervalText(effect.interval, number);
  const value = effect.value === null ? 'not to be measured' : number(effect.value);
  const predicted = effect.predicted === null ? '' : `, theory ${number(effect.predicted)}`;
  return [
    `   - ${decision}, ${regime}: ${statement}`,
    `       ${effect.name}: ${[value, interval].filter(Boolean).join(' ')}${predicted}`,
    `       ${seeds} ${seeds === 1 ? 'seed' : 'seeds'} a cell, ${cells.join(', ')}; ${reason}`,
  ];
}

function number(value: number): string {
  return String(Number(value.toPrecision(3)));
}
