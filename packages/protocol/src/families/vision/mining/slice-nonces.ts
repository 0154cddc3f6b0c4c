/** Nonces of a miner's first slice: 40 ms at canonical parameters. */
export const FIRST_SLICE_NONCES = 24;

/** How many nonces a slice takes at most, in time and in number. */
export interface SliceBounds {
  readonly ms: number;
  readonly nonces: number;
}

/** Nonces of the next slice, so that it takes as long as it may. @param elapsedMs  what the last one, of `nonces`, took */
export function nextSliceNonces(nonces: number, elapsedMs: number, bounds: SliceBounds): number {
  const wanted = Math.round((nonces * bounds.ms) / Math.max(elapsedMs, 0.01));
  return Math.max(1, Math.min(wanted, bounds.nonces));
}
