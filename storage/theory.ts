import { finiteOrNull } from '../core/finite-or-null.ts';
import { parseActivation, parseInitializer, parseNetwork, parseNormalization } from '../core/sweep/parse-choice.ts';
import { predictLayers } from '../core/theory/predict-layers.ts';
import type { Prisma, PrismaClient } from './generated/client.ts';

/** Networks that one statement reads and writes the theory of: some milliseconds of arithmetic each. */
const networksAtOnce = 50;

interface NetworkRow {
  readonly cells: bigint[];
  readonly initializer: string;
  readonly activation: string;
  readonly network: string;
  readonly normalization: string;
  readonly depth: number;
  readonly width: number;
  readonly firstVariance: number;
}

/**
 * Keeps, for each cell of the sweep that has been probed before training and has none yet, what mean-field theory says of its hidden layers,
 * given the variance that the first one was measured to have. So theory is there for data sets of any size, and is that of the claims.
 */
export async function keepTheory(client: PrismaClient, sweepId: string): Promise<void> {
  for (;;) {
    const networks = await networksWithoutTheory(client, sweepId);
    const rows = networks.flatMap(theoryRows);
    if (rows.length > 0) await client.cellTheory.createMany({ data: rows, skipDuplicates: true });
    if (networks.length < networksAtOnce) return;
  }
}

/** What determines the network before training, with its cells; those that theory says nothing of (whyUnpredicted) are left out. */
function networksWithoutTheory(client: PrismaClient, sweepId: string): Promise<NetworkRow[]> {
  return client.$queryRaw<NetworkRow[]>`
    SELECT array_agg(DISTINCT c.id) AS cells, c.initializer, c.activation, c.network, c.normalization, c.depth, c.width,
      exp(avg(ln(w.pre_activation_variance[1]))) AS "firstVariance"
    FROM cell c
    JOIN sweep_trial l ON l.cell_id = c.id
    JOIN trial_layers w ON w.trial_id = l.trial_id AND w.epoch = 0
    WHERE c.sweep_id = ${sweepId} AND w.pre_activation_variance[1] > 0 AND c.depth > 0
      AND c.network !~ '^convolution' AND c.normalization <> 'batch' AND c.initializer !~ '^(constant|identity)'
      AND NOT EXISTS (SELECT FROM cell_theory h WHERE h.cell_id = c.id)
    GROUP BY c.initializer, c.activation, c.network, c.normalization, c.depth, c.width, c.dataset
    LIMIT ${networksAtOnce}`;
}

function theoryRows(network: NetworkRow): Prisma.CellTheoryCreateManyInput[] {
  const { cells, depth, width, firstVariance } = network;
  const layers = predictLayers({
    initializer: parseInitializer(network.initializer),
    activation: parseActivation(network.activation),
    network: parseNetwork(network.network),
    normalization: parseNormalization(network.normalization),
    // The sizes of input and output cancel out: the first hidden layer is measured, and ratios end at the last one. Only where shortcuts go past a
    // normalization does the input's size tell a little, in the first blocks; it is taken to be the width there.
    layerSizes: Array<number>(depth + 2).fill(width),
    firstVariance,
  });
  const last = layers?.[depth - 1];
  if (!layers || last === undefined) return [];
  return layers.slice(0, depth).flatMap((layer) =>
    cells.map((cellId) => ({
      cellId,
      layer: layer.layer,
      activationVariance: finiteOrNull(layer.activationVariance),
      // The first kernel has as many inputs as the data, which nobody told us.
      gradientRatio: layer.layer === 1 ? null : finiteOrNull(layer.kernelGradientRatio / last.kernelGradientRatio),
      backpropagatedRatio: finiteOrNull((layer.backpropagatedRatio / last.backpropagatedRatio) ** 2),
    })),
  );
}
