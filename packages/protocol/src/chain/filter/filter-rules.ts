/** What a chain family says of compact filters, where it has them. A node is given the rules if it is to use filters. */

/** `true`: it is the filter of the block. `false`: it is not. `open`: the block alone does not tell. */
export type FilterVerdict = 'true' | 'false' | 'open';

/** Filters of one network. Stateless. */
export interface FilterRules {
  /** Hash of a filter's bytes, 32 bytes. */
  filterHash(filter: Uint8Array): Uint8Array;
  /** The filter header that follows from a filter's hash and the filter header before: 32 bytes. */
  nextHeader(hash: Uint8Array, previous: Uint8Array): Uint8Array;
  /**
   * Whether a block may concern one of the scripts; if not, it certainly does not. Costs microseconds for a thousand items.
   *
   * @param block  32 bytes: hash of the block
   * @returns undefined if the bytes are no filter
   */
  mayConcern(filter: Uint8Array, block: Uint8Array, scripts: readonly Uint8Array[]): boolean | undefined;
  /** What a block says of a filter that is claimed to be its own. @param body  one that was held to its header */
  judge(filter: Uint8Array, block: Uint8Array, body: Uint8Array): FilterVerdict;
}
