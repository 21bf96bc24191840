/*
 * exp, log1p and the normal tail in vectors: what activations and softmax are made of. The polynomials are those of
 * ../assembly/vector-math.ts, where their errors and the reason for the limits are told; here multiply-adds round once.
 */
#pragma once
#include "vector.h"

/* 2^-100; 2^-57 and its square. */
#define TINY 0x1p-100f
#define TINY_ROOT 0x1p-57f
#define TINY_SQUARE 0x1p-114f

/* exp gives 0 below: e^-69 is just above 2^-100. */
#define LOWEST_EXPONENT -69.0f
#define LOG2_E 1.4426950408889634f
/* ln 2 in two parts, the first of 9 bits (Cody and Waite 1980). */
#define LN2_HIGH 0.693359375f
#define LN2_LOW -2.1219444005469058e-4f
#define LN2 0.6931471805599453f
/* 1.5 * 2^23: adding it rounds to an integer, which then stands in the low bits of the sum. */
#define ROUNDER 12582912.0f

/* `value`, or 0 in lanes where `size` is under 2^-100: products of vanishing numbers would be subnormal, which is slow. */
INLINE floats withoutTiny(floats value, floats size) { return except(size < TINY, value); }
/* The same for magnitudes under 2^-57: then a square, times a share of it, is not subnormal. */
INLINE floats squarable(floats x) { return except(sizeOf(x) < TINY_ROOT, x); }
/* A mean of squares, or 0 where it is under the square of that limit. */
INLINE floats withoutTinySquare(floats x) { return except(x < TINY_SQUARE, x); }

/* x / ln 2 rounded to an integer n, as n + ROUNDER. */
INLINE floats shiftedExponent(floats x) {
  return fused(atLeast(x, splat(LOWEST_EXPONENT)), splat(LOG2_E), splat(ROUNDER));
}

/* x - n ln 2 for the same n, in [-ln 2 / 2, ln 2 / 2]. */
INLINE floats reducedExponent(floats x) {
  const floats n = shiftedExponent(x) - ROUNDER;
  return fusedMinus(n, splat(LN2_LOW), fusedMinus(n, splat(LN2_HIGH), atLeast(x, splat(LOWEST_EXPONENT))));
}

/* e^r - 1 for |r| <= ln 2 / 2. */
INLINE floats smallExpm1(floats r) {
  const floats square = r * r;
  const floats low = fused(r, splat(0.1666657667f), splat(0.5f));
  const floats middle = fused(r, splat(0.008363232884f), splat(0.04166655421f));
  const floats high = fused(square, splat(0.001392625083f), middle);
  return fused(fused(high, square, low), square, r);
}

/* e^x = 2^n (1 + p) for x <= 0: the power of two, 0 below LOWEST_EXPONENT. */
INLINE floats powerOfTwo(floats x) {
  const words power = ((words)shiftedExponent(x) << 23) + 0x3f800000u;
  return except(x < LOWEST_EXPONENT, (floats)power);
}

/* e^x = 2^n (1 + p) for x <= 0: p. */
INLINE floats exponentialPart(floats x) { return smallExpm1(reducedExponent(x)); }

/* e^x for x <= 0, relative error at most 2e-7; 0 below -69. */
INLINE floats exponential(floats x) {
  const floats power = powerOfTwo(x);
  return fused(power, exponentialPart(x), power);
}

/* log(1 + y) for finite y >= 0, relative error at most 3e-7. */
INLINE floats logOnePlus(floats y) {
  const floats sum = 1.0f + y;
  /* sum = 2^n m with m in [sqrt 1/2, sqrt 2); 0x3f3504f3 is sqrt 1/2. */
  const ints n = ((ints)sum - 0x3f3504f3) >> 23;
  const floats m = (floats)((words)sum - ((words)n << 23));
  /* Where n is 0, y is m - 1 without the rounding of 1 + y. */
  const floats f = choose(n == 0, y, m - 1.0f);
  /* log m = 2 atanh t with t = f / (2 + f). */
  const floats t = f / (2.0f + f);
  const floats square = t * t;
  const floats p = fused(fused(square, splat(0.2958039828f), splat(0.3998877067f)), square, splat(0.6666668506f));
  const floats log = fused(p * square, t, t + t);
  /* A NaN's bits pass for a number above; 0 y brings it back. */
  const floats whole = fused(__builtin_convertvector(n, floats), splat(LN2), y * 0.0f);
  return whole + log;
}

/* e^(-w^2 / 2) for w >= 0, relative error at most 3e-7: the rounding of the square is made good. */
INLINE floats bell(floats w) {
  const floats square = w * w;
  const floats x = square * -0.5f;
  const floats rest = fused(w, w, -square) * -0.5f;
  const floats power = powerOfTwo(x);
  return fused(power, smallExpm1(reducedExponent(x) + rest), power);
}

/* P(Z > w) of a standard normal Z for w in [0, 14], given bell(w); relative error at most 6e-7. */
INLINE floats normalTail(floats w, floats bellOfW) {
  const floats q = 1.0f / (w + 2.5f);
  const floats t = (w - 2.5f) * q;
  const floats square = t * t;
  floats even = fused(square, splat(-0.0003117024296f), splat(0.002524011232f));
  floats odd = fused(square, splat(-0.0001571075544f), splat(0.0006829994798f));
  even = fused(even, square, splat(-0.01638620069f));
  odd = fused(odd, square, splat(-0.001599755176f));
  even = fused(even, square, splat(0.1319869802f));
  odd = fused(odd, square, splat(0.009235586572f));
  even = fused(even, square, splat(0.7066566598f));
  odd = fused(odd, square, splat(-0.4336919919f));
  return fused(odd, t, even) * q * bellOfW;
}
