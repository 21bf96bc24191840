import {
  atLeast,
  atMost,
  bell,
  exponential,
  exponentialPart,
  logOnePlus,
  multiplyAdd,
  negativeSize,
  normalTail,
  powerOfTwo,
  withoutTiny,
} from './vector-math';

/** Codes as in training/backends/kernel/codes.ts. */
const LINEAR = 0;
const RELU = 1;
const LEAKY_RELU = 2;
const ELU = 3;
const SELU = 4;
const GELU = 5;
const SWISH = 6;
const SOFTPLUS = 7;
const SOFTSIGN = 8;
const TANH = 9;
const HARD_TANH = 10;
const SIGMOID = 11;

/** Klambauer, Unterthiner, Mayr, Hochreiter 2017, equation 14. */
const SELU_ALPHA: f32 = 1.6732632423543772;
const SELU_LAMBDA: f32 = 1.0507009873554805;
const ONE_OVER_SQRT_2_PI: f32 = 0.3989422804014327;

/** What an instance of a function below computes. */
type ValuesAndDerivatives = i32;
type ValuesOnly = f32;

/**
 * Replaces each of the numbers z in [values, values + bytes) by f(z) and writes f'(z) to the same place of `derivatives`:
 * both share their exponential, and the backward pass is then one multiplication whatever f is. `bytes` is a multiple of
 * 16. `parameter` is leakyRelu's slope or elu's alpha.
 */
export function activate(code: i32, parameter: f32, values: usize, derivatives: usize, bytes: usize): void {
  apply<ValuesAndDerivatives>(code, parameter, values, derivatives, bytes);
}

/** Only the values, for passes without a way back. */
export function activateValues(code: i32, parameter: f32, values: usize, bytes: usize): void {
  apply<ValuesOnly>(code, parameter, values, values, bytes);
}

function apply<Wanted>(code: i32, parameter: f32, values: usize, derivatives: usize, bytes: usize): void {
  const end = values + bytes;
  const to = derivatives - values;
  switch (code) {
    case LINEAR:
      linear<Wanted>(values, end, to);
      break;
    case RELU:
      relu<Wanted>(values, end, to);
      break;
    case LEAKY_RELU:
      leakyRelu<Wanted>(values, end, to, parameter);
      break;
    case ELU:
      exponentialLinear<Wanted>(values, end, to, parameter, 1);
      break;
    case SELU:
      exponentialLinear<Wanted>(values, end, to, SELU_ALPHA, SELU_LAMBDA);
      break;
    case GELU:
      gelu<Wanted>(values, end, to);
      break;
    case SWISH:
      swish<Wanted>(values, end, to);
      break;
    case SOFTPLUS:
      softplus<Wanted>(values, end, to);
      break;
    case SOFTSIGN:
      softsign<Wanted>(values, end, to);
      break;
    case TANH:
      tanh<Wanted>(values, end, to);
      break;
    case HARD_TANH:
      hardTanh<Wanted>(values, end, to);
      break;
    case SIGMOID:
      sigmoid<Wanted>(values, end, to);
      break;
    default:
      unreachable();
  }
}

// @ts-ignore: decorator
@inline
function put<Wanted>(at: usize, to: usize, value: v128, derivative: v128): void {
  v128.store(at, value);
  if (isInteger<Wanted>()) v128.store(at + to, derivative);
}

function linear<Wanted>(at: usize, end: usize, to: usize): void {
  const one = f32x4.splat(1);
  for (; at != end; at += 16) {
    const z = v128.load(at);
    put<Wanted>(at, to, withoutTiny(z, f32x4.abs(z)), one);
  }
}

function relu<Wanted>(at: usize, end: usize, to: usize): void {
  const zero = f32x4.splat(0);
  const one = f32x4.splat(1);
  for (; at != end; at += 16) {
    const z = v128.load(at);
    put<Wanted>(at, to, withoutTiny(z, z), v128.and(f32x4.gt(z, zero), one));
  }
}

function leakyRelu<Wanted>(at: usize, end: usize, to: usize, slope: f32): void {
  const zero = f32x4.splat(0);
  const one = f32x4.splat(1);
  const slopes = f32x4.splat(slope);
  for (; at != end; at += 16) {
    const z = v128.load(at);
    const derivative = v128.bitselect(one, slopes, f32x4.gt(z, zero));
    put<Wanted>(at, to, withoutTiny(f32x4.mul(z, derivative), f32x4.abs(z)), derivative);
  }
}

