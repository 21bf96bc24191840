import type { Activation } from '../core/activations/activation.ts';
import type { NetworkBuild } from '../core/networks/network.ts';
import type { EvidenceTrial } from '../core/recommendation/evidence.ts';
import { activationLabel, networkLabel, normalizationLabel } from '../core/trial/labels.ts';
import type { SweepReader } from './sweep-reader.ts';

/**
 * Every trial with a result of networks of this kind, of any size, from sweeps that have ended: each once, under the name of the latest such sweep that
 * has it, and once for each such sweep that gives trials up and has it.
 */
export function readEvidence(
  reader: SweepReader,
  { activation, network, normalization }: NetworkBuild & { readonly activation: Activation },
): Promise<EvidenceTrial[]> {
  return reader.rows<EvidenceTrial>(
    `SELECT DISTINCT ON (t.trial_id, race) t.sweep, CASE WHEN w.spec #> '{adaptive,pruning}' IS NOT NULL THEN w.id END AS race, t.state, t.initializer, t.activation, t.network, t.normalization, t.depth, t.width,
       t.learning_rate AS "learningRate", t.optimizer, t.batch_size AS "batchSize", t.dataset, t.seed::double precision AS seed,
       t.epoch_budget AS "epochBudget", t.target_metric || ' ' || t.target_threshold AS target, t.epochs_to_target AS "epochsToTarget",
       t.epochs_run AS "epochsRun", t.test_loss AS "testLoss", t.test_accuracy AS "testAccuracy"
     FROM trial_outcome t JOIN sweep w ON w.id = t.sweep_id
     WHERE t.activation = $1 AND t.network = $2 AND t.normalization = $3 AND w.state <> 'running' AND t.epochs_run IS NOT NULL
     ORDER BY t.trial_id, race, w.created_at DESC`,
    [activationLabel(activation), networkLabel(network), normalizationLabel(normalization)],
  );
}
