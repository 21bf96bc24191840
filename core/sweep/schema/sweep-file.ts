import { z } from 'zod';
import type { Activation } from '../../activations/activation.ts';
import { activationCatalogue } from '../../activations/activation-catalogue.ts';
import type { Initializer } from '../../initializers/initializer.ts';
import { initializerCatalogue } from '../../initializers/initializer-catalogue.ts';
import type { Network, Normalization } from '../../networks/network.ts';
import { networkCatalogue, normalizationCatalogue } from '../../networks/network-catalogue.ts';
import { optimizerCatalogue } from '../../trial/optimizer-catalogue.ts';
import type { Optimizer } from '../../trial/trial-config.ts';
import { beyondLimit, type LimitName, type SweepLimits } from '../limits.ts';
import { sweepDefaults } from '../sweep-defaults.ts';
import { catalogueForms } from './catalogue-forms.ts';
import { datasetChoice } from './dataset-choice.ts';
import { namedChoice } from './named-choice.ts';
import { largestSeed, numberBetween, numberOrWord, positiveUpTo, seed, wholeBetween } from './parameters.ts';

const initializerChoice = namedChoice<Initializer>('initializer', catalogueForms(initializerCatalogue));
const activationChoice = namedChoice<Activation>('activation', catalogueForms(activationCatalogue));
const optimizerChoice = namedChoice<Optimizer>('optimizer', catalogueForms(optimizerCatalogue));

const networkChoice = namedChoice<Network>('network', catalogueForms(networkCatalogue));
const normalizationChoice = namedChoice<Normalization>('normalization', catalogueForms(normalizationCatalogue));

/** Names become workflow ids, file names and dashboard variables: short, plain, and never a way up a folder. */
const sweepName = /^(?!.*\.\.)[a-z0-9][a-z0-9._-]{0,62}$/;

/** One value of each axis, as a file writes it. */
function axisValueSchemas(limits: SweepLimits) {
  return {
    initializer: initializerChoice,
    activation: activationChoice,
    network: networkChoice,
    normalization: normalizationChoice,
    depth: wholeUpToLimit(limits, 'depth', 'Hidden layers; the network has one kernel more, the linear output layer.'),
    width: wholeUpToLimit(limits, 'width', 'Units of each hidden layer; channels of a convolution.'),
    learningRate: positiveUpTo(1000, 'Learning rate.'),
    optimizer: optimizerChoice,
    batchSize: wholeBetween(1, 65_536, 'Examples per step.'),
    dataset: datasetChoice,
    seed: seed('Seed of a trial: of its initial weights and of the order of its data.'),
  };
}

