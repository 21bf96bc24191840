import { MappingType, type ValueMapping } from '@grafana/grafana-foundation-sdk/dashboard';
import type { PanelBuilder as TablePanel } from '@grafana/grafana-foundation-sdk/table';
import { colouredText, count, sentence, width } from './fields.ts';
import { table } from './panels.ts';
import { quoted } from './sql-query.ts';

const verdicts: ValueMapping = {
  type: MappingType.ValueToText,
  options: {
    supported: { color: 'green', index: 0 },
    refuted: { color: 'red', index: 1 },
    undecided: { color: 'text', index: 2 },
  },
};

const verdictCell = [{ id: 'mappings', value: [verdicts] }, ...colouredText, ...width(95)];
const figure = [
  { id: 'unit', value: 'none' },
  { id: 'decimals', value: 4 },
];

/** What the sweep says of the six claims. */
export function verdictsPanel(): TablePanel {
  return table(
    {
      title: 'Six claims of the textbooks',
      description:
        'Whether this sweep supports them, for its networks. Counts: comparisons of cells that support, refute or leave open; the table further down lists them.',
      noData: 'A sweep is judged when it ends: there are no verdicts yet.',
    },
    `SELECT title AS "claim", verdict, supported, refuted, undecided AS "open", summary
FROM claim_verdicts
WHERE sweep_id = ${quoted('sweep')}
ORDER BY claim`,
  )
    .height(9)
    .overrideByName('verdict', verdictCell)
    .overrideByName('claim', [...sentence, ...width(260)])
    .overrideByRegexp('/^(supported|refuted|open)$/', [...count, ...width(78)])
    .overrideByName('summary', sentence);
}

/** Each comparison of cells that a verdict rests on. */
export function findingsPanel(): TablePanel {
  return table(
    {
      title: 'Findings',
      description:
        "One row a comparison: its effect with a 95 % interval, what theory predicts for it, the p after Holm's correction over the comparisons of its claim (below 0.05 it is decided), " +
        'and the fewest seeds of a compared cell.',
      noData: 'A sweep is judged when it ends: there are no findings yet.',
    },
    `SELECT v.title AS "claim", f.regime AS "network", f.statement, f.verdict, f.measure, f.effect, f.low, f.high, f.predicted,
  f.adjusted_p AS "adjusted p", f.seeds, f.reason
FROM claim_findings f
JOIN claim_verdicts v ON v.sweep_id = f.sweep_id AND v.claim = f.claim
WHERE f.sweep_id = ${quoted('sweep')}
ORDER BY f.claim, f.verdict = 'undecided', f.number
LIMIT 1000`,
  )
    .height(12)
    .overrideByName('verdict', verdictCell)
    .overrideByRegexp('/^(effect|low|high|predicted|adjusted p)$/', figure)
    .overrideByName('seeds', count)
    .overrideByRegexp('/^(statement|reason)$/', sentence);
}
