/**
 * exp, log1p and the normal tail on four float32 lanes: what the activations and the softmax are made of. Multiplications,
 * additions and divisions in a fixed order, so every machine gives the same bits. NaN in gives NaN out. Polynomials are
 * Chebyshev fits made for this file with mpmath's `chebyfit`, and are evaluated in parallel halves because the time is
 * spent waiting for results. Errors are stated against the exact function and tested over dense sweeps of float32 numbers
 * (tests/training/kernel).
 *
 * Constants used in loops lie in memory: broadcasting a loaded one costs V8 one instruction, a literal vector three.
 */

/** 2^-100; see `withoutTiny`. */
const TINY: f32 = 7.888609052210118e-31;
/** 2^-57 and its square; see `squarable`. */
const TINY_ROOT: f32 = 6.938893903907228e-18;
const TINY_SQUARE: f32 = 4.8148248609680896e-35;

/** exp gives 0 below: e^-69 is just above 2^-100. */
const LOWEST_EXPONENT = memory.data<f32>([-69.0]);
const LOG2_E = memory.data<f32>([1.4426950408889634]);
/** ln 2 in two parts (Cody and Waite 1980): the first has 9 bits, so n times it is exact for |n| < 2^15. */
const LN2_HIGH = memory.data<f32>([0.693359375]);
const LN2_LOW = memory.data<f32>([-2.1219444005469058e-4]);
const LN2 = memory.data<f32>([0.6931471805599453]);
/** 1.5 * 2^23: adding it rounds to an integer, which then stands in the low bits of the sum. */
const ROUNDER = memory.data<f32>([12582912.0]);

/** (expm1(r) - r) / r^2 for |r| <= ln 2 / 2, lowest power first; error 6.5e-8. */
const EXP_0 = memory.data<f32>([0.5]);
const EXP_1 = memory.data<f32>([0.1666657667]);
const EXP_2 = memory.data<f32>([0.04166655421]);
const EXP_3 = memory.data<f32>([0.008363232884]);
const EXP_4 = memory.data<f32>([0.001392625083]);

/** (2 atanh(t) - 2 t) / t^3 in powers of t^2 for t^2 <= 0.02945; error 1.9e-7. */
const LOG_0 = memory.data<f32>([0.6666668506]);
const LOG_1 = memory.data<f32>([0.3998877067]);
const LOG_2 = memory.data<f32>([0.2958039828]);

/** P(Z > w) e^(w^2 / 2) (w + 2.5) in powers of t = (w - 2.5) / (w + 2.5) for w in [0, 14]; error 1.7e-8. */
const TAIL_CENTRE = memory.data<f32>([2.5]);
const TAIL_0 = memory.data<f32>([0.7066566598]);
const TAIL_1 = memory.data<f32>([-0.4336919919]);
const TAIL_2 = memory.data<f32>([0.1319869802]);
const TAIL_3 = memory.data<f32>([0.009235586572]);
const TAIL_4 = memory.data<f32>([-0.01638620069]);
const TAIL_5 = memory.data<f32>([-0.001599755176]);
const TAIL_6 = memory.data<f32>([0.002524011232]);
const TAIL_7 = memory.data<f32>([0.0006829994798]);
const TAIL_8 = memory.data<f32>([-0.0003117024296]);
const TAIL_9 = memory.data<f32>([-0.0001571075544]);

// @ts-ignore: decorator
@inline
function constant(address: usize): v128 {
  return v128.load32_splat(address);
}

/**
 * `value`, or 0 in lanes where `size` is under 2^-100. Activations, gradients and moments pass through here before they
 * are stored, because products of vanishing ones would be subnormal, which many processors compute a hundred times slower
 * and WebAssembly cannot switch off. The limit leaves room for factors down to 2^-26 before a product is subnormal.
 */
// @ts-ignore: decorator
@inline
export function withoutTiny(value: v128, size: v128): v128 {
  // NaN < TINY is false: NaN stays.
  return v128.andnot(value, f32x4.lt(size, f32x4.splat(TINY)));
}

/** The same for magnitudes under 2^-57: then a square, times a share of it, is not subnormal. */
// @ts-ignore: decorator
@inline
export function squarable(x: v128): v128 {
  return v128.andnot(x, f32x4.lt(f32x4.abs(x), f32x4.splat(TINY_ROOT)));
}

/** A mean of squares, or 0 where it is under the square of that limit. */
// @ts-ignore: decorator
@inline
export function withoutTinySquare(x: v128): v128 {
  return v128.andnot(x, f32x4.lt(x, f32x4.splat(TINY_SQUARE)));
}

/** x or, where x is smaller, `low`; NaN stays NaN. */
// @ts-ignore: decorator
@inline
export function atLeast(x: v128, low: v128): v128 {
  return f32x4.pmax(x, low);
}

/** x or, where x is greater, `high`; NaN stays NaN. */
// @ts-ignore: decorator
@inline
export function atMost(x: v128, high: v128): v128 {
  return f32x4.pmin(x, high);
}

/** -|x| */
// @ts-ignore: decorator
@inline
export function negativeSize(x: v128): v128 {
  return v128.or(x, i32x4.splat(0x80000000));
}

/** x y + z, rounded twice. */
// @ts-ignore: decorator
@inline
export function multiplyAdd(x: v128, y: v128, z: v128): v128 {
  return f32x4.add(f32x4.mul(x, y), z);
}

