// A global that browsers, workers and Node share; its declaration otherwise comes with all of the DOM's.
declare const WebAssembly: {
  Module: new (bytes: Uint8Array) => object;
  Instance: new (module: object) => { readonly exports: object };
};

/** A number that a kernel exports: an address or a constant. */
export interface WasmConstant {
  readonly value: number;
}

/** What every kernel exports. */
export interface WasmKernel {
  readonly memory: { readonly buffer: ArrayBuffer };
}

/**
 * Compiles a kernel and gives it a memory of its own, at once: no fetch and no promise.
 *
 * Costs about a millisecond. A page's main thread may refuse to compile synchronously; workers and Node do not.
 *
 * @param hex  the module, as `npm run build:wasm` generates it; `Kernel` is what it exports
 * @throws if the platform lacks WebAssembly, or SIMD where the kernel uses it
 */
export function instantiate<Kernel extends WasmKernel>(hex: string): Kernel {
  const bytes = Uint8Array.from(hex.match(/../g) ?? [], (byte) => Number.parseInt(byte, 16));
  return new WebAssembly.Instance(new WebAssembly.Module(bytes)).exports as Kernel;
}
