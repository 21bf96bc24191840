import { Slot } from './slot';
import { squarable, withoutTiny, withoutTinySquare } from './vector-math';

/**
 * The update rules defined in training/optimizers.ts, on runs of parameters. Codes as in training/backends/kernel/codes.ts.
 * Vanishing moments become 0: a unit that gets no gradient any more would otherwise keep subnormal moments for ever (0.9
 * times the smallest subnormals rounds back to themselves). In mean squares gradients under 2^-57 (7e-18) count as 0, far
 * under any epsilon that is added to the root.
 */
const SGD = 0;
const MOMENTUM = 1;
const NESTEROV = 2;
const ADAM = 3;
const ADAMW = 4;
const RMSPROP = 5;

/** What one step's updates of one slot share, computed once per step in double precision. */
let rate: v128 = f32x4.splat(0);
let decay1: v128 = f32x4.splat(0);
let rest1: v128 = f32x4.splat(0);
let decay2: v128 = f32x4.splat(0);
let rest2: v128 = f32x4.splat(0);
let epsilon: v128 = f32x4.splat(0);
let correction2: v128 = f32x4.splat(0);
let shrink: v128 = f32x4.splat(0);

/** Prepares the updates of this slot's step number slot.step (the first is 1). */
export function beginUpdate(code: i32, slot: Slot): void {
  const learningRate = slot.learningRate;
  rate = f32x4.splat(<f32>learningRate);
  decay1 = f32x4.splat(<f32>slot.option0);
  rest1 = f32x4.splat(<f32>(1 - slot.option0));
  if (code == RMSPROP) epsilon = f32x4.splat(<f32>slot.option1);
  if (code == ADAM || code == ADAMW) {
    decay2 = f32x4.splat(<f32>slot.option1);
    rest2 = f32x4.splat(<f32>(1 - slot.option1));
    epsilon = f32x4.splat(<f32>slot.option2);
    shrink = f32x4.splat(<f32>(1 - learningRate * slot.option3));
    rate = f32x4.splat(<f32>(learningRate / (1 - power(slot.option0, <i32>slot.step))));
    correction2 = f32x4.splat(<f32>(1 / (1 - power(slot.option1, <i32>slot.step))));
  }
}

/**
 * Updates the parameters in [w, w + bytes) with gradient g; moments lie `moment` bytes (the second: twice that) after
 * their parameter. `bytes` is a multiple of 16.
 */
export function update(code: i32, w: usize, g: usize, bytes: usize, moment: usize): void {
  const end = w + bytes;
  const to = g - w;
  switch (code) {
    case SGD:
      sgd(w, end, to);
      break;
    case MOMENTUM:
      momentum(w, end, to, moment);
      break;
    case NESTEROV:
      nesterov(w, end, to, moment);
      break;
    case ADAM:
    case ADAMW:
      adam(w, end, to, moment);
      break;
    case RMSPROP:
      rmsprop(w, end, to, moment);
      break;
    default:
      unreachable();
  }
}

function sgd(w: usize, end: usize, to: usize): void {
  const lr = rate;
  for (; w != end; w += 16) v128.store(w, f32x4.sub(v128.load(w), f32x4.mul(lr, v128.load(w + to))));
}

function momentum(w: usize, end: usize, to: usize, moment: usize): void {
  const lr = rate;
  const mu = decay1;
  for (; w != end; w += 16) {
    const sum = f32x4.add(f32x4.mul(mu, v128.load(w + moment)), v128.load(w + to));
    const v = withoutTiny(sum, f32x4.abs(sum));
    v128.store(w + moment, v);
    v128.store(w, f32x4.sub(v128.load(w), f32x4.mul(lr, v)));
  }
}

function nesterov(w: usize, end: usize, to: usize, moment: usize): void {
  const lr = rate;
  const mu = decay1;
  for (; w != end; w += 16) {
    const g = v128.load(w + to);
    const sum = f32x4.add(f32x4.mul(mu, v128.load(w + moment)), g);
    const v = withoutTiny(sum, f32x4.abs(sum));
    v128.store(w + moment, v);
    v128.store(w, f32x4.sub(v128.load(w), f32x4.mul(lr, f32x4.add(g, f32x4.mul(mu, v)))));
  }
}

/** adamw too: adam is adamw with weight decay 0, so that `shrink` is 1. */
function adam(w: usize, end: usize, to: usize, moment: usize): void {
  const lr = rate;
  const b1 = decay1;
  const r1 = rest1;
  const b2 = decay2;
  const r2 = rest2;
  const c2 = correction2;
  const eps = epsilon;
  const keep = shrink;
  for (; w != end; w += 16) {
    const g = v128.load(w + to);
    const sum = f32x4.add(f32x4.mul(b1, v128.load(w + moment)), f32x4.mul(r1, g));
    const m = withoutTiny(sum, f32x4.abs(sum));
    const s = squarable(g);
    const v = withoutTinySquare(
      f32x4.add(f32x4.mul(b2, v128.load(w + (moment << 1))), f32x4.mul(f32x4.mul(r2, s), s)),
    );
    v128.store(w + moment, m);
    v128.store(w + (moment << 1), v);
    const root = f32x4.add(f32x4.sqrt(f32x4.mul(c2, v)), eps);
    v128.store(w, f32x4.sub(f32x4.mul(keep, v128.load(w)), f32x4.div(f32x4.mul(lr, m), root)));
  }
}

function rmsprop(w: usize, end: usize, to: usize, moment: usize): void {
  const lr = rate;
  const decay = decay1;
  const rest = rest1;
  const eps = epsilon;
  for (; w != end; w += 16) {
    const g = v128.load(w + to);
    const s = squarable(g);
    const v = withoutTinySquare(f32x4.add(f32x4.mul(decay, v128.load(w + moment)), f32x4.mul(f32x4.mul(rest, s), s)));
    v128.store(w + moment, v);
    const root = f32x4.add(f32x4.sqrt(v), eps);
    v128.store(w, f32x4.sub(v128.load(w), f32x4.div(f32x4.mul(lr, g), root)));
  }
}

/** base^exponent for exponent >= 1 by repeated squaring. */
function power(base: f64, exponent: i32): f64 {
  let result: f64 = 1;
  for (; exponent > 0; exponent >>= 1, base *= base) if (exponent & 1) result *= base;
  return result;
}
