/*
 * The kernel as a Node-API addon: one compilation unit, no library but the C library's memcpy. Every function takes the
 * memory (an ArrayBuffer) that all addresses count from, then numbers; training/backends/kernel/kernel.ts lists them.
 */
#define NAPI_VERSION 8
#include <node_api.h>
#include "train.h"

#define MAX_ARGUMENTS 6

typedef void (*Operation)(char *memory, const double *n);

static void activateValues(char *memory, const double *n) {
  activate((int)n[0], (float)n[1], memory + (size_t)n[2], memory + (size_t)n[3], (ptrdiff_t)n[4]);
}

static void gatherRows(char *memory, const double *n) {
  const Pass pass = openPass(memory, (uint32_t)n[0], 0);
  gather(&pass, (const uint32_t *)(memory + (size_t)n[1]), (int)n[2]);
}

static void affineLayer(char *memory, const double *n) {
  const Pass pass = openPass(memory, (uint32_t)n[0], (uint32_t)n[1]);
  layerForward(&pass, (int)n[2], (int)n[3], PRE_ACTIVATIONS, OWN_STATISTICS);
}

static void activateOutputs(char *memory, const double *n) {
  const Pass pass = openPass(memory, (uint32_t)n[0], 0);
  activateLayer(&pass, (int)n[1], (int)n[2], ACTIVATIONS_AND_DERIVATIVES);
}

static void lossDeltas(char *memory, const double *n) {
  const Pass pass = openPass(memory, (uint32_t)n[0], 0);
  outputDeltas(&pass, (Slot *)(memory + (size_t)n[1]), (int)n[2]);
}

static void weightedSumDeltas(char *memory, const double *n) {
  const Pass pass = openPass(memory, (uint32_t)n[0], (uint32_t)n[1]);
  sumDeltas(&pass, (int)n[2], (int)n[3]);
}

static void inputDeltas(char *memory, const double *n) {
  const Pass pass = openPass(memory, (uint32_t)n[0], (uint32_t)n[1]);
  propagateDeltas(&pass, (int)n[2], (int)n[3]);
}

static void swap(char *memory, const double *n) {
  const Pass pass = openPass(memory, (uint32_t)n[0], 0);
  swapDeltas(&pass);
}

static void layerGradients(char *memory, const double *n) {
  const Pass pass = openPass(memory, (uint32_t)n[0], 0);
  kernelGradients(&pass, (int)n[1], (int)n[2]);
}

static void trainSteps(char *memory, const double *n) {
  const Pass pass = openPass(memory, (uint32_t)n[0], (uint32_t)n[1]);
  train(&pass, (const uint32_t *)(memory + (size_t)n[2]), (int)n[3], (int)n[4]);
}

static void measureRows(char *memory, const double *n) {
  const Pass pass = openPass(memory, (uint32_t)n[0], (uint32_t)n[1]);
  measure(&pass, (const uint32_t *)(memory + (size_t)n[2]), (int)n[3]);
}

static void evaluateRows(char *memory, const double *n) {
  const Pass pass = openPass(memory, (uint32_t)n[0], (uint32_t)n[1]);
  evaluate(&pass, (const uint32_t *)(memory + (size_t)n[2]), (int)n[3], (Slot *)(memory + (size_t)n[4]));
}

static const struct {
  const char *name;
  Operation operation;
} operations[] = {
  {"activate", activateValues},
  {"gather", gatherRows},
  {"affine", affineLayer},
  {"activateLayer", activateOutputs},
  {"outputDeltas", lossDeltas},
  {"sumDeltas", weightedSumDeltas},
  {"propagateDeltas", inputDeltas},
  {"swapDeltas", swap},
  {"kernelGradients", layerGradients},
  {"train", trainSteps},
  {"measure", measureRows},
  {"evaluate", evaluateRows},
};
#define OPERATIONS (sizeof operations / sizeof *operations)

static napi_value call(napi_env env, napi_callback_info info) {
  napi_value arguments[1 + MAX_ARGUMENTS];
  size_t count = 1 + MAX_ARGUMENTS;
  void *memory, *which;
  double numbers[MAX_ARGUMENTS] = {0};
  if (napi_get_cb_info(env, info, &count, arguments, NULL, &which) != napi_ok ||
      napi_get_arraybuffer_info(env, arguments[0], &memory, NULL) != napi_ok) {
    napi_throw_type_error(env, NULL, "the first argument is the kernel's memory, an ArrayBuffer");
    return NULL;
  }
  for (size_t i = 1; i < count && i <= MAX_ARGUMENTS; i++) {
    if (napi_get_value_double(env, arguments[i], &numbers[i - 1]) != napi_ok) {
      napi_throw_type_error(env, NULL, "arguments after the first are numbers");
      return NULL;
    }
  }
  operations[(size_t)which].operation(memory, numbers);
  return NULL;
}

NAPI_MODULE_INIT() {
  napi_value value;
  for (size_t i = 0; i < OPERATIONS; i++) {
    if (napi_create_function(env, operations[i].name, NAPI_AUTO_LENGTH, call, (void *)i, &value) != napi_ok ||
        napi_set_named_property(env, exports, operations[i].name, value) != napi_ok) {
      return NULL;
    }
  }
  if (napi_create_int32(env, LANES, &value) != napi_ok || napi_set_named_property(env, exports, "lanes", value) != napi_ok) {
    return NULL;
  }
  return exports;
}