/** x / ln 2 rounded to an integer n, as n + ROUNDER. */
// @ts-ignore: decorator
@inline
function shiftedExponent(x: v128): v128 {
  const clamped = atLeast(x, constant(LOWEST_EXPONENT));
  return multiplyAdd(clamped, constant(LOG2_E), constant(ROUNDER));
}

/** x - n ln 2 for the same n, in [-ln 2 / 2, ln 2 / 2]. */
// @ts-ignore: decorator
@inline
function reducedExponent(x: v128): v128 {
  const clamped = atLeast(x, constant(LOWEST_EXPONENT));
  const n = f32x4.sub(shiftedExponent(x), constant(ROUNDER));
  const low = f32x4.mul(n, constant(LN2_LOW));
  return f32x4.sub(f32x4.sub(clamped, f32x4.mul(n, constant(LN2_HIGH))), low);
}

/** e^r - 1 for |r| <= ln 2 / 2, relative error at most 1.5e-7. */
// @ts-ignore: decorator
@inline
function smallExpm1(r: v128): v128 {
  const square = f32x4.mul(r, r);
  const low = multiplyAdd(r, constant(EXP_1), constant(EXP_0));
  const high = multiplyAdd(square, constant(EXP_4), multiplyAdd(r, constant(EXP_3), constant(EXP_2)));
  return multiplyAdd(multiplyAdd(high, square, low), square, r);
}

/** e^x = 2^n (1 + p) for x <= 0: the power of two, 0 below LOWEST_EXPONENT. */
// @ts-ignore: decorator
@inline
export function powerOfTwo(x: v128): v128 {
  const power = i32x4.add(i32x4.shl(shiftedExponent(x), 23), i32x4.splat(0x3f800000));
  return v128.andnot(power, f32x4.lt(x, constant(LOWEST_EXPONENT)));
}

/** e^x = 2^n (1 + p) for x <= 0: p, in [-0.293, 0.415]. */
// @ts-ignore: decorator
@inline
export function exponentialPart(x: v128): v128 {
  return smallExpm1(reducedExponent(x));
}

/** e^x for x <= 0, relative error at most 2e-7; 0 below -69. */
// @ts-ignore: decorator
@inline
export function exponential(x: v128): v128 {
  const power = powerOfTwo(x);
  return multiplyAdd(power, exponentialPart(x), power);
}

/** log(1 + y) for finite y >= 0, relative error at most 3e-7. */
// @ts-ignore: decorator
@inline
export function logOnePlus(y: v128): v128 {
  const one = f32x4.splat(1);
  const sum = f32x4.add(one, y);
  // sum = 2^n m with m in [sqrt 1/2, sqrt 2); 0x3f3504f3 is sqrt 1/2.
  const n = i32x4.shr_s(i32x4.sub(sum, i32x4.splat(0x3f3504f3)), 23);
  const m = i32x4.sub(sum, i32x4.shl(n, 23));
  // Where n is 0, y is m - 1 without the rounding of 1 + y.
  const f = v128.bitselect(y, f32x4.sub(m, one), i32x4.eq(n, i32x4.splat(0)));
  // log m = 2 atanh t with t = f / (2 + f).
  const t = f32x4.div(f, f32x4.add(f32x4.splat(2), f));
  const square = f32x4.mul(t, t);
  const p = multiplyAdd(multiplyAdd(square, constant(LOG_2), constant(LOG_1)), square, constant(LOG_0));
  const log = multiplyAdd(f32x4.mul(p, square), t, f32x4.add(t, t));
  // A NaN's bits pass for a number above; 0 y brings it back.
  const whole = multiplyAdd(f32x4.convert_i32x4_s(n), constant(LN2), f32x4.mul(y, f32x4.splat(0)));
  return f32x4.add(whole, log);
}

/** e^(-w^2 / 2) for w >= 0, relative error at most 3e-7: the square is split so that its rounding does not enter. */
// @ts-ignore: decorator
@inline
export function bell(w: v128): v128 {
  const head = v128.and(w, i32x4.splat(0xfffff000));
  const half = f32x4.splat(-0.5);
  const x = f32x4.mul(f32x4.mul(head, head), half);
  const rest = f32x4.mul(f32x4.mul(f32x4.sub(w, head), f32x4.add(w, head)), half);
  const power = powerOfTwo(x);
  return multiplyAdd(power, smallExpm1(f32x4.add(reducedExponent(x), rest)), power);
}

/** P(Z > w) of a standard normal Z for w in [0, 14], given bell(w); relative error at most 6e-7. */
// @ts-ignore: decorator
@inline
export function normalTail(w: v128, bellOfW: v128): v128 {
  const q = f32x4.div(f32x4.splat(1), f32x4.add(w, constant(TAIL_CENTRE)));
  const t = f32x4.mul(f32x4.sub(w, constant(TAIL_CENTRE)), q);
  const square = f32x4.mul(t, t);
  let even = multiplyAdd(square, constant(TAIL_8), constant(TAIL_6));
  let odd = multiplyAdd(square, constant(TAIL_9), constant(TAIL_7));
  even = multiplyAdd(even, square, constant(TAIL_4));
  odd = multiplyAdd(odd, square, constant(TAIL_5));
  even = multiplyAdd(even, square, constant(TAIL_2));
  odd = multiplyAdd(odd, square, constant(TAIL_3));
  even = multiplyAdd(even, square, constant(TAIL_0));
  odd = multiplyAdd(odd, square, constant(TAIL_1));
  return f32x4.mul(f32x4.mul(multiplyAdd(odd, t, even), q), bellOfW);
}
