/* The forward pass: from the gathered examples to the outputs, layer by layer. */
#pragma once
#include "activation.h"
#include "batch-normalization.h"
#include "layer-normalization.h"
#include "network.h"
#include "pooling.h"

enum { PRE_ACTIVATIONS, ACTIVATIONS, ACTIVATIONS_AND_DERIVATIVES };
/* What batch normalization normalizes by: the statistics of the rows themselves, which are then kept, or those that were kept. */
enum { OWN_STATISTICS, KEPT_STATISTICS };

/* Batch normalization of one panel. */
static void normalizePanel(const Pass *pass, const Layer *layer, ptrdiff_t p, int rows, int statistics) {
  const ptrdiff_t examples = rowsOf(layer, rows), padded = paddedRows(examples), panel = padded * ROW;
  char *values = pass->memory + layer->outputs + p * panel;
  char *means = pass->memory + layer->means + p * ROW, *scales = pass->memory + layer->scales + p * ROW;
  if (statistics == OWN_STATISTICS) columnStatistics(values, examples, means, scales);
  normalizeColumns(values, pass->memory + layer->normals + p * panel, means, scales,
                   pass->parameters + layer->gain + p * ROW, pass->parameters + layer->bias + p * ROW, padded);
}

/* Pre-activations of a hidden layer become activations, and the derivatives are written where `wanted` says so. */
static void activateLayer(const Pass *pass, int index, int rows, int wanted) {
  const Layer *layer = &pass->layers[index];
  const ptrdiff_t bytes = paddedRows(rowsOf(layer, rows)) * paddedColumns(layer->fanOut) * 4;
  activate(pass->network->activation, pass->network->activationParameter, pass->memory + layer->outputs,
           wanted == ACTIVATIONS ? NULL : pass->memory + layer->derivatives, bytes);
}

/* The weighted sums of a convolution. */
static void convolve(const Pass *pass, int index, int rows, const char *bias) {
  const Layer *layer = &pass->layers[index];
  const Window window = windowOf(pass, layer);
  const ptrdiff_t all = rowsOf(layer, rows), padded = paddedRows(all), panel = padded * ROW, kernelPanel = paddedColumns(layer->fanIn) * ROW;
  const char *kernel = pass->parameters + layer->kernel;
  char *patches = pass->memory + pass->network->patches;
  for (ptrdiff_t first = 0; first < padded; first += PATCH_ROWS) {
    const ptrdiff_t count = padded - first < PATCH_ROWS ? padded - first : PATCH_ROWS;
    char *outputs = pass->memory + layer->outputs + first * ROW;
    gatherPatches(window, channelsOf(layer), layerInputs(pass, index), panel, first, all, patches);
#define CONVOLVE(panels)                                                                                            \
  affinePanels(panels, patches, PATCH_PANEL, count, layer->fanIn, kernel + p * kernelPanel, bias + p * ROW,         \
               outputs + p * panel, panel)
    FOR_PANELS(layer->fanOut, CONVOLVE);
#undef CONVOLVE
  }
}

/* The mean over the pixels of the convolution before layer `index`. */
static void poolPixels(const Pass *pass, int index, int rows) {
  const Layer *before = &pass->layers[index - 1];
  const ptrdiff_t panel = paddedRows(rowsOf(before, rows)) * ROW, pooledPanel = paddedRows(rows) * ROW;
  for (ptrdiff_t p = 0; p * PANEL_COLUMNS < before->fanOut; p++) {
    char *pooled = pass->memory + pass->network->pooled + p * pooledPanel;
    columnMeans(pass->memory + before->outputs + p * panel, before->positions, rows, pooled);
  }
}

/*
 * One layer's pre-activations from its inputs, and what is asked for of them: panel by panel while they are in cache, but for layer
 * normalization, which needs a row whole.
 */
static void layerForward(const Pass *pass, int index, int rows, int wanted, int statistics) {
  const Layer *layer = &pass->layers[index];
  const Network *network = pass->network;
  const ptrdiff_t padded = paddedRows(rowsOf(layer, rows)), panel = padded * ROW, kernelPanel = paddedColumns(layer->fanIn) * ROW;
  const char *inputs = layerInputs(pass, index), *kernel = pass->parameters + layer->kernel;
  /* The bias of a normalized layer is no part of its weighted sums. */
  const char *bias = layer->normalization ? pass->memory + network->zeros : pass->parameters + layer->bias;
  char *outputs = pass->memory + layer->outputs, *derivatives = pass->memory + layer->derivatives;
  char *stream = pass->memory + network->stream;
  const int byRow = layer->normalization == LAYER_NORMALIZATION;
  if (pools(pass, index)) poolPixels(pass, index, rows);
  if (layer->side) convolve(pass, index, rows, bias);
#define FORWARD(panels)                                                                                                  \
  do {                                                                                                                   \
    if (!layer->side)                                                                                                    \
      affinePanels(panels, inputs, panel, padded, layer->fanIn, kernel + p * kernelPanel, bias + p * ROW,                \
                   outputs + p * panel, panel);                                                                          \
    if (layer->takesStream || layer->leavesStream)                                                                       \
      joinStream(outputs + p * panel, stream + p * panel, (panels) * panel, layer->takesStream, layer->leavesStream);    \
    if (layer->normalization == BATCH_NORMALIZATION)                                                                     \
      for (ptrdiff_t q = p; q < p + (panels); q++) normalizePanel(pass, layer, q, rows, statistics);                     \
    if (wanted != PRE_ACTIVATIONS && !byRow)                                                                             \
      activate(network->activation, network->activationParameter, outputs + p * panel,                                   \
               wanted == ACTIVATIONS ? NULL : derivatives + p * panel, (panels) * panel);                                \
  } while (0)
  FOR_PANELS(layer->fanOut, FORWARD);
#undef FORWARD
  if (!byRow) return;
  char *normals = pass->memory + layer->normals;
  float *scales = (float *)(pass->memory + layer->scales);
  const char *gain = pass->parameters + layer->gain, *shift = pass->parameters + layer->bias;
  if (layer->side) normalizeExamples(outputs, normals, scales, gain, shift, panel, rows, layer->positions, layer->fanOut);
  else normalizeRows(outputs, normals, scales, gain, shift, padded, layer->fanOut);
  if (wanted != PRE_ACTIVATIONS) activateLayer(pass, index, rows, wanted);
}

static void forward(const Pass *pass, int rows, int wanted, int statistics) {
  const int last = pass->network->layerCount - 1;
  for (int index = 0; index < last; index++) layerForward(pass, index, rows, wanted, statistics);
  layerForward(pass, last, rows, PRE_ACTIVATIONS, statistics);
}
