// Backends: one folder each, alike, held together by tests/contracts/backend-contract.ts. Nothing of trials, epochs or targets.
import { UserError } from '../../core/errors.ts';
import type { Backend, BackendName } from '../backend.ts';

/** A backend by name, or `auto`: the best that works here. */
export type BackendChoice = 'auto' | BackendName;

interface Candidate {
  readonly name: BackendName;
  /** Throws, with a message for a person, where the backend does not work. */
  readonly create: () => Promise<Backend>;
}

/**
 * Best first. Loaded when tried, so that a package that is not installed hinders nobody else. simd takes half of wasm's time
 * (docs/performance.md). By model-steps a second of
 * processor time (depth 8, batch 128, adam), wasm is ahead of native's stacks of 16 up to width 128 (5,038 against 1,292 at
 * width 32, 376 against 310 at 128) and level at 512 (24 against 26).
 */
const candidates: readonly Candidate[] = [
  { name: 'cuda', create: async () => (await import('./tfjs/cuda-backend.ts')).createCudaBackend() },
  { name: 'simd', create: async () => (await import('./simd/simd-backend.ts')).createSimdBackend() },
  { name: 'wasm', create: async () => (await import('./wasm/wasm-backend.ts')).createWasmBackend() },
  {
    name: 'native',
    create: async () => (await import('./tfjs/native-backend.ts')).createNativeBackend(),
  },
  {
    name: 'tfjsWasm',
    create: async () => (await import('./tfjs/tfjs-wasm-backend.ts')).createTfjsWasmBackend(),
  },
  { name: 'cpu', create: async () => (await import('./cpu/cpu-backend.ts')).createCpuBackend() },
];

/** The backends there are, best first; whether one works here shows only when it is tried. */
export const backendNames: readonly BackendName[] = candidates.map(({ name }) => name);

export interface ChosenBackend {
  readonly backend: Backend;
  /** For a person: why this one, and why not the better ones. */
  readonly why: string;
}

/**
 * Starts the backend that SWEEP_BACKEND asks for. Throws UserError when there is none of that name, or when it does not
 * work here: the message says why not.
 */
export async function chooseBackend(choice: string): Promise<ChosenBackend> {
  if (choice === 'auto') return bestOf(candidates);
  const candidate = candidates.find(({ name }) => name === choice);
  if (!candidate) {
    const names = ['auto', ...candidates.map(({ name }) => name)].join(', ');
    throw new UserError(`There is no backend "${choice}"; set SWEEP_BACKEND to one of ${names}.`);
  }
  try {
    return { backend: await candidate.create(), why: 'asked for by name' };
  } catch (error) {
    throw new UserError(
      `Backend ${choice} does not work here: ${messageOf(error)} SWEEP_BACKEND=auto takes one that does.`,
    );
  }
}

/** The first candidate that works. */
export async function bestOf(ordered: readonly Candidate[]): Promise<ChosenBackend> {
  const reasons: string[] = [];
  for (const { name, create } of ordered) {
    try {
      return { backend: await create(), why: ['the best that works here', ...reasons].join('; ') };
    } catch (error) {
      reasons.push(`not ${name}: ${messageOf(error).replace(/\.$/, '')}`);
    }
  }
  throw new UserError(`No backend works here (${reasons.join('; ')}).`);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
