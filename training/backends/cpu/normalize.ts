import { normalizationEpsilon, type Normalization } from '../../../core/networks/network.ts';
import type { LayerLayout } from '../../parameter-layout.ts';

/** Means and variances that a layer was normalized by, one a group: an example (layer), or a unit (batch). */
export interface Statistics {
  readonly means: Float64Array;
  readonly variances: Float64Array;
}

/** Where the values of the groups lie among `values` sums, in examples of `size` of them. */
function groups(kind: Normalization['name'], units: number, size: number, values: number) {
  return kind === 'layer'
    ? { count: values / size, members: size, start: (group: number) => group * size, stride: 1 }
    : { count: units, members: values / units, start: (group: number) => group, stride: units };
}

/** Mean and population variance of each group, double precision. */
export function statisticsOf(
  kind: Normalization['name'],
  { units, positions }: LayerLayout,
  s: Float32Array,
  values: number,
): Statistics {
  const { count, members, start, stride } = groups(kind, units, units * positions, values);
  const means = new Float64Array(count);
  const variances = new Float64Array(count);
  for (let group = 0; group < count; group++) {
    const first = start(group);
    let sum = 0;
    for (let i = 0; i < members; i++) sum += s[first + i * stride]!;
    const mean = sum / members;
    let squares = 0;
    for (let i = 0; i < members; i++) squares += (s[first + i * stride]! - mean) ** 2;
    means[group] = mean;
    variances[group] = squares / members;
  }
  return { means, variances };
}

/** z = gain * (s - mean) / sqrt(variance + epsilon) + bias. */
export function normalize(
  kind: Normalization['name'],
  layer: LayerLayout,
  parameters: Float32Array,
  { means, variances }: Statistics,
  s: Float32Array,
  values: number,
  z: Float32Array,
): void {
  const { units, positions, bias } = layer;
  const size = units * positions;
  for (let i = 0; i < values; i++) {
    const unit = i % units;
    const group = kind === 'layer' ? Math.floor(i / size) : unit;
    const normal = (s[i]! - means[group]!) / Math.sqrt(variances[group]! + normalizationEpsilon);
    z[i] = parameters[layer.gain! + unit]! * normal + parameters[bias + unit]!;
  }
}

/**
 * From the gradient by z to that by s, through the means and variances too (Ioffe, Szegedy 2015, section 3; Ba, Kiros, Hinton 2016): with n the
 * normal values and d = gain dz, ds = (d - mean(d) - n mean(d n)) / sqrt(variance + epsilon), means over the group. Writes the gain's gradient.
 */
export function normalizationGradients(
  kind: Normalization['name'],
  layer: LayerLayout,
  parameters: Float32Array,
  { means, variances }: Statistics,
  s: Float32Array,
  dz: Float32Array,
  values: number,
  ds: Float32Array,
  gradients: Float32Array,
): void {
  const { units, positions } = layer;
  const gain = layer.gain!;
  const { count, members, start, stride } = groups(kind, units, units * positions, values);
  const gainSums = new Float64Array(units);
  for (let group = 0; group < count; group++) {
    const first = start(group);
    const scale = 1 / Math.sqrt(variances[group]! + normalizationEpsilon);
    let sum = 0;
    let product = 0;
    for (let i = 0; i < members; i++) {
      const at = first + i * stride;
      const normal = (s[at]! - means[group]!) * scale;
      const delta = parameters[gain + (at % units)]! * dz[at]!;
      gainSums[at % units]! += dz[at]! * normal;
      sum += delta;
      product += delta * normal;
    }
    for (let i = 0; i < members; i++) {
      const at = first + i * stride;
      const normal = (s[at]! - means[group]!) * scale;
      const delta = parameters[gain + (at % units)]! * dz[at]!;
      ds[at] = scale * (delta - sum / members - (normal * product) / members);
    }
  }
  gradients.set(gainSums, gain);
}
