/**
 * Filter headers: a chain of hashes beside that of the blocks, each over a filter and the filter header before. Two peers
 * that agree about one agree about all filters below it. @see BIP157, "Filter headers"
 */
import { sha256d } from '../transaction/transaction.js';

/** Of the block before genesis. */
export const firstFilterHeader: Uint8Array = new Uint8Array(32);

/** @param filter  its bytes @returns 32 bytes, internal order */
export function filterHash(filter: Uint8Array): Uint8Array {
  return sha256d(filter);
}

/**
 * @param hash  of the block's filter, internal order
 * @param previousHeader  filter header of the block before, internal order
 * @returns the filter header of the block: 32 bytes, internal order
 */
export function nextFilterHeader(hash: Uint8Array, previousHeader: Uint8Array): Uint8Array {
  return sha256d(hash, previousHeader);
}
