import { writeFile } from 'node:fs/promises';
import { UserError } from '../../core/errors.ts';
import { recommend } from '../../core/recommendation/recommend.ts';
import { sweepToMeasure } from '../../core/recommendation/sweep-to-measure.ts';
import { parseActivation, parseNetwork, parseNormalization } from '../../core/sweep/parse-choice.ts';
import { readEvidence } from '../../storage/evidence.ts';
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
    withSweepReader(databaseUrl, (reader) => readEvidence(reader, network)),
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
