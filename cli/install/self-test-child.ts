// A process of its own: a library that does not suit the machine may end it, and a process can load only one.
import { loadTfjsNode, type TfjsNodePackage } from '../../training/backends/tfjs/load-tfjs-node.ts';

export interface SelfTestAnswer {
  /** Of libtensorflow, such as 2.21.0. */
  readonly libraryVersion: string;
  readonly usesGpu: boolean;
}

/** What goes to the parent; `problem` when the library computes something else than it should. */
export type SelfTestMessage = SelfTestAnswer | { readonly problem: string };

/** Small integers are exact in single precision, on any device. */
function findProblem({ tf }: ReturnType<typeof loadTfjsNode>): string | null {
  const square = tf.tidy(() => {
    const matrix = tf.tensor2d([1, 2, 3, 4], [2, 2]);
    return [...tf.matMul(matrix, matrix).dataSync()];
  });
  if (square.join() !== '7,10,15,22') return `a product of matrices is ${square.join()}, expected 7,10,15,22`;
  const weight = tf.variable(tf.tensor2d([0, 0], [2, 1]));
  const step = tf.train.sgd(0.5);
  // The gradient of (2 - x w)^2 at w = 0 is -4 x, with x = (2, 4).
  const loss = (): ReturnType<typeof tf.scalar> =>
    tf.sum(tf.squaredDifference(tf.matMul(tf.tensor2d([2, 4], [1, 2]), weight), tf.scalar(2)));
  step.minimize(loss);
  const trained = [...weight.dataSync()];
  return trained.join() === '4,8' ? null : `a step of training led to ${trained.join()}, expected 4,8`;
}

function answer(asked: TfjsNodePackage): SelfTestMessage {
  try {
    const loaded = loadTfjsNode(asked);
    const problem = findProblem(loaded);
    if (problem !== null) return { problem };
    return { libraryVersion: loaded.libraryVersion, usesGpu: loaded.isUsingGpuDevice };
  } catch (error) {
    return { problem: (error as Error).message };
  }
}

const variable = process.argv[2] === 'cuda' ? 'SWEEP_TFJS_NODE_GPU' : 'SWEEP_TFJS_NODE';
const name = process.argv[2] === 'cuda' ? '@tensorflow/tfjs-node-gpu' : '@tensorflow/tfjs-node';
process.send?.(answer({ name, variable }), () => process.disconnect());
