/*
 * One network (core/networks/network-layers.ts) in memory. The host lays it out and writes one Network, its Layers and a Slot per trial
 * (training/backends/kernel/memory-layout.ts); nothing in the kernel allocates.
 */
#pragma once
#include <string.h>
#include "convolution.h"
#include "matrix.h"
#include "slot.h"

/* Addresses are bytes from the memory's start unless said otherwise; the fields are those of ../assembly/network.ts. */
typedef struct {
  uint32_t layers;
  int32_t layerCount;
  int32_t activation;
  float activationParameter;
  int32_t loss;
  int32_t optimizer;
  uint32_t parameterBytes;
  uint32_t examples;
  uint32_t targets;
  uint32_t targetBytes;
  uint32_t batchTargets;
  uint32_t batchInputs;
  uint32_t deltas;
  uint32_t deltasBelow;
  uint32_t transposed;
  uint32_t kernelGradients;
  uint32_t biasGradients;
  uint32_t classScratch;
  uint32_t gainGradients;
  uint32_t stream;
  uint32_t zeros;
  int32_t imageHeight;
  int32_t imageWidth;
  uint32_t patches;
  uint32_t pooled;
  uint32_t pooledDeltas;
} Network;

typedef struct {
  int32_t fanIn;
  int32_t fanOut;
  /* From the slot's first parameter to this kernel's panels and to its bias. */
  uint32_t kernel;
  uint32_t bias;
  /* Scratch for pre-activations, which become activations in place, and for the derivatives f'(z). */
  uint32_t outputs;
  uint32_t derivatives;
  int32_t normalization;
  /* From the slot's first parameter; this and the next three are 0 where there is no normalization. */
  uint32_t gain;
  uint32_t normals;
  uint32_t means;
  uint32_t scales;
  /* Whether the stream of shortcuts is added to the weighted sums, and whether these go on as the stream. */
  int32_t takesStream;
  int32_t leavesStream;
  /* Side of a convolution's kernel, 0 for a dense layer; places at which the kernel is applied, 1 for a dense layer. */
  int32_t side;
  int32_t positions;
} Layer;

/* A network in its memory with the slot that a call works on. */
typedef struct {
  char *memory;
  Network *network;
  const Layer *layers;
  Slot *slot;
  char *parameters;
} Pass;

static Pass openPass(char *memory, uint32_t network, uint32_t slot) {
  Network *opened = (Network *)(memory + network);
  return (Pass){
    .memory = memory,
    .network = opened,
    .layers = (const Layer *)(memory + opened->layers),
    .slot = (Slot *)(memory + slot),
    .parameters = memory + slot + sizeof(Slot),
  };
}

/* Whether this layer sees the mean over the pixels of the convolution before it. */
static int pools(const Pass *pass, int index) {
  return index > 0 && pass->layers[index].side == 0 && pass->layers[index - 1].side > 0;
}

static char *layerInputs(const Pass *pass, int index) {
  const Network *network = pass->network;
  if (index == 0) return pass->memory + network->batchInputs;
  return pass->memory + (pools(pass, index) ? network->pooled : pass->layers[index - 1].outputs);
}

/* Rows of a layer's matrices for so many examples. */
INLINE ptrdiff_t rowsOf(const Layer *layer, int examples) { return (ptrdiff_t)examples * layer->positions; }

static Window windowOf(const Pass *pass, const Layer *layer) {
  return (Window){pass->network->imageHeight, pass->network->imageWidth, layer->side};
}

static ptrdiff_t channelsOf(const Layer *layer) { return layer->fanIn / (layer->side * layer->side); }

/* Fetches the examples with these numbers: inputs into panels (of a convolution a row for each pixel), targets beside them. */
static void gather(const Pass *pass, const uint32_t *numbers, int rows) {
  const Network *network = pass->network;
  const Layer *first = &pass->layers[0];
  const ptrdiff_t panel = paddedRows(rowsOf(first, rows)) * ROW;
  const ptrdiff_t channels = first->side ? channelsOf(first) : first->fanIn;
  const ptrdiff_t rowBytes = paddedColumns(channels * first->positions) * 4;
  const size_t targetBytes = network->targetBytes;
  for (int row = 0; row < rows; row++) {
    const char *from = pass->memory + network->examples + numbers[row] * rowBytes;
    char *to = pass->memory + network->batchInputs + rowsOf(first, row) * ROW;
    if (first->side) {
      for (ptrdiff_t pixel = 0; pixel < first->positions; pixel++, to += ROW) {
        for (ptrdiff_t c = 0; c < channels; c++, from += 4) memcpy(to + c / PANEL_COLUMNS * panel + c % PANEL_COLUMNS * 4, from, 4);
      }
    } else {
      for (ptrdiff_t at = 0; at < rowBytes; at += ROW, to += panel) memcpy(to, from + at, ROW);
    }
    const char *target = pass->memory + network->targets + numbers[row] * targetBytes;
    memcpy(pass->memory + network->batchTargets + row * targetBytes, target, targetBytes);
  }
}

/* Calls `work` for the panels of `columns` columns, TILE_PANELS at a time. */
#define FOR_PANELS(columns, work)                                                    \
  do {                                                                               \
    const ptrdiff_t end_ = paddedColumns(columns) / PANEL_COLUMNS;                   \
    ptrdiff_t p = 0;                                                                 \
    for (; p + TILE_PANELS <= end_; p += TILE_PANELS) work(TILE_PANELS);             \
    for (; p < end_; p++) work(1);                                                   \
  } while (0)
