/** What the host calls. Compiled to ../kernel.wasm by `npm run kernel`. */
export { activate } from './activation';
export { kernelGradients, outputDeltas, propagateDeltas, sumDeltas, swapDeltas } from './backward';
export { activateLayer, affine } from './forward';
export { gather } from './network';
export { evaluate, measure, train } from './train';

/** First byte that the host may use. */
export function heapBase(): usize {
  return __heap_base;
}
