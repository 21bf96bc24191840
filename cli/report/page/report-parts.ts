import type { ClaimVerdict, Finding } from '../../../core/claims/claim.ts';
import type { GroupComparison } from '../../../core/comparison/comparison.ts';
import { finalTrialStates } from '../../../core/trial/trial-record.ts';
import { durationText } from '../../progress/progress-text.ts';
import { answer } from '../answer.ts';
import { intervalText, metricText } from '../numbers.ts';
import { pruningText } from '../pruning-text.ts';
import { networkCharts, rateCharts } from './network-charts.ts';
import type { ReportData } from './report-data.ts';
import { sweepHeatmaps } from './sweep-heatmaps.ts';

/** What a report is made of, in its order, before it is written as HTML or Markdown. Texts are plain: whoever writes them escapes them. */
export type ReportPart =
  | { readonly kind: 'heading'; readonly level: 1 | 2 | 3; readonly text: string }
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'list'; readonly items: readonly string[] }
  | { readonly kind: 'table'; readonly head: readonly string[]; readonly rows: readonly (readonly string[])[] }
  | { readonly kind: 'code'; readonly text: string }
  /** Long; shown when it is asked for. */
  | { readonly kind: 'folded'; readonly title: string; readonly parts: readonly ReportPart[] }
  /** SVG. */
  | { readonly kind: 'pictures'; readonly pictures: readonly string[] };

export function reportParts(data: ReportData): ReportPart[] {
  const { sweep, outcomes, judgement, comparisons } = data;
  return [
    heading(1, `Which initialization suits which network? ${sweep.spec.name}`),
    ...(sweep.spec.description === '' ? [] : [text(sweep.spec.description)]),
    text(countsText(data)),
    heading(2, 'Verdicts'),
    table(
      ['', 'claim', 'verdict', 'in this sweep'],
      judgement.verdicts.map(({ title, decision, summary }, i) => [String(i + 1), title, decision, summary]),
    ),
    ...judgement.verdicts.filter(({ findings }) => findings.length > 0).map(findingsPart),
    heading(2, 'The answer for each network'),
    ...(outcomes.length === 0
      ? [text('No trial has ended.')]
      : [
          {
            kind: 'list' as const,
            items: [...answer(comparisons), ...pruningText(sweep.spec, outcomes, comparisons)],
          },
          table(
            ['activation', 'depth', 'other axes', 'recommended', 'theory would take', 'evidence'],
            judgement.recommendations.map(({ activation, depth, setting, initializer, theory, evidence }) => [
              activation,
              String(depth),
              setting,
              initializer ?? 'undecided',
              theory ?? '-',
              evidence,
            ]),
          ),
          { kind: 'pictures' as const, pictures: sweepHeatmaps(comparisons) },
        ]),
    ...ratesPart(data),
    heading(2, 'Network by network'),
    ...comparisons.flatMap((comparison) => networkParts(data, comparison)),
    heading(2, 'Methods'),
    { kind: 'list', items: methods },
    heading(2, 'Run it again'),
    ...provenanceParts(data),
  ];
}

function countsText({ sweep, outcomes }: ReportData): string {
  const counts = finalTrialStates
    .map((state) => ({ state, count: outcomes.filter((row) => row.state === state).length }))
    .filter(({ count }) => count > 0)
    .map(({ state, count }) => `${count} ${state}`);
  const ms = outcomes.reduce((sum, { durationMs, reused }) => sum + (reused ? 0 : (durationMs ?? 0)), 0);
  const reused = outcomes.filter((row) => row.reused).length;
  return [
    `Sweep ${sweep.id}, ${sweep.state}: ${outcomes.length} of ${sweep.trialCount} trials have ended`,
    ...counts,
    `${durationText(ms)} in the trainer`,
    ...(reused > 0 ? [`${reused} taken over from earlier sweeps`] : []),
  ].join(', ');
}

function findingsPart({ claim, statement, findings }: ClaimVerdict): ReportPart {
  return {
    kind: 'folded',
    title: `${claim}: ${findings.length} ${findings.length === 1 ? 'finding' : 'findings'}`,
    parts: [
      text(statement),
      table(
        ['network', 'asked', 'finding', 'effect [95 %]', 'theory', 'seeds', 'reason'],
        findings.map((finding) => [
          finding.regime,
          finding.statement,
          finding.decision,
          effectText(finding),
          finding.effect.predicted === null ? '' : short(finding.effect.predicted),
          String(finding.seeds),
          finding.reason,
        ]),
      ),
    ],
  };
}

