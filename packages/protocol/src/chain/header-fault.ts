/**
 * Every way in which a header, or a batch of them, can be wrong. Stable: they cross the wire in `reject`, the worker
 * boundary and metric labels.
 */
export const headerFaults = {
  HEADER_MALFORMED: 'A header cannot be decoded.',
  HEADER_BAD_PARENT: 'The header does not name the header before it as its parent.',
  HEADER_BAD_HEIGHT: 'The height is not the one after the parent.',
  HEADER_BAD_VERSION: 'The version is below what this height demands.',
  HEADER_BAD_MINER: 'What the header says of its miner is empty, too long or not UTF-8.',
  HEADER_BAD_BITS: 'The compact target is negative, overflows or exceeds the limit.',
  HEADER_BAD_DIFFICULTY: 'The difficulty is not the one that the rule demands.',
  HEADER_TIME_TOO_OLD: 'The timestamp is before what the median of its ancestors allows.',
  HEADER_TIME_TIMEWARP: 'The first header of a period is too far before its parent (BIP94).',
  HEADER_TIME_TOO_NEW: 'The timestamp is too far ahead of the clock.',
  HEADER_TARGET_MISSED: 'The hash is above the target.',
  HEADER_POW_MISMATCH: 'The claimed proof of work is not what the header hashes to.',
  HEADER_EQUIVOCATION: 'Another header with the same digest was verified before.',
} as const;

/** A code of {@link headerFaults}. */
export type HeaderFault = keyof typeof headerFaults;
