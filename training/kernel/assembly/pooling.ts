/** What passes between layers beside kernels: means over the pixels, and shortcuts. */
import { ROW } from './matrix';
import { kept } from './normalization';

/** The means of a panel's columns over the `pixels` rows of each example. */
export function columnMeans(values: usize, pixels: i32, examples: i32, means: usize): void {
  const count = f32x4.splat(<f32>pixels);
  const bytes = <usize>pixels * ROW;
  for (let example = 0; example < examples; example++, values += bytes, means += ROW) {
    for (let half: usize = 0; half < ROW; half += 16) {
      let sum = f32x4.splat(0);
      for (let at = values + half; at < values + bytes; at += ROW) sum = f32x4.add(sum, v128.load(at));
      v128.store(means + half, f32x4.div(sum, count));
    }
  }
}

/** The way back of columnMeans, times the activation's derivatives. */
export function spreadMeans(gradients: usize, pixels: i32, examples: i32, derivatives: usize, deltas: usize): void {
  const count = f32x4.splat(<f32>pixels);
  const bytes = <usize>pixels * ROW;
  const to = deltas - derivatives;
  for (let example = 0; example < examples; example++, derivatives += bytes, gradients += ROW) {
    for (let half: usize = 0; half < ROW; half += 16) {
      const share = f32x4.div(v128.load(gradients + half), count);
      for (let at = derivatives + half; at < derivatives + bytes; at += ROW) {
        v128.store(at + to, kept(f32x4.mul(share, v128.load(at))));
      }
    }
  }
}

/** A shortcut: `values` take what the stream holds on board, and the stream then holds them, whichever is asked for. */
export function joinStream(values: usize, stream: usize, bytes: usize, takes: bool, leaves: bool): void {
  const to = stream - values;
  for (const end = values + bytes; values != end; values += 16) {
    let x = v128.load(values);
    if (takes) {
      x = kept(f32x4.add(x, v128.load(values + to)));
      v128.store(values, x);
    }
    if (leaves) v128.store(values + to, x);
  }
}