/** The whole file, as a person writes it; what fields mean together is not checked here. */
function sweepFileSchema(values: AxisValueSchemas, limits: SweepLimits) {
  const axis = <Value extends z.ZodType>(value: Value, description: string) =>
    z.union([value, listOf(value, limits)]).describe(`${description} One value or a list.`);
  const label = (value: z.ZodType) => z.union([value, z.array(value).min(1)]).optional();
  const text = z.string().max(500);
  const number = z.number();
  const excluded = label(
    text.describe('A label such as "heNormal" or "normal(sd=0.01)", or a name: all its variants.'),
  );

  return z.strictObject({
    $schema: z.string().optional().describe('Where an editor finds the JSON Schema.'),
    name: z
      .string()
      .regex(sweepName, 'must be 1 to 63 of a-z, 0-9, ".", "_" and "-", begin with a letter or digit, and hold no ".."')
      .describe('Short name of the sweep.'),
    description: z.string().max(2000).default('').describe('What the sweep is to find out.'),
    axes: z
      .strictObject({
        initializer: axis(values.initializer, 'Weight initializers.'),
        activation: axis(values.activation, 'Activations of the hidden layers.'),
        depth: axis(values.depth, 'Numbers of hidden layers.'),
        seed: z
          .union([values.seed, listOf(values.seed, limits), seedRange(limits)])
          .describe('Seeds: one, a list, or {"from": 1, "count": 5}. Every cell is trained once per seed.'),
        network: axis(values.network, 'How the hidden layers hang together.').optional(),
        normalization: axis(values.normalization, 'Normalizations of the hidden layers.').optional(),
        width: axis(values.width, 'Units of each hidden layer; channels of a convolution.').optional(),
        learningRate: axis(values.learningRate, 'Learning rates.').optional(),
        optimizer: axis(values.optimizer, 'Optimizers.').optional(),
        batchSize: axis(values.batchSize, 'Batch sizes.').optional(),
        dataset: axis(values.dataset, 'Data sets.').optional(),
      })
      .describe('The grid: every combination of the axes is trained.'),
    exclude: z
      .array(
        z.strictObject({
          initializer: excluded,
          activation: excluded,
          network: excluded,
          normalization: excluded,
          optimizer: excluded,
          dataset: excluded,
          depth: label(number),
          width: label(number),
          learningRate: label(number),
          batchSize: label(number),
          seed: label(number),
        }),
      )
      .max(1000)
      .default([])
      .describe('Combinations to leave out: each entry names axes and the values of theirs that it holds for.'),
    training: z
      .strictObject({
        epochs: wholeUpToLimit(limits, 'stepsPerTrial', 'Budget of each trial, in passes over the training examples.'),
        network: values.network
          .optional()
          .describe(`How the hidden layers hang together; ${sweepDefaults.network.name} by default.`),
        normalization: values.normalization
          .optional()
          .describe(`Normalization of the hidden layers; ${sweepDefaults.normalization.name} by default.`),
        width: values.width.optional().describe(`Units of each hidden layer; ${sweepDefaults.width} by default.`),
        learningRate: values.learningRate
          .optional()
          .describe('Learning rate; by default 0.1 for sgd, 0.01 for momentum and nesterov, else 0.001.'),
        optimizer: values.optimizer.optional().describe(`Optimizer; ${sweepDefaults.optimizer.name} by default.`),
        batchSize: values.batchSize.optional().describe(`Examples per step; ${sweepDefaults.batchSize} by default.`),
        dataset: values.dataset.optional().describe(`Data set; ${sweepDefaults.dataset.name} by default.`),
        loss: z
          .enum(['crossEntropy', 'meanSquaredError', 'huber'])
          .optional()
          .describe('By default crossEntropy for classification and meanSquaredError for regression.'),
        target: targetSchema.nullable().default(null),
        stopAtTarget: z
          .boolean()
          .default(false)
          .describe('Whether a trial ends once its target is met; else it spends its budget.'),
      })
      .describe('What all trials share.'),
    probes: z
      .strictObject({
        epochs: z
          .union([z.literal('none'), listOf(probedEpoch, limits)])
          .default([...sweepDefaults.probes.epochs])
          .describe(
            'Epochs after which layers are looked into; 0 is before the first step, "last" wherever a trial ends.',
          ),
        examples: wholeBetween(1, 65_536, 'Training examples in the batch of a probe.').default(
          sweepDefaults.probes.examples,
        ),
      })
      .prefault({}),
    adaptive: z
      .strictObject({
        seeds: z
          .strictObject({
            until: numberOrWord(z.number().min(0.01).max(1), ['decided']).describe(
              '"decided": one initializer is ahead of every other one; or a width: of the 95% interval of the chance that the best one beats another.',
            ),
            budget: wholeBetween(2, 100_000, 'Seeds of a cell at most.'),
            step: wholeBetween(1, 1_000, 'Seeds that a cell whose comparison is open is given at a time.').default(
              sweepDefaults.adaptiveStep,
            ),
          })
          .optional()
          .describe('Further seeds only where the comparison of initializers is still open.'),
        pruning: z
          .strictObject({
            method: z
              .enum(['ashaStopping'])
              .describe('Asynchronous successive halving (ASHA) that never takes up again what it has stopped.'),
            minEpochs: wholeUpToLimit(limits, 'stepsPerTrial', 'No trial is given up before so many epochs.'),
            reduction: wholeBetween(
              2,
              100,
              'From each rung about one of so many trials goes on, and the next rung comes after so many times the epochs.',
            ).default(sweepDefaults.pruningReduction),
          })
          .optional()
          .describe('Trials that are behind others of their network by validation loss are given up early.'),
      })
      .optional()
      .describe('What the sweep decides by its own results.'),
    run: z
      .strictObject({
        concurrency: wholeBetween(1, 100_000, 'Trials in flight at once, over all workers.').default(
          sweepDefaults.run.concurrency,
        ),
        reuse: z
          .boolean()
          .default(sweepDefaults.run.reuse)
          .describe('Take results that the database holds already, from this sweep or another.'),
        failureTolerance: numberBetween(0, 1, 'Share of trials that may fail before the sweep fails.').default(
          sweepDefaults.run.failureTolerance,
        ),
        attempts: wholeBetween(
          1,
          100,
          'Attempts of a trial that an error may end; stops and deaths of workers are not counted.',
        ).default(sweepDefaults.run.attempts),
        priority: wholeBetween(
          1,
          5,
          'Whose trials start first where several sweeps wait: 1 first, 5 last. By default 2 up to 200 trials, 3 up to 10,000, else 4.',
        ).optional(),
      })
      .prefault({}),
  });
}

