/** Nonces of a miner's first slice: 40 ms at canonical parameters. */
export const FIRST_SLICE_NONCES = 24;

/** How many nonces a slice takes at most, in time and in number. */
export interface SliceBounds {
  /** Milliseconds that a slice should take, by the speed of the one before. */
  readonly ms: number;
  /** Most nonces of a slice, however fast they are. */
  readonly nonces: number;
}

/** Nonces of the next slice, so that it takes as long as it may. @param elapsedMs  what the last one, of `nonces`, took */
export function nextSliceNonces(nonces: number, elapsedMs: number, bounds: SliceBounds): number {
  const wanted = Math.round((nonces * bounds.ms) / Math.max(elapsedMs, 0.01));
  return Math.max(1, Math.min(wanted, bounds.nonces));
}
