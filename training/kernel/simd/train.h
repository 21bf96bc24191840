/* Training steps and evaluations. */
#pragma once
#include "backward.h"
#include "forward.h"

/* `steps` optimizer steps; `numbers` [steps, rows] are example numbers. */
static void train(const Pass *pass, const uint32_t *numbers, int rows, int steps) {
  Slot *slot = pass->slot;
  for (int step = 0; step < steps; step++, numbers += rows) {
    gather(pass, numbers, rows);
    forward(pass, rows, ACTIVATIONS_AND_DERIVATIVES, OWN_STATISTICS);
    outputDeltas(pass, slot, rows);
    slot->step += 1;
    const Update update = beginUpdate(pass->network->optimizer, slot);
    for (int index = pass->network->layerCount - 1; index >= 0; index--) {
      sumDeltas(pass, index, rows);
      /* The deltas below need this layer's kernel as it was before the step. */
      if (index > 0) propagateDeltas(pass, index, rows);
      updateLayer(pass, &update, index, rows);
      if (index > 0) swapDeltas(pass);
    }
  }
}

/* Keeps the statistics of the examples with these numbers, for batch normalization to evaluate with. */
static void measure(const Pass *pass, const uint32_t *numbers, int rows) {
  gather(pass, numbers, rows);
  forward(pass, rows, ACTIVATIONS, OWN_STATISTICS);
}

/* Adds loss and correct predictions of the examples with these numbers to `sums`; changes no parameter. */
static void evaluate(const Pass *pass, const uint32_t *numbers, int rows, Slot *sums) {
  gather(pass, numbers, rows);
  forward(pass, rows, ACTIVATIONS, KEPT_STATISTICS);
  outputDeltas(pass, sums, rows);
}
