/**
 * Every way in which a block body can be wrong. Stable, as all codes.
 *
 * Each speaks of the bytes that were sent, not of the header: their sender is at fault, and the true body may
 * still come from another peer. So a header must never be marked invalid for one of these.
 */
export const bodyFaults = {
  BODY_TOO_LARGE: 'The block body is larger than the network allows.',
  BODY_MALFORMED: 'The block body cannot be decoded.',
  BODY_ROOT_MISMATCH: 'The transactions are not those that the header commits to.',
  BODY_MUTATED: 'The transactions were altered in a way that the Merkle root does not show.',
  BODY_WITNESS_MISMATCH: 'The witnesses are not those that the block commits to.',
} as const;

/** A code of {@link bodyFaults}. */
export type BodyFault = keyof typeof bodyFaults;
