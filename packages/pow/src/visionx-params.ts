/** The parameters of a VisionX; part of a network's identity. */
export interface VisionXParams {
  /** Size of the dataset in MiB, 1 … 512; rounded up to a power of two words of 8 bytes. Costs no memory here. */
  readonly datasetMb: number;
  /** Size of the scratchpad in MiB, 1 … 128; rounded up likewise. Costs no memory here. */
  readonly scratchMb: number;
  /** Rounds of mixing, 0 … 1,000,000. */
  readonly mixIters: number;
  /** Reads in each round, 0 … 8; 0 to 3 give three reads, 4 to 8 give four. */
  readonly readsPerIter: number;
  /** A word is written every `writeEvery` rounds, the first included; 0 for never. */
  readonly writeEvery: number;
}

/**
 * The most work that parameters may ask for, as existing full nodes limit it; beyond it, RangeError.
 *
 * @see docs/chains/vision.md §2.2
 */
const limits = {
  datasetMb: [1, 512],
  scratchMb: [1, 128],
  mixIters: [0, 1_000_000],
  readsPerIter: [0, 8],
  writeEvery: [0, Number.MAX_SAFE_INTEGER],
} as const satisfies Record<keyof VisionXParams, readonly [min: number, max: number]>;

const WORDS_PER_MB = (1024 * 1024) / 8;

/** @throws {RangeError} that names the first parameter that is not an integer or is out of its range */
export function assertVisionXParams(params: VisionXParams): void {
  const given: Readonly<Record<string, number>> = { ...params };
  for (const [name, [min, max]] of Object.entries(limits)) {
    const value = given[name];
    if (value === undefined || !Number.isInteger(value) || value < min || value > max) {
      throw new RangeError(`VisionX ${name} must be an integer from ${min} to ${max}, not ${value}`);
    }
  }
}

/** Words of 8 bytes in a table of `mb` MiB, rounded up to a power of two. */
export function tableWords(mb: number): number {
  return 2 ** (32 - Math.clz32(mb * WORDS_PER_MB - 1));
}

/**
 * `writeEvery` as 32 bits.
 *
 * Beyond the number of rounds only the first round writes, so a larger value means the same as that number.
 */
export function effectiveWriteEvery(params: VisionXParams): number {
  return Math.min(params.writeEvery, limits.mixIters[1]);
}
