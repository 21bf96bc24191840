import { execFileSync } from 'node:child_process';
import { MachineError } from '../../../core/errors.ts';
import type { Backend, StackShape } from '../../backend.ts';
import { slotBytes } from '../../slot-bytes.ts';
import type { GroupSizes } from './groups.ts';
import { loadTfjsNode } from './load-tfjs-node.ts';
import { createTfjsBackend } from './tfjs-backend.ts';

/** Enough small networks to give a GPU work, few enough that a lone one does not wait for its copies. Not measured yet. */
const groupSize = 32;

/** Parameters and moments of a group stay below this, bytes; the stacked trainer sizes its stacks by the same measure. */
const groupBytes = 2 ** 30;

/**
 * TensorFlow's C library on the first visible NVIDIA GPU; see docs/gpu.md. Throws MachineError where there is none that works,
 * and what loadTfjsNode throws.
 */
export function createCudaBackend(): Backend {
  // Before anything asks for a device: its number then means the same to CUDA as to nvidia-smi.
  process.env['CUDA_DEVICE_ORDER'] ??= 'PCI_BUS_ID';
  const gpu = findGpu();
  // Float32 products in float32: TF32 keeps 10 bits of a factor, and the other backends agree to 20 and more.
  process.env['NVIDIA_TF32_OVERRIDE'] = '0';
  // The same algorithm every time: none picked by timing, and a fixed workspace (NVIDIA's advice for reproducible cuBLAS).
  process.env['TF_MATMUL_AUTOTUNE_ENABLE'] = '0';
  process.env['CUBLAS_WORKSPACE_CONFIG'] = ':4096:8';
  // Several trainer processes may share the GPU: each takes memory as it needs it instead of all at once.
  process.env['TF_FORCE_GPU_ALLOW_GROWTH'] ??= 'true';
  const { tf, libraryVersion, isUsingGpuDevice } = loadTfjsNode({
    name: '@tensorflow/tfjs-node-gpu',
    variable: 'SWEEP_TFJS_NODE_GPU',
  });
  if (!isUsingGpuDevice) {
    throw new MachineError(
      `TensorFlow ${libraryVersion} cannot use the ${gpu.name}: its CUDA and cuDNN libraries are missing or do not fit the driver (${gpu.driver}).`,
    );
  }
  return createTfjsBackend({
    name: 'cuda',
    arithmetic: `tfjs-cuda-1 ${libraryVersion} ${gpu.name}`,
    description: `TensorFlow ${libraryVersion} on ${gpu.name}, driver ${gpu.driver}, Node ${process.versions.node}`,
    preferredCapacity: groupSize,
    tf,
    groupSizes: cudaGroupSizes,
  });
}

/**
 * Always the same number of slots for a shape: cuBLAS picks its algorithm by all the sizes that it is given, the number of
 * matrices included.
 */
export function cudaGroupSizes(shape: StackShape): GroupSizes {
  const size = Math.max(1, Math.min(groupSize, Math.floor(groupBytes / slotBytes(shape))));
  return { fewest: size, most: size };
}

/** The GPU that TensorFlow will take: the first of CUDA_VISIBLE_DEVICES, or the first there is. */
function findGpu(): { readonly name: string; readonly driver: string } {
  const visible = process.env['CUDA_VISIBLE_DEVICES'];
  const [device] = visible === undefined ? ['0'] : visible.split(',');
  if (!device || device === '-1') throw new MachineError('CUDA_VISIBLE_DEVICES hides every GPU.');
  let answer: string;
  try {
    answer = execFileSync(
      'nvidia-smi',
      [`--id=${device}`, '--query-gpu=name,driver_version', '--format=csv,noheader'],
      { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'], timeout: 20_000 },
    );
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    const detail = missing ? 'nvidia-smi is not installed' : `nvidia-smi shows no device ${device}`;
    throw new MachineError(`No NVIDIA GPU answers here (${detail}).`, { cause: error });
  }
  const [name = 'GPU', driver = 'unknown'] = answer.trim().split(/, */);
  return { name, driver };
}
