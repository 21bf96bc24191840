/** Plain TensorFlow.js: its own operations, autodiff and optimizers on its WebAssembly backend, one trial at a time. Speaks peer.py's protocol. */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { setThreadsCount, setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs';
import type { Losses, Measurement } from './contender.ts';
import type { Work } from './work.ts';

type PeerWork = Work & { readonly batchSize: number; readonly distinctTrials: number; readonly folder: string };
type Request =
  { readonly kind: 'prepare'; readonly work: PeerWork } | { readonly kind: 'run'; readonly trials: number[] };
type Split = { readonly inputs: tf.Tensor2D; readonly labels: tf.Tensor2D };

setThreadsCount(Number(process.env['PEER_THREADS']));
const require = createRequire(import.meta.url);
setWasmPaths(join(dirname(require.resolve('@tensorflow/tfjs-backend-wasm/package.json')), 'wasm-out', '/'));
await tf.setBackend('wasm');

async function load(work: PeerWork): Promise<(trial: number) => Promise<Losses>> {
  const { layerSizes, epochs, stepsPerEpoch, batchSize, distinctTrials, folder } = work;
  const read = async (name: string): Promise<ArrayBuffer> => {
    const bytes = await readFile(join(folder, name));
    return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer;
  };
  const parameters = new Float32Array(await read('parameters.f32'));
  const order = new Int32Array(await read('order.u32'));
  const readSplit = async (name: string): Promise<Split> => {
    const targets = new Int32Array(await read(`${name}-targets.i32`));
    const inputs = new Float32Array(await read(`${name}-inputs.f32`));
    return {
      inputs: tf.tensor2d(inputs, [targets.length, layerSizes[0]!]),
      labels: tf.tidy(() =>
        tf.cast<tf.Tensor2D>(tf.oneHot(tf.tensor1d(targets, 'int32'), layerSizes.at(-1)!) as tf.Tensor2D, 'float32'),
      ),
    };
  };
  const splits = {
    train: await readSplit('train'),
    validation: await readSplit('validation'),
    test: await readSplit('test'),
  };
  const parameterCount = parameters.length / distinctTrials;

  function layersOf(trial: number): { kernel: tf.Variable<tf.Rank.R2>; bias: tf.Variable<tf.Rank.R1> }[] {
    let start = (trial % distinctTrials) * parameterCount;
    const take = (count: number): Float32Array => parameters.slice(start, (start += count));
    return layerSizes.slice(1).map((fanOut, layer) => {
      const fanIn = layerSizes[layer]!;
      return tf.tidy(() => ({
        kernel: tf.variable(tf.tensor2d(take(fanIn * fanOut), [fanIn, fanOut])),
        bias: tf.variable(tf.tensor1d(take(fanOut))),
      }));
    });
  }

  return async (trial) => {
    const layers = layersOf(trial);
    const outputs = (inputs: tf.Tensor2D): tf.Tensor2D =>
      layers.reduce((h, { kernel, bias }, layer) => {
        const z = tf.add<tf.Tensor2D>(tf.matMul(h, kernel), bias);
        return layer === layers.length - 1 ? z : tf.relu(z);
      }, inputs);
    const lossOf = (logits: tf.Tensor2D, labels: tf.Tensor2D): tf.Scalar =>
      tf.losses.softmaxCrossEntropy(labels, logits);
    const correctOf = (logits: tf.Tensor2D, labels: tf.Tensor2D): tf.Scalar =>
      tf.sum(tf.equal(tf.argMax(logits, 1), tf.argMax(labels, 1)));
    const evaluate = async ({ inputs, labels }: Split): Promise<number> => {
      const [loss, correct] = tf.tidy(() => {
        const logits = outputs(inputs);
        return [lossOf(logits, labels), correctOf(logits, labels)] as const;
      });
      await correct.data();
      const [value] = await loss.data();
      tf.dispose([loss, correct]);
      return value!;
    };
    const { optimizer: kind, learningRate } = work;
    const optimizer =
      kind.name === 'sgd'
        ? tf.train.sgd(learningRate)
        : tf.train.adam(learningRate, kind.beta1, kind.beta2, kind.epsilon);
    const train: number[] = [];
    const validation: number[] = [];
    await evaluate(splits.train);
    await evaluate(splits.validation);
    for (let epoch = 0; epoch < epochs; epoch++) {
      let sums = [tf.scalar(0), tf.scalar(0, 'int32')] as const;
      for (let step = 0; step < stepsPerEpoch; step++) {
        const start = (((trial % distinctTrials) * epochs + epoch) * stepsPerEpoch + step) * batchSize;
        const previous = sums;
        sums = tf.tidy(() => {
          const rows = tf.tensor1d(order.subarray(start, start + batchSize), 'int32');
          const inputs = tf.gather(splits.train.inputs, rows);
          const labels = tf.gather(splits.train.labels, rows);
          let correct = previous[1];
          const loss = optimizer.minimize(() => {
            const logits = outputs(inputs);
            correct = tf.keep(tf.add(correct, correctOf(logits, labels)));
            return lossOf(logits, labels);
          }, true)!;
          return [tf.add<tf.Scalar>(previous[0], loss), correct] as const;
        });
        tf.dispose([...previous]);
      }
      await sums[1].data();
      train.push((await sums[0].data())[0]! / stepsPerEpoch);
      tf.dispose([...sums]);
      validation.push(await evaluate(splits.validation));
    }
    const test = await evaluate(splits.test);
    optimizer.dispose();
    for (const { kernel, bias } of layers) tf.dispose([kernel, bias]);
    return { train, validation, test };
  };
}

let train: Awaited<ReturnType<typeof load>> | undefined;
process.stdout.write('ready\n');
for await (const line of createInterface({ input: process.stdin })) {
  const request = JSON.parse(line) as Request;
  const start = performance.now();
  const losses: Losses[] = [];
  if (request.kind === 'prepare') train = await load(request.work);
  else for (const trial of request.trials) losses.push(await train!(trial));
  const answer: Measurement = { seconds: (performance.now() - start) / 1_000, losses };
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
