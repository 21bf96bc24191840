import type { StackShape } from '../../backend.ts';
import type { Dataset } from '../../datasets/dataset.ts';
import { momentCount } from '../../optimizers.ts';
import { parameterLayout } from '../../parameter-layout.ts';
import type { Panels } from './panels.ts';

const alignment = 64;
/** Sizes of Network, Layer and Slot in training/kernel/assembly; fields of the first two have 4 bytes, of the last 8. */
export const networkFields = 26;
const layerFields = 15;
/** Rows of a convolution's patches that the kernel gathers at a time. */
const patchRows = 64;
export const slotFields = 8;
export const slotHeaderBytes = slotFields * 8;
/** Steps whose row numbers are handed to the kernel at once. */
export const stepsPerCall = 64;

/** A layer of the network: sizes, shortcuts, and bytes from the slot's first parameter to its kernel's panels, its bias and its gain. */
export interface LayerPlace {
  readonly fanIn: number;
  readonly units: number;
  readonly kernel: number;
  readonly bias: number;
  /** Null where the layer is not normalized. */
  readonly gain: number | null;
  /** Whether a shortcut ends here, and whether one begins: a residual network has one at a time. */
  readonly takesStream: boolean;
  readonly leavesStream: boolean;
  /** Side of a convolution's kernel, 0 for a dense layer. */
  readonly side: number;
  /** Places at which the kernel is applied. */
  readonly positions: number;
}

/** Addresses of what lives as long as a stack, bytes. */
export interface FixedLayout {
  readonly network: number;
  readonly layerTable: number;
  readonly evaluationSums: number;
  /** For a panel row of the widest layer; nothing is written there. */
  readonly zeros: number;
  readonly layers: readonly LayerPlace[];
  /** Examples of all splits, [examples, paddedColumns(inputs)]; training rows come first. */
  readonly examples: number;
  readonly targets: number;
  readonly targetBytes: number;
  readonly slots: number;
  readonly slotBytes: number;
  readonly parameterBytes: number;
  readonly end: number;
}

/** Addresses of the scratch space for passes over at most `rows` examples; nothing in it outlives a call. */
export interface ScratchLayout {
  readonly rows: number;
  readonly numbers: number;
  readonly batchTargets: number;
  readonly batchInputs: number;
  readonly deltas: number;
  readonly deltasBelow: number;
  readonly transposed: number;
  readonly kernelGradients: number;
  readonly biasGradients: number;
  readonly classScratch: number;
  readonly gainGradients: number;
  readonly stream: number;
  readonly patches: number;
  readonly pooled: number;
  readonly pooledDeltas: number;
  /** Per layer; of no size where they are not needed. */
  readonly outputs: readonly number[];
  readonly derivatives: readonly number[];
  readonly normals: readonly number[];
  readonly means: readonly number[];
  readonly scales: readonly number[];
  readonly end: number;
}

/** Hands out consecutive aligned regions from `start` on. */
function regions(start: number): { take(bytes: number): number; end(): number } {
  let end = start;
  const align = (): number => Math.ceil(end / alignment) * alignment;
  return {
    take(bytes) {
      const at = align();
      end = at + bytes;
      return at;
    },
    end: align,
  };
}

export function fixedLayout(
  heapBase: number,
  { paddedColumns }: Panels,
  shape: StackShape,
  dataset: Dataset,
  capacity: number,
): FixedLayout {
  const memory = regions(heapBase);
  const network = memory.take(networkFields * 4);
  const layerTable = memory.take((shape.layerSizes.length - 1) * layerFields * 4);
  const evaluationSums = memory.take(slotHeaderBytes);

  const isConvolution = shape.network.name === 'convolution';
  const parameters = regions(0);
  const layers = parameterLayout(shape).layers.map((layer, index, all): LayerPlace => {
    const { fanIn, units, shortcutFrom, normalized, positions } = layer;
    const kernel = parameters.take(paddedColumns(fanIn) * paddedColumns(units) * 4);
    const bias = parameters.take(paddedColumns(units) * 4);
    const gain = normalized ? parameters.take(paddedColumns(units) * 4) : null;
    const takesStream = shortcutFrom !== null;
    const leavesStream = all.some((other) => other.shortcutFrom === index);
    const side = isConvolution && index < all.length - 1 ? layer.kernelSize : 0;
    return { fanIn, units, kernel, bias, gain, takesStream, leavesStream, side, positions };
  });
  const parameterBytes = parameters.end();
  const zeros = memory.take(Math.max(...layers.map(({ units }) => paddedColumns(units))) * 4);

  const { train, validation, test } = dataset.splits;
  const count = train.examples + validation.examples + test.examples;
  const targetBytes = dataset.task === 'classification' ? 4 : 4 * dataset.outputs;
  const examples = memory.take(count * paddedColumns(dataset.inputs) * 4);
  const targets = memory.take(count * targetBytes);
  const slotBytes = slotHeaderBytes + parameterBytes * (1 + momentCount[shape.optimizer]);
  const slots = memory.take(slotBytes * capacity);
  return {
    network,
    layerTable,
    evaluationSums,
    zeros,
    layers,
    examples,
    targets,
    targetBytes,
    slots,
    slotBytes,
    parameterBytes,
    end: memory.end(),
  };
}

