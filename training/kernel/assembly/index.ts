/** What the host calls; see network.ts. Compiled to ../kernel.wasm by `npm run kernel`. */
export { activate } from './activation';
export {
  activateLayer,
  affine,
  evaluate,
  gather,
  kernelGradients,
  measure,
  outputDeltas,
  propagateDeltas,
  sumDeltas,
  swapDeltas,
  train,
} from './network';

/** First byte that the host may use. */
export function heapBase(): usize {
  return __heap_base;
}
