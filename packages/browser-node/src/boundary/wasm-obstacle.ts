/** A module of one function that adds two vectors: valid only where SIMD is known. */
const SIMD_MODULE = Uint8Array.of(
  0x00,
  0x61,
  0x73,
  0x6d,
  1,
  0,
  0,
  0,
  1,
  5,
  1,
  0x60,
  0,
  1,
  0x7b,
  3,
  2,
  1,
  0,
  10,
  10,
  1,
  8,
  0,
  0x41,
  0,
  0xfd,
  0x0f,
  0xfd,
  0x62,
  0x0b,
);

/**
 * Whether WebAssembly with SIMD can be compiled here. A content security policy without `wasm-unsafe-eval` forbids it
 * even where the browser knows it.
 *
 * @returns undefined if it can, otherwise what the browser says
 */
export function findWasmObstacle(): string | undefined {
  try {
    new WebAssembly.Module(SIMD_MODULE);
    return undefined;
  } catch (error) {
    return String(error);
  }
}
