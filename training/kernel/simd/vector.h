/*
 * Vectors of float32 as wide as the processor's, in GCC's and Clang's vector extensions. Only what these cannot say is
 * written per instruction set: the fused multiply-add, whose single rounding every processor gives alike, and the square
 * root. All results are the same bits on every machine: no lane ever meets another, so the width never enters a sum.
 */
#pragma once
#include <stddef.h>
#include <stdint.h>

#if defined(__AVX512F__)
#include <immintrin.h>
#define LANES 16
#define FUSED(x, y, z) ((floats)_mm512_fmadd_ps((__m512)(x), (__m512)(y), (__m512)(z)))
#define ROOT(x) ((floats)_mm512_sqrt_ps((__m512)(x)))
#elif defined(__AVX2__) && defined(__FMA__)
#include <immintrin.h>
#define LANES 8
#define FUSED(x, y, z) ((floats)_mm256_fmadd_ps((__m256)(x), (__m256)(y), (__m256)(z)))
#define ROOT(x) ((floats)_mm256_sqrt_ps((__m256)(x)))
#elif defined(__aarch64__)
#include <arm_neon.h>
#define LANES 4
#define FUSED(x, y, z) ((floats)vfmaq_f32((float32x4_t)(z), (float32x4_t)(x), (float32x4_t)(y)))
#define ROOT(x) ((floats)vsqrtq_f32((float32x4_t)(x)))
#else
#error "this processor has no vectors with fused multiply-add"
#endif

#define INLINE static inline __attribute__((always_inline))

typedef float floats __attribute__((vector_size(LANES * 4)));
typedef int32_t ints __attribute__((vector_size(LANES * 4)));
typedef uint32_t words __attribute__((vector_size(LANES * 4)));
/* Four lanes, which every processor shuffles well. */
typedef float quad __attribute__((vector_size(16)));

#define VECTOR ((ptrdiff_t)sizeof(floats))

INLINE floats load(const char *at) { return *(const floats *)at; }
INLINE void store(char *at, floats x) { *(floats *)at = x; }
INLINE float loadOne(const char *at) { return *(const float *)at; }
INLINE floats splat(float x) { return x - (floats){0}; }
INLINE ints splatInt(int32_t x) { return x - (ints){0}; }

static const int32_t laneNumbers[16] __attribute__((aligned(64))) = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
/* Selects the first `count` lanes; none below 1, all from LANES on. */
INLINE ints lanesBelow(ptrdiff_t count) { return *(const ints *)laneNumbers < (int32_t)count; }

/* x y + z, rounded once. */
INLINE floats fused(floats x, floats y, floats z) { return FUSED(x, y, z); }
/* z - x y, rounded once. */
INLINE floats fusedMinus(floats x, floats y, floats z) { return FUSED(-x, y, z); }
INLINE floats squareRoot(floats x) { return ROOT(x); }

/* A comparison's result selects lanes: all bits set, or none. */
INLINE floats choose(ints mask, floats yes, floats no) { return (floats)((mask & (ints)yes) | (~mask & (ints)no)); }
INLINE floats where(ints mask, floats x) { return (floats)(mask & (ints)x); }
INLINE floats except(ints mask, floats x) { return (floats)(~mask & (ints)x); }

INLINE floats sizeOf(floats x) { return (floats)((ints)x & splatInt(0x7fffffff)); }
/* -|x| */
INLINE floats negativeSize(floats x) { return (floats)((words)x | 0x80000000u); }
/* x or, where x is smaller, `low`; NaN stays NaN. */
INLINE floats atLeast(floats x, floats low) { return choose(x < low, low, x); }
/* x or, where x is greater, `high`; NaN stays NaN. */
INLINE floats atMost(floats x, floats high) { return choose(x > high, high, x); }

/* 4 rows of 4 numbers become 4 columns; strides in bytes. */
INLINE void transposeQuads(const char *from, ptrdiff_t fromStride, char *to, ptrdiff_t toStride) {
  const quad r0 = *(const quad *)from, r1 = *(const quad *)(from + fromStride);
  const quad r2 = *(const quad *)(from + 2 * fromStride), r3 = *(const quad *)(from + 3 * fromStride);
  const quad low01 = __builtin_shufflevector(r0, r1, 0, 4, 1, 5), high01 = __builtin_shufflevector(r0, r1, 2, 6, 3, 7);
  const quad low23 = __builtin_shufflevector(r2, r3, 0, 4, 1, 5), high23 = __builtin_shufflevector(r2, r3, 2, 6, 3, 7);
  *(quad *)to = __builtin_shufflevector(low01, low23, 0, 1, 4, 5);
  *(quad *)(to + toStride) = __builtin_shufflevector(low01, low23, 2, 3, 6, 7);
  *(quad *)(to + 2 * toStride) = __builtin_shufflevector(high01, high23, 0, 1, 4, 5);
  *(quad *)(to + 3 * toStride) = __builtin_shufflevector(high01, high23, 2, 3, 6, 7);
}
