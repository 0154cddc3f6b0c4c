import { bitcoinWasm } from './generated/bitcoin-wasm.js';
import { instantiate, type WasmConstant, type WasmKernel } from './instantiate.js';

/** What assembly/bitcoin.ts exports: addresses, sizes, and functions on what lies there. */
export interface BitcoinKernel extends WasmKernel {
  readonly HEADERS_MAX: WasmConstant;
  readonly PAYLOAD_MAX: WasmConstant;
  readonly MEDIAN_SPAN: WasmConstant;
  readonly payload: WasmConstant;
  readonly headers: WasmConstant;
  readonly hashes: WasmConstant;
  readonly times: WasmConstant;
  hashIndependent(count: number): void;
  hashChain(count: number): void;
  isBatchGood(
    count: number,
    bytes: number,
    known: number,
    isFromGenesis: number,
    timeMax: number,
    version2From: number,
    version3From: number,
    version4From: number,
    limitBits: number,
    areBitsKept: number,
    bitsBefore: number,
    retargetAt: number,
    retargetInterval: number,
  ): number;
}

/** A kernel with a memory of its own, 384 KiB. @throws if the platform lacks WebAssembly or its SIMD */
export function createBitcoinKernel(): BitcoinKernel {
  return instantiate<BitcoinKernel>(bitcoinWasm);
}

/** Bytes of a header. */
export const HEADER_BYTES = 80;
/** Bytes of its hash. */
export const HASH_BYTES = 32;
/** Where a header names its parent. */
export const PARENT_OFFSET = 4;