export function scratchLayout(
  fixed: FixedLayout,
  { paddedColumns, paddedRows }: Panels,
  batchSize: number,
  rows: number,
): ScratchLayout {
  const memory = regions(fixed.end);
  const { layers } = fixed;
  const panelsBytes = (columns: number, positions: number): number =>
    paddedRows(rows * positions) * paddedColumns(columns) * 4;
  const outputBytes = ({ units, positions }: LayerPlace): number => panelsBytes(units, positions);
  const largest = (bytes: (layer: LayerPlace) => number): number => Math.max(...layers.map(bytes));
  const kernelBytes = ({ fanIn, units }: LayerPlace): number => paddedColumns(fanIn) * paddedColumns(units) * 4;
  /** Of a convolution's kernel on its way back, [area * units, channels]. */
  const reversedBytes = ({ fanIn, units, side }: LayerPlace): number =>
    side === 0 ? 0 : paddedColumns(side ** 2 * units) * paddedColumns(fanIn / side ** 2) * 4;
  const patchBytes = ({ fanIn, units, side }: LayerPlace): number =>
    side === 0 ? 0 : patchRows * paddedColumns(Math.max(fanIn, side ** 2 * units)) * 4;
  const widest = largest(outputBytes);
  const unitBytes = ({ units }: LayerPlace): number => paddedColumns(units) * 4;
  const [first, last] = [layers[0]!, layers.at(-1)!];
  const pooledBytes = first.side === 0 ? 0 : panelsBytes(last.fanIn, 1);
  const takeForNormalized = (bytes: (layer: LayerPlace) => number): number[] =>
    layers.map((layer) => memory.take(layer.gain === null ? 0 : bytes(layer)));
  return {
    rows,
    numbers: memory.take(Math.max(rows, stepsPerCall * batchSize) * 4),
    // The loss reads targets a vector of rows at a time.
    batchTargets: memory.take(paddedRows(rows) * fixed.targetBytes),
    batchInputs: memory.take(
      panelsBytes(first.side === 0 ? first.fanIn : first.fanIn / first.side ** 2, first.positions),
    ),
    deltas: memory.take(widest),
    deltasBelow: memory.take(widest),
    transposed: memory.take(Math.max(largest(kernelBytes), largest(reversedBytes))),
    kernelGradients: memory.take(largest(kernelBytes)),
    biasGradients: memory.take(largest(unitBytes)),
    // A vector for each class, of the widest kernel's 16 lanes.
    classScratch: memory.take(alignment * paddedColumns(last.units)),
    gainGradients: memory.take(largest(unitBytes)),
    stream: memory.take(layers.some(({ leavesStream }) => leavesStream) ? widest : 0),
    patches: memory.take(largest(patchBytes)),
    pooled: memory.take(pooledBytes),
    pooledDeltas: memory.take(pooledBytes),
    outputs: layers.map((layer) => memory.take(outputBytes(layer))),
    derivatives: layers.map((layer) => memory.take(outputBytes(layer))),
    normals: takeForNormalized(outputBytes),
    means: takeForNormalized(unitBytes),
    // Of each unit, or of each example.
    scales: takeForNormalized((layer) => Math.max(unitBytes(layer), paddedRows(rows) * 4)),
    end: memory.end(),
  };
}
