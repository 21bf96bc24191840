import type { ClaimVerdict, Finding } from '../core/claims/claim.ts';
import { claimNames } from '../core/claims/claim-texts.ts';
import type { LayerSummary } from '../core/claims/layer-summary.ts';
import { judgementRules, type Judgement } from '../core/judgement/judge-sweep.ts';
import type { FinalTrialState } from '../core/trial/trial-record.ts';
import { outcomeColumns } from './aggregates.ts';
import { requireFinite } from './finite.ts';
import type { PrismaClient } from './generated/client.ts';
import type { ProbedOutcome, SweepEvidence } from './sweep-store.ts';
import { noSuchSweep } from './sweeps.ts';

/** Trials a statement reads: neither the server nor the client ever holds the layers of more. */
const pageSize = 2_000;

type ProbedRow = Omit<ProbedOutcome, 'state' | 'layers'> & {
  readonly state: FinalTrialState;
  readonly isInitial: boolean | null;
  readonly preActivationVariance: number | null;
  readonly firstVariance: number | null;
  readonly lastVariance: number | null;
  readonly initialLeast: number | null;
  readonly initialGreatest: number | null;
  readonly initialLast: number | null;
  readonly initialFinite: boolean | null;
  readonly finalLeast: number | null;
  readonly finalGreatest: number | null;
  readonly finalLast: number | null;
  readonly finalFinite: boolean | null;
  readonly leastCosine: number | null;
  readonly greatestCosine: number | null;
};

/** The sweep's trials in a final state with what their probes saw, summed up by the server, in order of their number. */
export async function probedOutcomes(client: PrismaClient, sweepId: string): Promise<ProbedOutcome[]> {
  const found: ProbedOutcome[] = [];
  for (let after = -1; ;) {
    const page = await probedPage(client, sweepId, after);
    found.push(...page);
    if (page.length < pageSize) break;
    after = page.at(-1)!.number;
  }
  if (found.length === 0 && (await client.sweep.count({ where: { id: sweepId } })) === 0) throw noSuchSweep(sweepId);
  return found;
}

/** Those of numbers above `after`, as many as one statement reads. */
export async function probedPage(client: PrismaClient, sweepId: string, after: number): Promise<ProbedOutcome[]> {
  const rows = await client.$queryRaw<ProbedRow[]>`
    SELECT ${outcomeColumns}, t.epoch_budget AS "epochBudget", y.*
    FROM sweep_trial l JOIN trial t ON t.id = l.trial_id
    CROSS JOIN LATERAL (
      SELECT
        bool_or(epoch = 0 AND layer = 1) AS "isInitial",
        max(pre_activation_variance) FILTER (WHERE epoch = 0 AND layer = 1) AS "preActivationVariance",
        max(activation_variance) FILTER (WHERE epoch = 0 AND layer = 1) AS "firstVariance",
        max(activation_variance) FILTER (WHERE epoch = 0 AND layer = t.depth) AS "lastVariance",
        min(gradient_norm) FILTER (WHERE epoch = 0) AS "initialLeast",
        max(gradient_norm) FILTER (WHERE epoch = 0) AS "initialGreatest",
        max(gradient_norm) FILTER (WHERE epoch = 0 AND layer = t.depth) AS "initialLast",
        bool_and(gradient_norm IS NOT NULL) FILTER (WHERE epoch = 0) AS "initialFinite",
        min(gradient_norm) FILTER (WHERE epoch = last) AS "finalLeast",
        max(gradient_norm) FILTER (WHERE epoch = last) AS "finalGreatest",
        max(gradient_norm) FILTER (WHERE epoch = last AND layer = t.depth) AS "finalLast",
        bool_and(gradient_norm IS NOT NULL) FILTER (WHERE epoch = last) AS "finalFinite",
        min(unit_cosine) FILTER (WHERE epoch > 0) AS "leastCosine",
        max(unit_cosine) FILTER (WHERE epoch > 0) AS "greatestCosine"
      FROM layer, (SELECT nullif(max(epoch), 0) AS last FROM layer WHERE trial_id = t.id) AS probed
      WHERE trial_id = t.id AND layer <= t.depth
    ) AS y
    WHERE l.sweep_id = ${sweepId} AND l.number > ${after}::int AND t.state <> 'running'
    ORDER BY l.number LIMIT ${pageSize}::int`;
  return rows.map(probedOutcome);
}

