import type { Activation } from '../activations/activation.ts';
import { activationCatalogue } from '../activations/activation-catalogue.ts';
import type { CatalogueEntry } from '../catalogue-entry.ts';
import type { Initializer } from '../initializers/initializer.ts';
import { initializerCatalogue } from '../initializers/initializer-catalogue.ts';
import { plainBuild, type Network, type Normalization } from '../networks/network.ts';
import { networkCatalogue } from '../networks/network-catalogue.ts';
import { datasetDefaults } from './datasets.ts';
import { optimizerCatalogue } from './optimizer-catalogue.ts';
import type { DatasetSpec, Optimizer, TrialConfig } from './trial-config.ts';

const initializerDefaults = catalogueDefaults(initializerCatalogue);
const activationDefaults = catalogueDefaults(activationCatalogue);
const optimizerDefaults = catalogueDefaults(optimizerCatalogue);
const networkDefaults = catalogueDefaults(networkCatalogue);

/** `heNormal`, `normal(sd=0.01)`: parameters that have their default are left out. Equal labels mean equal initializers. */
export function initializerLabel(initializer: Initializer): string {
  return choiceLabel(initializer, initializerDefaults);
}

/** `relu`, `leakyRelu(slope=0.2)`. */
export function activationLabel(activation: Activation): string {
  return choiceLabel(activation, activationDefaults);
}

/** `sgd`, `momentum(momentum=0.8)`. */
export function optimizerLabel(optimizer: Optimizer): string {
  return choiceLabel(optimizer, optimizerDefaults);
}

/** `digits`, `teacher(seed=1)`, `csv(path=iris.csv, target=species, task=classification)`. */
export function datasetLabel(dataset: DatasetSpec): string {
  return choiceLabel(dataset, datasetDefaults);
}

/** Stands where a learning rate does for trials that were each given their cell's best one: see core/comparison/best-rate.ts. */
export const bestRate = 'best';

/** `mlp`, `residual`, `convolution(kernelSize=5)`. */
export function networkLabel(network: Network): string {
  return choiceLabel(network, networkDefaults);
}

/** `none`, `layer`, `batch`. */
export function normalizationLabel({ name }: Normalization): string {
  return name;
}

/** A combination of all axes but the seed, as labels and numbers: what trials are grouped by. */
export interface CellLabels {
  readonly initializer: string;
  readonly activation: string;
  readonly network: string;
  readonly normalization: string;
  readonly depth: number;
  readonly width: number;
  readonly learningRate: number | typeof bestRate;
  readonly optimizer: string;
  readonly batchSize: number;
  readonly dataset: string;
}

/** The axes that make a network and how it is trained: what trials whose initializers are compared have in common. */
export const networkAxes = [
  'activation',
  'network',
  'normalization',
  'depth',
  'width',
  'learningRate',
  'optimizer',
  'batchSize',
  'dataset',
] as const satisfies readonly (keyof CellLabels)[];

/** The cell that a trial belongs to. */
export function cellOf(config: TrialConfig): CellLabels & { readonly learningRate: number } {
  return {
    initializer: initializerLabel(config.initializer),
    activation: activationLabel(config.activation),
    network: networkLabel(config.network),
    normalization: normalizationLabel(config.normalization),
    depth: config.depth,
    width: config.width,
    learningRate: config.learningRate,
    optimizer: optimizerLabel(config.optimizer),
    batchSize: config.batchSize,
    dataset: datasetLabel(config.dataset),
  };
}

/** Whether an axis says something of a cell alone: the plain network and no normalization go without saying. */
export function isTold(cell: CellLabels, axis: keyof CellLabels): boolean {
  if (axis === 'network') return cell.network !== networkLabel(plainBuild.network);
  if (axis === 'normalization') return cell.normalization !== normalizationLabel(plainBuild.normalization);
  return true;
}

/** How a person reads the chosen axes of a cell: `heNormal`, `relu`, `depth 8`. */
export function cellParts(cell: CellLabels, shown: (axis: keyof CellLabels) => boolean): string[] {
  const parts: Readonly<Record<keyof CellLabels, string>> = {
    initializer: cell.initializer,
    activation: cell.activation,
    network: cell.network,
    normalization: `${cell.normalization === 'none' ? 'no' : cell.normalization} normalization`,
    depth: `depth ${cell.depth}`,
    width: `width ${cell.width}`,
    learningRate: cell.learningRate === bestRate ? 'best rate' : `rate ${cell.learningRate}`,
    optimizer: cell.optimizer,
    batchSize: `batch ${cell.batchSize}`,
    dataset: cell.dataset,
  };
  return (Object.keys(parts) as (keyof CellLabels)[]).filter(shown).map((axis) => parts[axis]);
}

type Defaults = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

function catalogueDefaults(catalogue: Readonly<Record<string, CatalogueEntry>>): Defaults {
  const entries = Object.entries(catalogue).map(([name, { parameters }]) => [
    name,
    Object.fromEntries(Object.entries(parameters).map(([key, parameter]) => [key, parameter.default])),
  ]);
  return Object.fromEntries(entries) as Defaults;
}

function choiceLabel(choice: { readonly name: string }, defaults: Defaults): string {
  const parameters = Object.entries(choice)
    .filter(([key, value]) => key !== 'name' && value !== defaults[choice.name]?.[key])
    .map(([key, value]) => `${key}=${String(value)}`)
    .sort();
  return parameters.length === 0 ? choice.name : `${choice.name}(${parameters.join(', ')})`;
}
