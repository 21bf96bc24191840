import { UserError } from '../core/errors.ts';
import type { TrialConfig } from '../core/trial/trial-config.ts';
import type { Dataset } from './datasets/dataset.ts';
import { taskOf } from './losses.ts';
import type { DatasetFacts } from './trainer.ts';

/** What must be known of a loaded data set before a trial on it is claimed. */
export function datasetFacts({ hash, task, inputs, outputs, splits }: Dataset): DatasetFacts {
  return { hash, task, inputs, outputs, trainExamples: splits.train.examples };
}

/** Throws UserError when a trial cannot be trained on a data set; the message says the mend. */
export function checkTrialFits(config: TrialConfig, dataset: Dataset): void {
  const { name } = config.dataset;
  const facts = datasetFacts(dataset);
  if (config.network.name === 'convolution' && dataset.image === null) {
    throw new UserError(
      `Data set ${name} holds no images (height x width, maybe x channels); choose another network than convolution.`,
    );
  }
  if (config.batchSize > facts.trainExamples) {
    throw new UserError(
      `batchSize ${config.batchSize} is more than the ${facts.trainExamples} training examples of data set ${name}; choose at most ${facts.trainExamples}.`,
    );
  }
  if (taskOf(config.loss) !== facts.task) {
    const fitting = facts.task === 'classification' ? 'crossEntropy' : 'meanSquaredError or huber';
    throw new UserError(`Data set ${name} is for ${facts.task}; loss ${config.loss} is not, choose ${fitting}.`);
  }
  if (facts.task === 'regression' && config.target?.metric.endsWith('Accuracy')) {
    throw new UserError(
      `Data set ${name} is for regression, which has no accuracy; choose a target on validationLoss or trainLoss, not ${config.target.metric}.`,
    );
  }
}
