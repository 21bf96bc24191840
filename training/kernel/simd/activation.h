/* The activations; codes as in training/backends/kernel/codes.ts. */
#pragma once
#include "vector-math.h"

enum { LINEAR, RELU, LEAKY_RELU, ELU, SELU, GELU, SWISH, SOFTPLUS, SOFTSIGN, TANH, HARD_TANH, SIGMOID };

/* Klambauer, Unterthiner, Mayr, Hochreiter 2017, equation 14. */
#define SELU_ALPHA 1.6732632423543772f
#define SELU_LAMBDA 1.0507009873554805f
#define ONE_OVER_SQRT_2_PI 0.3989422804014327f

INLINE floats exponentialLinear(floats z, float alpha, float scale, floats *slope) {
  const floats x = atMost(z, splat(0));
  const floats power = powerOfTwo(x);
  const floats part = power * exponentialPart(x);
  const ints positive = z > 0;
  *slope = choose(positive, splat(scale), (part + power) * (alpha * scale));
  return withoutTiny(choose(positive, z * scale, (part + (power - 1.0f)) * (alpha * scale)), sizeOf(z));
}

INLINE floats gelu(floats z, floats *slope) {
  const floats size = sizeOf(z);
  /* Beyond 14 the tail is 0 at this precision. */
  const floats w = atMost(size, splat(14));
  const floats height = bell(w);
  const floats tail = normalTail(w, height);
  const floats share = choose(z > 0, 1.0f - tail, tail);
  *slope = fused(z, height * ONE_OVER_SQRT_2_PI, share);
  return withoutTiny(z * share, size);
}

/* sigmoid(z); `rest` becomes 1 - sigmoid |z|, `great` sigmoid |z|. */
INLINE floats logistic(floats z, floats *rest, floats *great) {
  const floats e = exponential(negativeSize(z));
  *great = 1.0f / (1.0f + e);
  *rest = e * *great;
  return choose(z >= 0, *great, *rest);
}

INLINE floats hyperbolicTangent(floats z, floats *slope) {
  /* With e = exp(-2 |z|): tanh |z| = (1 - e) / (1 + e) and its slope 4 e / (1 + e)^2, exact also where 1 - tanh^2 cancels. */
  const floats x = negativeSize(z + z);
  const floats power = powerOfTwo(x);
  const floats part = power * exponentialPart(x);
  const floats e = part + power;
  const floats q = 1.0f / (1.0f + e);
  const floats size = ((1.0f - power) - part) * q;
  *slope = e * (4.0f * q * q);
  return (floats)((words)withoutTiny(size, size) | ((words)z & 0x80000000u));
}

/* f(z), and f'(z) in `slope`. `parameter` is leakyRelu's slope or elu's alpha. */
INLINE floats activateVector(int code, float parameter, floats z, floats *slope) {
  floats rest, great;
  switch (code) {
    case RELU:
      *slope = where(z > 0, splat(1));
      return withoutTiny(z, z);
    case LEAKY_RELU:
      *slope = choose(z > 0, splat(1), splat(parameter));
      return withoutTiny(z * *slope, sizeOf(z));
    case ELU:
      return exponentialLinear(z, parameter, 1, slope);
    case SELU:
      return exponentialLinear(z, SELU_ALPHA, SELU_LAMBDA, slope);
    case GELU:
      return gelu(z, slope);
    case SWISH: {
      const floats share = logistic(z, &rest, &great);
      *slope = fused(z, rest * great, share);
      return withoutTiny(z * share, sizeOf(z));
    }
    case SOFTPLUS:
      *slope = logistic(z, &rest, &great);
      return atLeast(z, splat(0)) + logOnePlus(exponential(negativeSize(z)));
    case SOFTSIGN:
      great = 1.0f / (1.0f + sizeOf(z));
      *slope = great * great;
      return withoutTiny(z * great, sizeOf(z));
    case TANH:
      return hyperbolicTangent(z, slope);
    case HARD_TANH:
      *slope = where(sizeOf(z) < 1, splat(1));
      return withoutTiny(atLeast(atMost(z, splat(1)), splat(-1)), sizeOf(z));
    case SIGMOID:
      z = logistic(z, &rest, &great);
      *slope = rest * great;
      return z;
    default:
      *slope = splat(1);
      return withoutTiny(z, sizeOf(z));
  }
}

INLINE void activateRun(int code, float parameter, char *values, char *derivatives, ptrdiff_t bytes) {
  for (ptrdiff_t at = 0; at < bytes; at += VECTOR) {
    floats slope;
    store(values + at, activateVector(code, parameter, load(values + at), &slope));
    if (derivatives) store(derivatives + at, slope);
  }
}

/*
 * Replaces each number z of `bytes` at `values` by f(z) and writes f'(z) to the same place of `derivatives`, unless that
 * is NULL. `bytes` is a multiple of 64.
 */
static void activate(int code, float parameter, char *values, char *derivatives, ptrdiff_t bytes) {
#define ACTIVATION(known)                                                          \
  case known:                                                                      \
    if (derivatives) activateRun(known, parameter, values, derivatives, bytes);    \
    else activateRun(known, parameter, values, NULL, bytes);                       \
    break;
  switch (code) {
    ACTIVATION(LINEAR)
    ACTIVATION(RELU)
    ACTIVATION(LEAKY_RELU)
    ACTIVATION(ELU)
    ACTIVATION(SELU)
    ACTIVATION(GELU)
    ACTIVATION(SWISH)
    ACTIVATION(SOFTPLUS)
    ACTIVATION(SOFTSIGN)
    ACTIVATION(TANH)
    ACTIVATION(HARD_TANH)
    ACTIVATION(SIGMOID)
  }
#undef ACTIVATION
}
