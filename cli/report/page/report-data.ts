import type { Judgement } from '../../../core/judgement/judge-sweep.ts';
import { compareInitializers } from '../../../core/comparison/compare-initializers.ts';
import type { GroupComparison } from '../../../core/comparison/comparison.ts';
import { judgeStoredSweep } from '../../../activities/judge-stored-sweep.ts';
import type { StoredSweep, SweepStore, TrialOutcomeRow } from '../../../storage/sweep-store.ts';
import type { SweepReader } from '../../../storage/sweep-reader.ts';

/** Whose number it is: an initializer in one network of the sweep. */
interface OfCell {
  readonly initializer: string;
  /** The network: activation, depth and whatever else varies. */
  readonly regime: string;
}

export interface CurvePoint extends OfCell {
  readonly metric: string;
  readonly epoch: number;
  readonly lowerQuartile: number | null;
  readonly median: number | null;
  readonly upperQuartile: number | null;
}

export interface SurvivalPoint extends OfCell {
  readonly epoch: number;
  readonly notYetShare: number;
}

export interface SignalPoint extends OfCell {
  readonly signal: string;
  readonly layer: number;
  readonly median: number | null;
  readonly theory: number | null;
}

/** A network of the sweep, and what the views call it. */
export type NamedNetwork = GroupComparison['group'] & { readonly regime: string };

/** On what the trials were trained, and how many of them. */
export interface Provenance {
  readonly backend: string;
  readonly arithmetic: string;
  readonly versions: Readonly<Record<string, string>>;
  readonly datasetHash: string | null;
  readonly trials: number;
}

/** Everything that a report shows of a sweep. */
export interface ReportData {
  readonly sweep: StoredSweep;
  readonly outcomes: readonly TrialOutcomeRow[];
  readonly judgement: Judgement;
  readonly comparisons: readonly GroupComparison[];
  readonly networks: readonly NamedNetwork[];
  readonly curves: readonly CurvePoint[];
  readonly survival: readonly SurvivalPoint[];
  readonly signals: readonly SignalPoint[];
  readonly provenance: readonly Provenance[];
}

export async function readReportData(store: SweepStore, reader: SweepReader, sweep: StoredSweep): Promise<ReportData> {
  const { id, spec } = sweep;
  const judgement = await judgeStoredSweep(store, id);
  const outcomes = await store.outcomes(id);
  return {
    sweep,
    outcomes,
    judgement,
    comparisons: compareInitializers(outcomes, spec.training),
    networks: await reader.rows<NamedNetwork>(
      `SELECT DISTINCT regime, activation, network, normalization, depth, width, learning_rate AS "learningRate", optimizer,
         batch_size AS "batchSize", dataset
       FROM cell_result WHERE sweep_id = $1`,
      [id],
    ),
    curves: await reader.rows<CurvePoint>(
      `SELECT initializer, regime, metric, epoch, lower_quartile AS "lowerQuartile", median, upper_quartile AS "upperQuartile"
       FROM cell_curve WHERE sweep_id = $1 AND metric LIKE 'validation %' ORDER BY regime, initializer, metric, epoch`,
      [id],
    ),
    survival: await reader.rows<SurvivalPoint>(
      `SELECT initializer, regime, epoch, not_yet_share AS "notYetShare" FROM cell_survival
       WHERE sweep_id = $1 ORDER BY regime, initializer, epoch`,
      [id],
    ),
    signals: await reader.rows<SignalPoint>(
      `SELECT initializer, regime, signal, layer, median, theory FROM cell_signal
       WHERE sweep_id = $1 AND probe = 'before training' AND layer <= depth
         AND signal IN ('activation variance', 'gradient norm')
       ORDER BY regime, signal, initializer, layer`,
      [id],
    ),
    provenance: await reader.rows<Provenance>(
      `SELECT backend, arithmetic, versions, dataset_hash AS "datasetHash", count(*)::int AS trials FROM trial_outcome
       WHERE sweep_id = $1 AND backend IS NOT NULL GROUP BY 1, 2, 3, 4 ORDER BY trials DESC, 1, 2`,
      [id],
    ),
  };
}
