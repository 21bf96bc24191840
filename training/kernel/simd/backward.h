/* The way back: from the loss to the gradients of each layer, output layer first, and the updates by them. */
#pragma once
#include "batch-normalization.h"
#include "layer-normalization.h"
#include "loss.h"
#include "network.h"
#include "optimizer.h"
#include "pooling.h"

/* The loss of the gathered batch: adds to `sums` and leaves the output layer's deltas in network->deltas. */
static void outputDeltas(const Pass *pass, Slot *sums, int rows) {
  const Network *network = pass->network;
  const Layer *layer = &pass->layers[network->layerCount - 1];
  const ptrdiff_t panel = paddedRows(rows) * ROW;
  char *deltas = pass->memory + network->deltas;
  memcpy(deltas, pass->memory + layer->outputs, panel * (paddedColumns(layer->fanOut) / PANEL_COLUMNS));
  lossAndGradient(network->loss, deltas, panel, layer->fanOut, pass->memory + network->batchTargets, rows, sums,
                  pass->memory + network->classScratch);
}

/*
 * Turns the deltas of layer `index` from gradients by its pre-activations into those by its weighted sums: back through normalization and
 * shortcuts. Leaves the gradients of shift and gain.
 */
static void sumDeltas(const Pass *pass, int index, int rows) {
  const Network *network = pass->network;
  const Layer *layer = &pass->layers[index];
  const ptrdiff_t all = rowsOf(layer, rows), padded = paddedRows(all), panel = padded * ROW;
  const ptrdiff_t bytes = paddedColumns(layer->fanOut) * padded * 4;
  char *deltas = pass->memory + network->deltas, *normals = pass->memory + layer->normals;
  char *shiftGradients = pass->memory + network->biasGradients, *gainGradients = pass->memory + network->gainGradients;
  const char *gain = pass->parameters + layer->gain, *scales = pass->memory + layer->scales;
  if (layer->normalization) {
    for (ptrdiff_t p = 0; p * PANEL_COLUMNS < layer->fanOut; p++) {
      char *of = deltas + p * panel, *shift = shiftGradients + p * ROW, *gains = gainGradients + p * ROW;
      shiftAndGainGradients(of, normals + p * panel, all, shift, gains);
      if (layer->normalization == BATCH_NORMALIZATION)
        normalizeColumnsBack(of, normals + p * panel, scales + p * ROW, gain + p * ROW, padded, all, shift, gains);
    }
    if (layer->normalization == LAYER_NORMALIZATION && layer->side)
      normalizeExamplesBack(deltas, normals, (const float *)scales, gain, panel, rows, layer->positions, layer->fanOut);
    else if (layer->normalization == LAYER_NORMALIZATION)
      normalizeRowsBack(deltas, normals, (const float *)scales, gain, padded, layer->fanOut);
  }
  /* What the forward pass sent on comes back, and the other way round. */
  if (layer->takesStream || layer->leavesStream)
    joinStream(deltas, pass->memory + network->stream, bytes, layer->leavesStream, layer->takesStream);
}

/* The deltas of the layer below a convolution: its own, convolved with the kernel turned round. */
static void convolveBack(const Pass *pass, int index, int rows) {
  const Network *network = pass->network;
  const Layer *layer = &pass->layers[index];
  const ptrdiff_t area = layer->side * layer->side, channels = channelsOf(layer), terms = area * layer->fanOut;
  const ptrdiff_t all = rowsOf(layer, rows), padded = paddedRows(all), panel = padded * ROW, reversedPanel = paddedColumns(terms) * ROW;
  char *patches = pass->memory + network->patches, *reversed = pass->memory + network->transposed;
  reverseKernel(pass->parameters + layer->kernel, area, channels, layer->fanOut, reversed);
  for (ptrdiff_t first = 0; first < padded; first += PATCH_ROWS) {
    const ptrdiff_t count = padded - first < PATCH_ROWS ? padded - first : PATCH_ROWS;
    const char *derivatives = pass->memory + pass->layers[index - 1].derivatives + first * ROW;
    char *below = pass->memory + network->deltasBelow + first * ROW;
    gatherPatches(windowOf(pass, layer), layer->fanOut, pass->memory + network->deltas, panel, first, all, patches);
#define CONVOLVE_BACK(panels)                                                                                       \
  inputGradientPanels(panels, patches, PATCH_PANEL, count, terms, reversed + p * reversedPanel,                     \
                      derivatives + p * panel, below + p * panel, panel)
    FOR_PANELS(channels, CONVOLVE_BACK);
#undef CONVOLVE_BACK
  }
}

