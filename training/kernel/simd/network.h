/*
 * Forward pass, backward pass and training steps of one network (core/networks/network-layers.ts). The host lays out memory and writes one
 * Network, its Layers and a Slot per trial (training/backends/kernel/memory-layout.ts); nothing here allocates.
 */
#pragma once
#include <string.h>
#include "activation.h"
#include "convolution.h"
#include "loss.h"
#include "matrix.h"
#include "normalization.h"
#include "optimizer.h"

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

/* The same where layer `index` is a convolution: its deltas, convolved with the kernel turned round. */
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

/* The same where layer `index` sees the mean over the pixels. */
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

static void forward(const Pass *pass, int rows, int wanted, int statistics) {
  const int last = pass->network->layerCount - 1;
  for (int index = 0; index < last; index++) layerForward(pass, index, rows, wanted, statistics);
  layerForward(pass, last, rows, PRE_ACTIVATIONS, statistics);
}

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
