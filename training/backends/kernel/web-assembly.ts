/** The part of WebAssembly's JavaScript interface in use; TypeScript declares it with the DOM only, which Node has not. */
interface WebAssemblyInterface {
  readonly Memory: new (size: { initial: number; maximum: number }) => WasmMemory;
  readonly Instance: new (module: WasmModule, imports: Record<string, Record<string, unknown>>) => WasmInstance;
  compile(bytes: Uint8Array): Promise<WasmModule>;
}

export interface WasmMemory {
  readonly buffer: ArrayBuffer;
  /** Throws RangeError where the pages are not to be had. */
  grow(pages: number): number;
}

/** Compiled code; made by `compile` only. */
export interface WasmModule {
  readonly [Symbol.toStringTag]: 'WebAssembly.Module';
}

interface WasmInstance {
  readonly exports: unknown;
}

export const webAssembly = (globalThis as unknown as { readonly WebAssembly: WebAssemblyInterface }).WebAssembly;

export const pageBytes = 65_536;
/** 32-bit addresses: 4 GiB. */
export const maxPages = 65_536;
