import Table from 'cli-table3';
import { predictLayers, whyUnpredicted, type PredictedNetwork } from '../../core/theory/predict-layers.ts';
import { activationLabel, networkLabel } from '../../core/trial/labels.ts';
import { numberText } from './explain-layer.ts';

/** Rows shown of a deep network: the first ones, and then about as many evenly spread. */
const mostRows = 16;

/** What theory predicts for each layer of a network before training: a table, and how to read it. */
export function explainDepth(network: PredictedNetwork): string[] {
  const why = whyUnpredicted(network);
  if (why !== null) return [why];
  const layers = predictLayers(network)!;
  const table = new Table({
    head: ['layer', 'pre-activation variance', 'activation variance', 'gradient RMS'],
    style: { head: [], border: [], compact: true },
  });
  const every = Math.ceil(layers.length / mostRows);
  for (const layer of layers) {
    const isLast = layer.layer === layers.length;
    if (!isLast && layer.layer !== 1 && layer.layer % every !== 0) continue;
    table.push([
      isLast ? 'output' : String(layer.layer),
      numberText(layer.preActivationVariance),
      numberText(layer.activationVariance),
      numberText(layer.backpropagatedRatio),
    ]);
  }
  const depth = layers.length - 1;
  const last = layers[depth - 1]!;
  const scatter =
    last.fluctuation === null
      ? []
      : [
          `Finite width (Hanin, Rolnick 2018): at layer ${depth} beta = sum 1/width = ${numberText(last.fluctuation.beta)}; from one random`,
          `network to the next the mean square scatters by ${numberText(100 * last.fluctuation.relativeSd)} %, and a typical one has ${numberText(last.fluctuation.medianFactor)} of the value above.`,
        ];
  return [
    `Predicted for ${sizesText(network)} with ${activationLabel(network.activation)}${buildText(network)}, unit inputs, before training`,
    '(Poole et al. 2016; Schoenholz et al. 2017; with shortcuts Yang, Schoenholz 2017; gradient by the pre-activations, over that of the output layer):',
    table.toString(),
    ...scatter,
  ];
}

function buildText({ network, normalization }: PredictedNetwork): string {
  return [
    ...(network && network.name !== 'mlp' ? [`, ${networkLabel(network)}`] : []),
    ...(normalization && normalization.name !== 'none' ? [`, ${normalization.name} normalization`] : []),
  ].join('');
}

function sizesText({ layerSizes }: PredictedNetwork): string {
  return `${layerSizes[0]} inputs, ${layerSizes.length - 2} hidden layers of ${layerSizes[1]} and ${layerSizes.at(-1)} outputs`;
}