export type AxisValueSchemas = ReturnType<typeof axisValueSchemas>;

export interface SweepSchemas {
  readonly file: ReturnType<typeof sweepFileSchema>;
  readonly axisValues: AxisValueSchemas;
}

const built = new WeakMap<SweepLimits, SweepSchemas>();

/** The schemas under some limits; built once, for that takes longer than to parse a file. */
export function sweepSchemas(limits: SweepLimits): SweepSchemas {
  const known = built.get(limits);
  if (known !== undefined) return known;
  const axisValues = axisValueSchemas(limits);
  const schemas = { file: sweepFileSchema(axisValues, limits), axisValues };
  built.set(limits, schemas);
  return schemas;
}

/** A file that the schema accepts, with the defaults that depend on nothing else. */
export type SweepFile = z.output<SweepSchemas['file']>;

const targetSchema = z
  .discriminatedUnion('metric', [
    z.strictObject({
      metric: z.enum(['validationAccuracy', 'trainAccuracy']),
      threshold: positiveUpTo(1, 'Accuracy to reach, as a share.'),
    }),
    z.strictObject({
      metric: z.enum(['validationLoss', 'trainLoss']),
      threshold: z.number().positive().describe('Loss to come down to.'),
    }),
  ])
  .describe('What a trial is to reach; null: there is no target.');

const probedEpoch = numberOrWord(z.int().min(0), ['last']);

function wholeUpToLimit(limits: SweepLimits, name: LimitName, description: string): z.ZodNumber {
  return z
    .int()
    .min(1)
    .max(limits[name], `is ${beyondLimit(limits, name)}`)
    .describe(description);
}

function listOf<Value extends z.ZodType>(value: Value, limits: SweepLimits): z.ZodArray<Value> {
  return z
    .array(value)
    .min(1)
    .max(limits.valuesPerAxis, `lists too many values, ${beyondLimit(limits, 'valuesPerAxis')}`);
}

function seedRange(limits: SweepLimits) {
  return z
    .strictObject({
      from: seed('First seed.').default(1),
      count: wholeUpToLimit(limits, 'valuesPerAxis', 'How many seeds in a row.'),
    })
    .refine(({ from, count }) => from + count - 1 <= largestSeed, `ends above the largest seed, ${largestSeed}`)
    .transform(({ from, count }) => Array.from({ length: count }, (_, i) => from + i));
}
