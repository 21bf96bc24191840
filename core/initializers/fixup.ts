import type { LayerShape } from './layer-shape.ts';
import { scalingVariance } from './variance-scaling.ts';

/**
 * Fixup's variance of a layer's weights (Zhang, Dauphin, Ma 2019, section 3): 0 in the output layer and in the last layer of every residual
 * branch, He's elsewhere, and within the L branches of m layers of weights that times L^(-1 / (m - 1)), the square of L^(-1 / (2 m - 2)), so
 * that a step changes the network's function by as much at any depth.
 */
export function fixupVariance(shape: LayerShape): number {
  const place = shape.place ?? { kind: 'hidden' };
  if (place.kind === 'output' || (place.kind === 'branch' && place.isLast)) return 0;
  const he = scalingVariance({ name: 'heNormal', mode: 'fanIn', slope: 'activation' }, shape);
  return place.kind === 'branch' ? he * place.branches ** (-1 / (place.layers - 1)) : he;
}
