/*
 * The update rules defined in training/optimizers.ts, on runs of parameters. Codes as in training/backends/kernel/codes.ts.
 * Vanishing moments become 0, as in ../assembly/optimizer.ts, which says why.
 */
#pragma once
#include "slot.h"
#include "vector-math.h"

enum { SGD, MOMENTUM, NESTEROV, ADAM, ADAMW, RMSPROP };

/* What one step's updates of one slot share, computed once per step in double precision. */
typedef struct {
  int code;
  float rate, decay1, rest1, decay2, rest2, epsilon, correction2, shrink;
} Update;

/* base^exponent for exponent >= 1 by repeated squaring. */
static double power(double base, int32_t exponent) {
  double result = 1;
  for (; exponent > 0; exponent >>= 1, base *= base) {
    if (exponent & 1) result *= base;
  }
  return result;
}

/* The updates of this slot's step number slot->step (the first is 1). */
static Update beginUpdate(int code, const Slot *slot) {
  const double rate = slot->learningRate;
  Update update = {
    .code = code, .rate = (float)rate, .decay1 = (float)slot->option0, .rest1 = (float)(1 - slot->option0)
  };
  if (code == RMSPROP) update.epsilon = (float)slot->option1;
  if (code == ADAM || code == ADAMW) {
    update.decay2 = (float)slot->option1;
    update.rest2 = (float)(1 - slot->option1);
    update.epsilon = (float)slot->option2;
    update.shrink = (float)(1 - rate * slot->option3);
    update.rate = (float)(rate / (1 - power(slot->option0, (int32_t)slot->step)));
    update.correction2 = (float)(1 / (1 - power(slot->option1, (int32_t)slot->step)));
  }
  return update;
}

/* beta m + g without what is tiny. */
INLINE floats movingSum(floats beta, floats m, floats g) {
  const floats sum = fused(beta, m, g);
  return withoutTiny(sum, sizeOf(sum));
}

INLINE floats movingSquare(floats decay, floats rest, floats v, floats g) {
  const floats s = squarable(g);
  return withoutTinySquare(fused(decay, v, rest * s * s));
}

/*
 * Updates the parameters in [w, w + bytes) with gradient g; moments lie `moment` bytes (the second: twice that) after
 * their parameter. `bytes` is a multiple of 64.
 */
static void updateRun(const Update *update, char *w, const char *g, ptrdiff_t bytes, ptrdiff_t moment) {
  const floats rate = splat(update->rate), decay1 = splat(update->decay1), rest1 = splat(update->rest1);
  const floats decay2 = splat(update->decay2), rest2 = splat(update->rest2), epsilon = splat(update->epsilon);
  const floats correction2 = splat(update->correction2), shrink = splat(update->shrink);
  const char *end = w + bytes;
#define FOR_RUN for (; w != end; w += VECTOR, g += VECTOR)
  switch (update->code) {
    case SGD:
      FOR_RUN store(w, fusedMinus(rate, load(g), load(w)));
      break;
    case MOMENTUM:
      FOR_RUN {
        const floats v = movingSum(decay1, load(w + moment), load(g));
        store(w + moment, v);
        store(w, fusedMinus(rate, v, load(w)));
      }
      break;
    case NESTEROV:
      FOR_RUN {
        const floats v = movingSum(decay1, load(w + moment), load(g));
        store(w + moment, v);
        store(w, fusedMinus(rate, fused(decay1, v, load(g)), load(w)));
      }
      break;
    case RMSPROP:
      FOR_RUN {
        const floats v = movingSquare(decay1, rest1, load(w + moment), load(g));
        store(w + moment, v);
        store(w, load(w) - rate * load(g) / (squareRoot(v) + epsilon));
      }
      break;
    /* adam is adamw with weight decay 0, so that `shrink` is 1. */
    default:
      FOR_RUN {
        const floats m = movingSum(decay1, load(w + moment), rest1 * load(g));
        const floats v = movingSquare(decay2, rest2, load(w + 2 * moment), load(g));
        store(w + moment, m);
        store(w + 2 * moment, v);
        store(w, shrink * load(w) - rate * m / (squareRoot(correction2 * v) + epsilon));
      }
  }
#undef FOR_RUN
}