function probedOutcome(row: ProbedRow): ProbedOutcome {
  const {
    isInitial,
    preActivationVariance,
    firstVariance,
    lastVariance,
    initialLeast,
    initialGreatest,
    initialLast,
    initialFinite,
    finalLeast,
    finalGreatest,
    finalLast,
    finalFinite,
    leastCosine,
    greatestCosine,
    ...outcome
  } = row;
  const layers: LayerSummary = {
    initial:
      isInitial !== true
        ? null
        : {
            preActivationVariance,
            activationVariance: { first: firstVariance, last: lastVariance },
            gradients: {
              least: initialLeast,
              greatest: initialGreatest,
              last: initialLast,
              areFinite: initialFinite === true,
            },
          },
    finalGradients:
      finalFinite === null
        ? null
        : { least: finalLeast, greatest: finalGreatest, last: finalLast, areFinite: finalFinite },
    cosines: leastCosine === null || greatestCosine === null ? null : { least: leastCosine, greatest: greatestCosine },
  };
  return { ...outcome, layers };
}

/** What a judgement of the sweep would rest on now, and what the stored one rests on. */
export async function evidence(client: PrismaClient, sweepId: string): Promise<SweepEvidence> {
  const [row] = await client.$queryRaw<{ trials: number; last: Date | null; judgedOn: string | null }[]>`
    SELECT count(t.id)::int AS trials, max(t.finished_at) AS last, j.evidence AS "judgedOn"
    FROM sweep s
    LEFT JOIN judgement j ON j.sweep_id = s.id
    LEFT JOIN sweep_trial l ON l.sweep_id = s.id
    LEFT JOIN trial t ON t.id = l.trial_id AND t.state <> 'running'
    WHERE s.id = ${sweepId}
    GROUP BY s.id, j.evidence`;
  if (row === undefined) throw noSuchSweep(sweepId);
  const until = row.last === null ? '' : ` until ${row.last.toISOString()}`;
  return { current: `rules ${judgementRules}, ${row.trials} trials${until}`, judgedOn: row.judgedOn };
}

/** Puts the judgement in the place of the one that was there, all or nothing; a repeat changes nothing. */
export async function storeJudgement(
  client: PrismaClient,
  sweepId: string,
  restsOn: string,
  { verdicts, recommendations }: Judgement,
): Promise<void> {
  const claims = verdicts.map((verdict) => ({ sweepId, ...claimRow(verdict) }));
  const findings = verdicts.flatMap(({ findings: own }, i) =>
    own.map((finding, j) => ({ sweepId, claim: i + 1, number: j + 1, ...findingRow(finding) })),
  );
  findings.forEach(requireFinite);
  await client.$transaction(async (database) => {
    const [sweep] = await database.$queryRaw<
      { judgedOn: string | null }[]
    >`SELECT (SELECT evidence FROM judgement WHERE sweep_id = s.id) AS "judgedOn" FROM sweep s WHERE s.id = ${sweepId} FOR NO KEY UPDATE`;
    if (sweep === undefined) throw noSuchSweep(sweepId);
    if (sweep.judgedOn === restsOn) return;
    await database.judgement.deleteMany({ where: { sweepId } });
    await database.judgement.create({ data: { sweepId, evidence: restsOn } });
    await database.judgedClaim.createMany({ data: claims });
    await database.judgedFinding.createMany({ data: findings });
    await database.judgedNetwork.createMany({
      data: recommendations.map((recommendation, i) => ({ sweepId, number: i + 1, ...recommendation })),
    });
  });
}

function claimRow({ claim, title, statement, decision, summary }: ClaimVerdict) {
  return { claim: claimNames.indexOf(claim) + 1, name: claim, title, statement, verdict: decision, summary };
}

function findingRow({ decision, regime, statement, effect, seeds, cells, reason, pValue, adjustedPValue }: Finding) {
  const { name, unit, value, interval, predicted } = effect;
  return {
    verdict: decision,
    regime,
    statement,
    measure: name,
    unit,
    effect: value,
    low: interval.low,
    high: interval.high,
    predicted,
    seeds,
    p: pValue,
    adjustedP: adjustedPValue,
    cells: [...cells],
    reason,
  };
}
