import {
  type BitcoinKernel,
  createBitcoinKernel,
  HASH_BYTES,
  HEADER_BYTES,
  PARENT_OFFSET,
} from './bitcoin-kernel.js';

/** A batch of Bitcoin headers to decode, link, hash and hold to the rules. */
export interface BitcoinBatchJob {
  readonly algorithm: 'bitcoin-batch';
  /** Number of headers, 1 … 2000. */
  readonly count: number;
  /** The encoded headers. */
  readonly payload: Uint8Array;
  /** 32 bytes: hash of the header before the first. */
  readonly parent: Uint8Array;
  /** Times of the last ancestors, at most 11, the parent's last. Unix seconds. */
  readonly times: readonly number[];
  /** Whether there are no ancestors but those; if there may be more, fewer than 11 say nothing about the median. */
  readonly isFromGenesis: boolean;
  /** Latest time allowed, Unix seconds; an integer of 32 bits. */
  readonly timeMax: number;
  /** Indexes of the first headers whose version must be at least 2, 3 and 4. */
  readonly versionsFrom: readonly [number, number, number];
  /** The easiest target, compact. */
  readonly limitBits: number;
  /** The bits that each header must have, but for the changes at retargets; any up to the limit if undefined. */
  readonly bits: number | undefined;
  /** Index of the first header whose bits may be others than those before it, and from each such header to the next. */
  readonly retargetAt: number;
  readonly retargetInterval: number;
}

const U32_MAX = 0xffff_ffff;

/** An index as the kernel takes it: what is beyond 32 bits is beyond every batch. */
function toIndex(value: number): number {
  return Math.min(Math.max(value, 0), U32_MAX);
}

/** One pass over encoded batches. Memory: that of the kernel. */
export class BitcoinBatch {
  readonly #kernel: BitcoinKernel;
  readonly #memory: Uint8Array;
  readonly #view: DataView;

  constructor(kernel = createBitcoinKernel()) {
    this.#kernel = kernel;
    this.#memory = new Uint8Array(kernel.memory.buffer);
    this.#view = new DataView(kernel.memory.buffer);
  }

  /**
   * About four million headers a second.
   *
   * @returns if all headers are good: `count` headers of 80 bytes, their parents filled in, and then `count` hashes of
   *   32 bytes in internal order. Else nothing, which does not say what is wrong
   * @throws {RangeError} if the count, the parent or the times are out of range
   */
  check(job: BitcoinBatchJob): Uint8Array {
    const { count, payload, parent, times } = job;
    const kernel = this.#kernel;
    const span = kernel.MEDIAN_SPAN.value;
    if (!(count >= 1 && count <= kernel.HEADERS_MAX.value))
      throw new RangeError(`BitcoinBatch of ${count} headers`);
    if (parent.length !== HASH_BYTES) throw new RangeError(`BitcoinBatch parent of ${parent.length} bytes`);
    if (times.length > span) throw new RangeError(`BitcoinBatch times: ${times.length}, at most ${span}`);
    if (payload.length > kernel.PAYLOAD_MAX.value) return new Uint8Array(0);
    this.#memory.set(payload, kernel.payload.value);
    this.#memory.set(parent, kernel.headers.value + PARENT_OFFSET);
    const firstTime = span - times.length;
    for (const [i, time] of times.entries())
      this.#view.setUint32(kernel.times.value + 4 * (firstTime + i), time, true);
    return this.#isGood(job) ? this.#result(count) : new Uint8Array(0);
  }

  #isGood(job: BitcoinBatchJob): boolean {
    const [version2From, version3From, version4From] = job.versionsFrom;
    const result = this.#kernel.isBatchGood(
      job.count,
      job.payload.length,
      job.times.length,
      Number(job.isFromGenesis),
      job.timeMax,
      toIndex(version2From),
      toIndex(version3From),
      toIndex(version4From),
      job.limitBits,
      Number(job.bits !== undefined),
      job.bits ?? 0,
      toIndex(job.retargetAt),
      job.retargetInterval,
    );
    return result !== 0;
  }

  #result(count: number): Uint8Array {
    const { headers, hashes } = this.#kernel;
    const headerBytes = count * HEADER_BYTES;
    const result = new Uint8Array(headerBytes + count * HASH_BYTES);
    result.set(this.#memory.subarray(headers.value, headers.value + headerBytes));
    result.set(this.#memory.subarray(hashes.value, hashes.value + count * HASH_BYTES), headerBytes);
    return result;
  }
}
