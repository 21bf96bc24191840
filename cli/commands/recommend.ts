import { writeFile } from 'node:fs/promises';
import { activationLabel, networkLabel, normalizationLabel } from '../../core/trial/labels.ts';
import { UserError } from '../../core/errors.ts';
import type { EvidenceTrial } from '../../core/recommendation/evidence.ts';
import { recommend } from '../../core/recommendation/recommend.ts';
import { sweepToMeasure } from '../../core/recommendation/sweep-to-measure.ts';
import { parseActivation, parseNetwork, parseNormalization } from '../../core/sweep/parse-choice.ts';
import { withSweepReader } from '../../storage/sweep-reader.ts';
import { recommendationText } from '../report/recommendation-text.ts';
import { withStack } from '../stack-connection.ts';
import { wholeNumber } from '../whole-number.ts';

interface RecommendOptions {
  readonly activation: string;
  readonly depth: string;
  readonly width: string;
  readonly residual?: true;
  readonly normalization: string;
  readonly write?: string;
}

/** `initsweep recommend`: what all finished sweeps say of a network, or the sweep file that would measure it. */
export async function recommendCommand(options: RecommendOptions): Promise<void> {
  const network = {
    activation: parseActivation(options.activation),
    network: parseNetwork(options.residual ? 'residual' : 'mlp'),
    normalization: parseNormalization(options.normalization),
    depth: wholeNumber('--depth', options.depth, 1000),
    width: wholeNumber('--width', options.width, 1_000_000),
  };
  const trials = await withStack(({ databaseUrl }) =>
    withSweepReader(databaseUrl, (reader) =>
      reader.rows<EvidenceTrial>(evidenceQuery, [
        activationLabel(network.activation),
        networkLabel(network.network),
        normalizationLabel(network.normalization),
      ]),
    ),
  );
  const recommendation = recommend(trials, network);
  console.log(recommendationText(network, recommendation));
  const isMeasured = recommendation.ranking.length > 0;
  if (options.write !== undefined && isMeasured) {
    throw new UserError('--write is for the sweep file of a network that was not measured; this one was.');
  }
  if (isMeasured) return;
  const file = JSON.stringify(sweepToMeasure(network), null, 2);
  if (options.write === undefined) {
    console.log(`The sweep file that would measure it (--write FILE writes it):\n\n${file}`);
    return;
  }
  await writeFile(options.write, `${file}\n`);
  console.log(`Written: ${options.write}. Measure it with: npx initsweep run ${options.write}`);
}

/** Every trial of an activation once, from the latest of the ended sweeps that have it. */
const evidenceQuery = `
  SELECT DISTINCT ON (t.trial_id) t.sweep, t.state, t.initializer, t.activation, t.network, t.normalization, t.depth, t.width, t.learning_rate AS "learningRate",
    t.optimizer, t.batch_size AS "batchSize", t.dataset, t.seed::double precision AS seed, t.epoch_budget AS "epochBudget",
    t.target_metric || ' ' || t.target_threshold AS target, t.epochs_to_target AS "epochsToTarget", t.epochs_run AS "epochsRun",
    t.test_loss AS "testLoss", t.test_accuracy AS "testAccuracy"
  FROM trial_outcome t JOIN sweep_overview s ON s.sweep_id = t.sweep_id
  WHERE t.activation = $1 AND t.network = $2 AND t.normalization = $3 AND s.state <> 'running' AND t.epochs_run IS NOT NULL
  ORDER BY t.trial_id, s.created_at DESC`;
