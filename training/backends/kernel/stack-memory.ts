import { MachineError, UserError } from '../../../core/errors.ts';
import type { StackShape } from '../../backend.ts';
import type { Dataset } from '../../datasets/dataset.ts';
import { referenceExamples } from '../../reference-examples.ts';
import { activationCodes, activationParameter, lossCodes, normalizationCodes, optimizerCodes } from './codes.ts';
import type { Kernel, KernelProgram } from './kernel.ts';
import { fixedLayout, networkFields, scratchLayout, type FixedLayout, type ScratchLayout } from './memory-layout.ts';
import { panelsOf, type Panels } from './panels.ts';
import { maxPages, pageBytes, webAssembly, type WasmMemory } from './web-assembly.ts';

/** Place of `deltas` among the fields of Network. */
const deltasField = 12;

/** Examples that evaluation takes at a time. */
const mostEvaluationRows = 128;
/** Rows of a convolution's matrices, a pixel each, in such a piece. */
const evaluationPixels = 8_192;

/**
 * One stack's own memory, with the data set, the slots and scratch space laid out in it, and a kernel on it. It is a WebAssembly
 * memory whatever the kernel is: that grows in place, is zero and counts towards the process's array buffers.
 */
export class StackMemory {
  readonly kernel: Kernel;
  readonly panels: Panels;
  /** Scratch rows that a stack has from the start; evaluation goes through a split in pieces of this size. */
  readonly evaluationRows: number;
  readonly fixed: FixedLayout;
  readonly #backend: string;
  readonly #shape: StackShape;
  readonly #memory: WasmMemory;
  #scratch: ScratchLayout;

  /** Throws UserError when the stack cannot fit into 4 GiB, MachineError when the machine has not that much. */
  constructor(program: KernelProgram, shape: StackShape, dataset: Dataset, capacity: number) {
    this.#backend = program.backend;
    this.#shape = shape;
    this.panels = panelsOf(program);
    this.#memory = explainFailure(1, () => new webAssembly.Memory({ initial: 1, maximum: maxPages }));
    this.kernel = program.instantiate(this.#memory);
    this.fixed = fixedLayout(this.kernel.heapBase(), this.panels, shape, dataset, capacity);
    const { positions } = this.fixed.layers[0]!;
    this.evaluationRows = Math.max(1, Math.min(mostEvaluationRows, Math.floor(evaluationPixels / positions)));
    this.#scratch = this.#layOut(Math.max(shape.batchSize, this.evaluationRows, measuredRows(shape, dataset)));
    this.#copyExamples(dataset);
  }

  /** Scratch space for `rows` examples at least; what was in it before is lost if it has to be laid out anew. */
  scratch(rows: number): ScratchLayout {
    if (rows > this.#scratch.rows) this.#scratch = this.#layOut(rows);
    return this.#scratch;
  }

  floats(address: number, count: number): Float32Array {
    return new Float32Array(this.#memory.buffer, address, count);
  }

  doubles(address: number, count: number): Float64Array {
    return new Float64Array(this.#memory.buffer, address, count);
  }

  words(address: number, count: number): Uint32Array {
    return new Uint32Array(this.#memory.buffer, address, count);
  }

  /** Where the deltas of the layer last worked on stand. */
  get deltas(): number {
    return this.words(this.fixed.network, networkFields)[deltasField]!;
  }

  #layOut(rows: number): ScratchLayout {
    const { fixed } = this;
    const shape = this.#shape;
    const scratch = scratchLayout(fixed, this.panels, shape.batchSize, rows);
    this.#reach(scratch.end);
    // The fields of Network and Layer in training/kernel/assembly/network.ts, in their order.
    this.words(fixed.network, networkFields).set([
      fixed.layerTable,
      fixed.layers.length,
      activationCodes[shape.activation.name],
      0,
      lossCodes[shape.loss],
      optimizerCodes[shape.optimizer],
      fixed.parameterBytes,
      fixed.examples,
      fixed.targets,
      fixed.targetBytes,
      scratch.batchTargets,
      scratch.batchInputs,
      scratch.deltas,
      scratch.deltasBelow,
      scratch.transposed,
      scratch.kernelGradients,
      scratch.biasGradients,
      scratch.classScratch,
      scratch.gainGradients,
      scratch.stream,
      fixed.zeros,
      shape.image?.height ?? 0,
      shape.image?.width ?? 0,
      scratch.patches,
      scratch.pooled,
      scratch.pooledDeltas,
    ]);
    this.floats(fixed.network, 4)[3] = activationParameter(shape.activation);
    const normalization = normalizationCodes[shape.normalization.name];
    const table = fixed.layers.flatMap(({ fanIn, units, kernel, bias, gain, ...rest }, layer) => [
      fanIn,
      units,
      kernel,
      bias,
      scratch.outputs[layer]!,
      scratch.derivatives[layer]!,
      ...(gain === null
        ? [normalizationCodes.none, 0, 0, 0, 0]
        : [normalization, gain, scratch.normals[layer]!, scratch.means[layer]!, scratch.scales[layer]!]),
      Number(rest.takesStream),
      Number(rest.leavesStream),
      rest.side,
      rest.positions,
    ]);
    this.words(fixed.layerTable, table.length).set(table);
    return scratch;
  }

  #reach(bytes: number): void {
    const pages = Math.ceil(bytes / pageBytes);
    if (pages > maxPages) {
      const { layerSizes, batchSize } = this.#shape;
      throw new UserError(
        `A stack of networks of ${layerSizes.length - 1} layers up to ${Math.max(...layerSizes)} units at batch size ${batchSize} ` +
          `needs ${gibibytes(bytes)} with its data set, and backend ${this.#backend} has at most ${gibibytes(maxPages * pageBytes)}: ` +
          'lower width, depth, batchSize or the data set, or choose another backend (SWEEP_BACKEND).',
      );
    }
    const missing = pages - this.#memory.buffer.byteLength / pageBytes;
    if (missing > 0) explainFailure(missing, () => this.#memory.grow(missing));
  }

  #copyExamples(dataset: Dataset): void {
    const { fixed } = this;
    const { inputs } = dataset;
    const stride = this.panels.paddedColumns(inputs);
    const { train, validation, test } = dataset.splits;
    let example = 0;
    for (const split of [train, validation, test]) {
      const to = this.floats(fixed.examples + example * stride * 4, split.examples * stride);
      if (stride === inputs) to.set(split.inputs.subarray(0, split.examples * inputs));
      else {
        for (let row = 0; row < split.examples; row++) {
          to.set(split.inputs.subarray(row * inputs, (row + 1) * inputs), row * stride);
        }
      }
      const targets = new Uint8Array(
        split.targets.buffer,
        split.targets.byteOffset,
        split.examples * fixed.targetBytes,
      );
      new Uint8Array(this.#memory.buffer, fixed.targets + example * fixed.targetBytes).set(targets);
      example += split.examples;
    }
  }
}

/** Training examples that batch normalization takes its statistics from at evaluation; 0 for other networks. */
export function measuredRows(shape: StackShape, { splits }: Dataset): number {
  return shape.normalization.name === 'batch' ? referenceExamples(shape, splits.train.examples) : 0;
}

function explainFailure<T>(pages: number, allocate: () => T): T {
  try {
    return allocate();
  } catch (cause) {
    throw new MachineError(`This process could not get ${gibibytes(pages * pageBytes)} more memory for a stack.`, {
      cause,
    });
  }
}

const gibibytes = (bytes: number): string => `${(bytes / 2 ** 30).toFixed(2)} GiB`;