function exponentialLinear<Wanted>(at: usize, end: usize, to: usize, alpha: f32, scale: f32): void {
  const zero = f32x4.splat(0);
  const one = f32x4.splat(1);
  const alphas = f32x4.splat(alpha * scale);
  const scales = f32x4.splat(scale);
  for (; at != end; at += 16) {
    const z = v128.load(at);
    const x = atMost(z, zero);
    const power = powerOfTwo(x);
    const part = f32x4.mul(power, exponentialPart(x));
    const positive = f32x4.gt(z, zero);
    const below = f32x4.mul(alphas, f32x4.add(part, f32x4.sub(power, one)));
    const slope = f32x4.mul(alphas, f32x4.add(part, power));
    const value = v128.bitselect(f32x4.mul(scales, z), below, positive);
    put<Wanted>(at, to, withoutTiny(value, f32x4.abs(z)), v128.bitselect(scales, slope, positive));
  }
}

function gelu<Wanted>(at: usize, end: usize, to: usize): void {
  const zero = f32x4.splat(0);
  const one = f32x4.splat(1);
  for (; at != end; at += 16) {
    const z = v128.load(at);
    const size = f32x4.abs(z);
    // Beyond 14 the tail is 0 at this precision.
    const w = atMost(size, f32x4.splat(14));
    const height = bell(w);
    const tail = normalTail(w, height);
    const share = v128.bitselect(f32x4.sub(one, tail), tail, f32x4.gt(z, zero));
    const density = f32x4.mul(height, f32x4.splat(ONE_OVER_SQRT_2_PI));
    put<Wanted>(at, to, withoutTiny(f32x4.mul(z, share), size), multiplyAdd(z, density, share));
  }
}

function swish<Wanted>(at: usize, end: usize, to: usize): void {
  const zero = f32x4.splat(0);
  const one = f32x4.splat(1);
  for (; at != end; at += 16) {
    const z = v128.load(at);
    const e = exponential(negativeSize(z));
    const q = f32x4.div(one, f32x4.add(one, e));
    const small = f32x4.mul(e, q);
    const share = v128.bitselect(q, small, f32x4.ge(z, zero));
    put<Wanted>(at, to, withoutTiny(f32x4.mul(z, share), f32x4.abs(z)), multiplyAdd(z, f32x4.mul(small, q), share));
  }
}

function softplus<Wanted>(at: usize, end: usize, to: usize): void {
  const zero = f32x4.splat(0);
  const one = f32x4.splat(1);
  for (; at != end; at += 16) {
    const z = v128.load(at);
    const e = exponential(negativeSize(z));
    const q = f32x4.div(one, f32x4.add(one, e));
    const share = v128.bitselect(q, f32x4.mul(e, q), f32x4.ge(z, zero));
    put<Wanted>(at, to, f32x4.add(atLeast(z, zero), logOnePlus(e)), share);
  }
}

function softsign<Wanted>(at: usize, end: usize, to: usize): void {
  const one = f32x4.splat(1);
  for (; at != end; at += 16) {
    const z = v128.load(at);
    const size = f32x4.abs(z);
    const q = f32x4.div(one, f32x4.add(one, size));
    put<Wanted>(at, to, withoutTiny(f32x4.mul(z, q), size), f32x4.mul(q, q));
  }
}

function tanh<Wanted>(at: usize, end: usize, to: usize): void {
  const one = f32x4.splat(1);
  const signBit = i32x4.splat(0x80000000);
  for (; at != end; at += 16) {
    const z = v128.load(at);
    // With e = exp(-2 |z|): tanh |z| = (1 - e) / (1 + e) and its slope 4 e / (1 + e)^2, exact also where 1 - tanh^2 cancels.
    const x = negativeSize(f32x4.add(z, z));
    const power = powerOfTwo(x);
    const part = f32x4.mul(power, exponentialPart(x));
    const e = f32x4.add(part, power);
    const oneMinusE = f32x4.sub(f32x4.sub(one, power), part);
    const q = f32x4.div(one, f32x4.add(one, e));
    const size = f32x4.mul(oneMinusE, q);
    const twoQ = f32x4.add(q, q);
    put<Wanted>(at, to, v128.or(withoutTiny(size, size), v128.and(z, signBit)), f32x4.mul(e, f32x4.mul(twoQ, twoQ)));
  }
}

function hardTanh<Wanted>(at: usize, end: usize, to: usize): void {
  const one = f32x4.splat(1);
  for (; at != end; at += 16) {
    const z = v128.load(at);
    const size = f32x4.abs(z);
    const value = withoutTiny(atLeast(atMost(z, one), f32x4.splat(-1)), size);
    put<Wanted>(at, to, value, v128.and(f32x4.lt(size, one), one));
  }
}

function sigmoid<Wanted>(at: usize, end: usize, to: usize): void {
  const zero = f32x4.splat(0);
  const one = f32x4.splat(1);
  for (; at != end; at += 16) {
    const z = v128.load(at);
    const e = exponential(negativeSize(z));
    const q = f32x4.div(one, f32x4.add(one, e));
    const small = f32x4.mul(e, q);
    put<Wanted>(at, to, v128.bitselect(q, small, f32x4.ge(z, zero)), f32x4.mul(small, q));
  }
}