function effectText({ effect: { value, interval, unit } }: Finding): string {
  if (value === null) return '-';
  return [short(value), intervalText(interval, short), unit].filter(Boolean).join(' ');
}

function networkParts(data: ReportData, comparison: GroupComparison): ReportPart[] {
  const { group, title, results, metric, verdict } = comparison;
  const number = (value: number | null) => metricText(value, metric);
  const rows = results.map((result, i) => [
    String(i + 1),
    result.initializer,
    result.pruned === 0 ? String(result.trials) : `${result.trials} (${result.pruned} pruned)`,
    String(result.converged),
    String(result.diverged),
    [result.epochsText, intervalText(result.medianEpochsInterval, String)].filter(Boolean).join(' '),
    [number(result.testMetric), intervalText(result.testMetricInterval, number)].filter(Boolean).join(' '),
    result.beatenByFirst === null
      ? ''
      : `${result.beatenByFirst.probability.toFixed(2)} ${intervalText(result.beatenByFirst.interval, (x) => x.toFixed(2))}`,
  ]);
  const metricName = metric === 'testAccuracy' ? 'test accuracy' : 'test loss';
  return [
    heading(3, title),
    text(
      verdict.kind === 'best' ? `Best: ${verdict.initializer}, ${verdict.reason}.` : `Undecided: ${verdict.reason}.`,
    ),
    table(['', 'initializer', 'trials', 'converged', 'diverged', 'epochs to target', metricName, '1 is better'], rows),
    { kind: 'pictures', pictures: networkCharts(data, group) },
  ];
}

function ratesPart(data: ReportData): ReportPart[] {
  const pictures = rateCharts(data);
  if (pictures.length === 0) return [];
  return [
    heading(2, 'How much the learning rate matters'),
    text(
      'Interquartile mean over seeds at each learning rate, with its 95 % interval. A wide hill forgives a poor choice of the rate. A trial that diverged counts as the worst there is.',
    ),
    { kind: 'pictures', pictures },
  ];
}

const methods = [
  'A trial is one network trained from one seed; a cell is all trials that differ by seed alone. Initializers are compared within a network, never across networks or budgets.',
  'Epochs to the target: Kaplan-Meier median with its 95 % interval; a trial that never got there is censored at the end of its budget ("> 20"), one that diverged never gets there. One that was pruned counts so too, and as behind all that went on: it was given up because it was behind.',
  'Test metric: interquartile mean over seeds with a stratified bootstrap interval. "1 is better": chance that a run of the first initializer does better than one of this.',
  "Claims: p-values by permutation or Student's t, corrected by Holm's method over all comparisons of a claim, 0.05, at least 4 seeds a cell. A claim is counted by network: refuted where more networks refute than support it, supported where none refutes and more than half support it.",
  'Theory: mean-field predictions at infinite width from the measured variance of the first layer (dotted lines).',
];

function provenanceParts({ sweep, provenance }: ReportData): ReportPart[] {
  return [
    table(
      ['trials', 'backend', 'arithmetic', 'versions', 'data hash'],
      provenance.map(({ trials, backend, arithmetic, versions, datasetHash }) => [
        String(trials),
        backend,
        arithmetic,
        Object.entries(versions)
          .map(([name, version]) => `${name} ${version}`)
          .join(', '),
        datasetHash?.slice(0, 16) ?? '-',
      ]),
    ),
    text(
      `Sweep ${sweep.id}, workflow ${sweep.workflowId}, opened ${sweep.createdAt.toISOString()}. Save the sweep file below as sweep.json and run it; equal ` +
        'backend, arithmetic and versions give equal numbers.',
    ),
    { kind: 'code', text: 'npx initsweep run sweep.json' },
    {
      kind: 'folded',
      title: 'sweep.json, every default filled in',
      parts: [{ kind: 'code', text: JSON.stringify(sweep.spec, null, 2) }],
    },
  ];
}

function short(value: number): string {
  return String(Number(value.toPrecision(3)));
}

function heading(level: 1 | 2 | 3, content: string): ReportPart {
  return { kind: 'heading', level, text: content };
}

function text(content: string): ReportPart {
  return { kind: 'text', text: content };
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): ReportPart {
  return { kind: 'table', head, rows };
}