/* The deltas of the layer below one that sees the mean over the pixels. */
static void spreadDeltas(const Pass *pass, int index, int rows, const char *transposed) {
  const Network *network = pass->network;
  const Layer *layer = &pass->layers[index], *before = &pass->layers[index - 1];
  const ptrdiff_t pooled = paddedRows(rows), pooledPanel = pooled * ROW, panel = paddedRows(rowsOf(before, rows)) * ROW;
  const ptrdiff_t transposedPanel = paddedColumns(layer->fanOut) * ROW;
  const char *deltas = pass->memory + network->deltas, *zeros = pass->memory + network->zeros;
  char *gradients = pass->memory + network->pooledDeltas;
#define GRADIENTS_OF_MEANS(panels)                                                                                  \
  affinePanels(panels, deltas, pooledPanel, pooled, layer->fanOut, transposed + p * transposedPanel, zeros,         \
               gradients + p * pooledPanel, pooledPanel)
  FOR_PANELS(layer->fanIn, GRADIENTS_OF_MEANS);
#undef GRADIENTS_OF_MEANS
  for (ptrdiff_t p = 0; p * PANEL_COLUMNS < layer->fanIn; p++) {
    spreadMeans(gradients + p * pooledPanel, before->positions, rows, pass->memory + before->derivatives + p * panel,
                pass->memory + network->deltasBelow + p * panel);
  }
}

/* From the deltas of layer `index` those of the layer below, which become network->deltas at `swapDeltas`. */
static void propagateDeltas(const Pass *pass, int index, int rows) {
  const Network *network = pass->network;
  const Layer *layer = &pass->layers[index];
  const ptrdiff_t padded = paddedRows(rows), panel = padded * ROW, transposedPanel = paddedColumns(layer->fanOut) * ROW;
  char *transposed = pass->memory + network->transposed;
  if (layer->side) {
    convolveBack(pass, index, rows);
    return;
  }
  const char *deltas = pass->memory + network->deltas;
  const char *derivatives = pass->memory + pass->layers[index - 1].derivatives;
  char *below = pass->memory + network->deltasBelow;
  transpose(pass->parameters + layer->kernel, layer->fanIn, layer->fanOut, transposed);
  if (pools(pass, index)) {
    spreadDeltas(pass, index, rows, transposed);
    return;
  }
#define PROPAGATE(panels)                                                                                      \
  inputGradientPanels(panels, deltas, panel, padded, layer->fanOut, transposed + p * transposedPanel,          \
                      derivatives + p * panel, below + p * panel, panel)
  FOR_PANELS(layer->fanIn, PROPAGATE);
#undef PROPAGATE
}

/* Makes the deltas that `propagateDeltas` wrote the current ones. */
static void swapDeltas(const Pass *pass) {
  Network *network = pass->network;
  const uint32_t deltas = network->deltas;
  network->deltas = network->deltasBelow;
  network->deltasBelow = deltas;
}

