import { visionxWasm } from './generated/visionx-wasm.js';
import { instantiate, type WasmConstant, type WasmKernel } from './instantiate.js';
import {
  assertVisionXParams,
  effectiveWriteEvery,
  tableWords,
  type VisionXParams,
} from './visionx-params.js';

/** What one VisionX digest is computed from. */
export interface VisionXInput {
  /** The header's message with its nonce field zero; at most 1024 bytes. */
  readonly message: Uint8Array;
  /** The nonce, which is not in the message; 0 … 2^64 − 1. */
  readonly nonce: bigint;
  /** The epoch's seed32, 32 bytes. */
  readonly seed: Uint8Array;
  /** The epoch, 0 … 2^64 − 1; the dataset depends on it and on the seed. */
  readonly epoch: bigint;
}

/** A nonce that meets the target, and the digest that shows it. */
export interface VisionXSolution {
  readonly nonce: bigint;
  /** 32 bytes. */
  readonly digest: Uint8Array;
}

interface VisionXKernel extends WasmKernel {
  readonly LANES: WasmConstant;
  readonly INPUT_BYTES: WasmConstant;
  readonly MESSAGE_BYTES_MAX: WasmConstant;
  readonly inputs: WasmConstant;
  readonly digests: WasmConstant;
  configure(
    datasetWords: number,
    scratchWords: number,
    mixIters: number,
    readsPerIter: number,
    writeEvery: number,
  ): number;
  hashLanes(): void;
}

// Where an input's fields lie in its record, as assembly/visionx-primitives.ts reads them.
const EPOCH_OFFSET = 32;
const NONCE_OFFSET = 40;
const LENGTH_OFFSET = 48;
const MESSAGE_OFFSET = 56;

const DIGEST_BYTES = 32;
const U64_MAX = 2n ** 64n - 1n;

/**
 * Verifies and searches VisionX without its dataset and scratchpad: each word is computed when it is read.
 *
 * Memory: only written words are kept, for three headers at a time. At canonical parameters (256, 32, 65536, 4, 4) an
 * instance takes 1.4 MB; it grows with the words a header writes, `mixIters / writeEvery`, and is 84 MB at the limits
 * (1,000,000 rounds that all write). All of it is taken by the constructor, nothing later.
 *
 * Time: 1.7 ms a header at canonical parameters, in batches. Three headers are hashed side by side, so a single one takes
 * as long as three.
 *
 * @see docs/chains/vision.md §2 and §13
 */
export class VisionX {
  readonly #kernel: VisionXKernel;
  readonly #bytes: Uint8Array;
  readonly #view: DataView;

  /** @throws {RangeError} if a parameter is out of its range, or there is no memory for these parameters */
  constructor(params: VisionXParams) {
    assertVisionXParams(params);
    this.#kernel = instantiate<VisionXKernel>(visionxWasm);
    const configured = this.#kernel.configure(
      tableWords(params.datasetMb),
      tableWords(params.scratchMb),
      params.mixIters,
      params.readsPerIter,
      effectiveWriteEvery(params),
    );
    if (!configured) throw new RangeError(`VisionX: no memory for ${JSON.stringify(params)}`);
    this.#bytes = new Uint8Array(this.#kernel.memory.buffer);
    this.#view = new DataView(this.#kernel.memory.buffer);
  }

  /** Bytes of memory that this instance holds, constant over its life. */
  get memoryBytes(): number {
    return this.#bytes.length;
  }

  /**
   * Hashes any number of inputs.
   *
   * @returns their digests of 32 bytes, concatenated in order
   * @throws {RangeError} if a message is longer than 1024 bytes, a seed is not 32 bytes, or an integer is not a u64
   */
  hash(inputs: readonly VisionXInput[]): Uint8Array {
    const lanes = this.#kernel.LANES.value;
    const digests = new Uint8Array(inputs.length * DIGEST_BYTES);
    for (let first = 0; first < inputs.length; first += lanes) {
      const group = inputs.slice(first, first + lanes);
      // A lane without an input repeats its last one; the result is not read.
      for (const [lane, input] of group.entries()) this.#writeInput(lane, input);
      this.#kernel.hashLanes();
      for (const lane of group.keys()) digests.set(this.#digest(lane), (first + lane) * DIGEST_BYTES);
    }
    return digests;
  }

  /**
   * Tries the nonces `startNonce`, `startNonce` + 1, … (after 2^64 − 1 comes 0), `count` of them.
   *
   * @param targetHi  the target's top 64 bits: a digest meets it if its first 8 bytes, big-endian, are not above
   * @returns the first solution in that order, or undefined
   * @throws {RangeError} as `hash` does, or if `count` is not a safe integer from 0
   */
  search(
    input: Omit<VisionXInput, 'nonce'>,
    startNonce: bigint,
    count: number,
    targetHi: bigint,
  ): VisionXSolution | undefined {
    if (!Number.isSafeInteger(count) || count < 0) throw new RangeError(`VisionX count: ${count}`);
    const lanes = this.#kernel.LANES.value;
    for (let lane = 0; lane < lanes; ++lane) this.#writeInput(lane, { ...input, nonce: startNonce });
    for (let tried = 0; tried < count; tried += lanes) {
      const first = startNonce + BigInt(tried);
      for (let lane = 0; lane < lanes; ++lane) this.#writeNonce(lane, first + BigInt(lane));
      this.#kernel.hashLanes();
      for (let lane = 0; lane < Math.min(lanes, count - tried); ++lane) {
        if (this.#digestHi(lane) <= targetHi) {
          return { nonce: BigInt.asUintN(64, first + BigInt(lane)), digest: this.#digest(lane).slice() };
        }
      }
    }
    return undefined;
  }

  #writeInput(lane: number, { message, nonce, seed, epoch }: VisionXInput): void {
    const messageBytesMax = this.#kernel.MESSAGE_BYTES_MAX.value;
    if (message.length > messageBytesMax) {
      throw new RangeError(`VisionX message of ${message.length} bytes, at most ${messageBytesMax}`);
    }
    if (seed.length !== 32) throw new RangeError(`VisionX seed of ${seed.length} bytes, not 32`);
    if (nonce < 0n || nonce > U64_MAX) throw new RangeError(`VisionX nonce is no u64: ${nonce}`);
    if (epoch < 0n || epoch > U64_MAX) throw new RangeError(`VisionX epoch is no u64: ${epoch}`);
    const record = this.#record(lane);
    this.#bytes.set(seed, record);
    this.#view.setBigUint64(record + EPOCH_OFFSET, epoch, true);
    this.#writeNonce(lane, nonce);
    this.#view.setUint32(record + LENGTH_OFFSET, message.length, true);
    this.#bytes.set(message, record + MESSAGE_OFFSET);
  }

  #writeNonce(lane: number, nonce: bigint): void {
    this.#view.setBigUint64(this.#record(lane) + NONCE_OFFSET, nonce, true);
  }

  #record(lane: number): number {
    return this.#kernel.inputs.value + lane * this.#kernel.INPUT_BYTES.value;
  }

  #digest(lane: number): Uint8Array {
    const start = this.#kernel.digests.value + lane * DIGEST_BYTES;
    return this.#bytes.subarray(start, start + DIGEST_BYTES);
  }

  #digestHi(lane: number): bigint {
    return this.#view.getBigUint64(this.#kernel.digests.value + lane * DIGEST_BYTES);
  }
}
