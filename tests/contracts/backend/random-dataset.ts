import { randomStream } from '../../../core/random/random-stream.ts';
import type { Dataset, Split, SplitName } from '../../../training/datasets/dataset.ts';

export interface RandomDatasetOptions {
  readonly task: Dataset['task'];
  readonly inputs: number;
  readonly outputs: number;
  readonly image?: Dataset['image'];
  readonly examples?: Readonly<Record<SplitName, number>>;
  readonly seed?: number;
}

/** Gaussian inputs with targets that depend on them (a random linear map), so that training has something to learn. */
export function randomDataset(options: RandomDatasetOptions): Dataset {
  const { task, inputs, outputs, seed = 1, examples = { train: 64, validation: 37, test: 21 } } = options;
  const map = new Float32Array(inputs * outputs);
  randomStream(seed, 'map').fillNormal(map, 0, 1);

  const split = (name: SplitName): Split => {
    const count = examples[name];
    const values = new Float32Array(count * inputs);
    randomStream(seed, name).fillNormal(values, 0, 1);
    const mapped = new Float32Array(count * outputs);
    for (let row = 0; row < count; row++) {
      for (let k = 0; k < outputs; k++) {
        for (let i = 0; i < inputs; i++) {
          mapped[row * outputs + k]! += values[row * inputs + i]! * map[i * outputs + k]!;
        }
      }
    }
    const classes = Int32Array.from({ length: count }, (_, row) => {
      const scores = [...mapped.subarray(row * outputs, (row + 1) * outputs)];
      return scores.indexOf(Math.max(...scores));
    });
    return { examples: count, inputs: values, targets: task === 'classification' ? classes : mapped };
  };
  return {
    name: `random ${task} ${inputs} to ${outputs}, seed ${seed}`,
    task,
    inputs,
    image: options.image ?? null,
    outputs,
    splits: { train: split('train'), validation: split('validation'), test: split('test') },
    hash: `random-${task}-${inputs}-${outputs}-${seed}`,
  };
}