/* Kernel gradients of a convolution, all panels. */
static void patchGradients(const Pass *pass, int index, int rows) {
  const Layer *layer = &pass->layers[index];
  const ptrdiff_t all = rowsOf(layer, rows), panel = paddedRows(all) * ROW, kernelPanel = paddedColumns(layer->fanIn) * ROW;
  char *patches = pass->memory + pass->network->patches, *gradients = pass->memory + pass->network->kernelGradients;
  for (ptrdiff_t first = 0; first < all; first += PATCH_ROWS) {
    const ptrdiff_t count = all - first < PATCH_ROWS ? all - first : PATCH_ROWS;
    const char *deltas = pass->memory + pass->network->deltas + first * ROW;
    gatherPatches(windowOf(pass, layer), channelsOf(layer), layerInputs(pass, index), panel, first, all, patches);
#define PATCH_GRADIENTS(panels)                                                                                     \
  kernelGradientPanels(panels, patches, PATCH_PANEL, layer->fanIn, deltas + p * panel, panel, count,                \
                       gradients + p * kernelPanel, kernelPanel, first > 0)
    FOR_PANELS(layer->fanOut, PATCH_GRADIENTS);
#undef PATCH_GRADIENTS
  }
}

/* Kernel gradients of a layer from its deltas, in panels as its kernel is. */
static void kernelGradients(const Pass *pass, int index, int rows) {
  const Layer *layer = &pass->layers[index];
  const ptrdiff_t panel = paddedRows(rows) * ROW, kernelPanel = paddedColumns(layer->fanIn) * ROW;
  const char *inputs = layerInputs(pass, index), *deltas = pass->memory + pass->network->deltas;
  char *gradients = pass->memory + pass->network->kernelGradients;
  if (layer->side) {
    patchGradients(pass, index, rows);
    return;
  }
#define GRADIENTS(panels)                                                                              \
  kernelGradientPanels(panels, inputs, panel, layer->fanIn, deltas + p * panel, panel, rows,           \
                       gradients + p * kernelPanel, kernelPanel, 0)
  FOR_PANELS(layer->fanOut, GRADIENTS);
#undef GRADIENTS
}

/* Updates a layer's parameters from its deltas, a few panels at a time so that their gradient is still in cache. */
static void updateLayer(const Pass *pass, const Update *update, int index, int rows) {
  const Network *network = pass->network;
  const Layer *layer = &pass->layers[index];
  const ptrdiff_t all = rowsOf(layer, rows), panel = paddedRows(all) * ROW, kernelPanel = paddedColumns(layer->fanIn) * ROW;
  const ptrdiff_t moment = network->parameterBytes;
  const char *inputs = layerInputs(pass, index), *deltas = pass->memory + network->deltas;
  char *kernel = pass->parameters + layer->kernel, *bias = pass->parameters + layer->bias;
  char *gradients = pass->memory + network->kernelGradients, *biasGradients = pass->memory + network->biasGradients;
  const int normalized = layer->normalization != NOT_NORMALIZED;
  if (layer->side) patchGradients(pass, index, rows);
#define UPDATE(panels)                                                                                             \
  do {                                                                                                             \
    char *from = layer->side ? gradients + p * kernelPanel : gradients;                                            \
    if (!layer->side)                                                                                              \
      kernelGradientPanels(panels, inputs, panel, layer->fanIn, deltas + p * panel, panel, rows, from, kernelPanel, 0); \
    for (ptrdiff_t q = 0; q < (panels); q++) {                                                                     \
      updateRun(update, kernel + (p + q) * kernelPanel, from + q * kernelPanel, layer->fanIn * ROW, moment);       \
      if (normalized) continue;                                                                                    \
      biasGradientPanel(deltas + (p + q) * panel, all, biasGradients);                                             \
      updateRun(update, bias + (p + q) * ROW, biasGradients, ROW, moment);                                         \
    }                                                                                                              \
  } while (0)
  FOR_PANELS(layer->fanOut, UPDATE);
#undef UPDATE
  if (!normalized) return;
  const ptrdiff_t unitBytes = paddedColumns(layer->fanOut) * 4;
  updateRun(update, bias, biasGradients, unitBytes, moment);
  updateRun(update, pass->parameters + layer->gain, pass->memory + network->gainGradients, unitBytes, moment);
}
