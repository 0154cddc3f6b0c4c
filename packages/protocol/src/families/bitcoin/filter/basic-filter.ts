/**
 * The basic filter of a block (docs/chains/bitcoin.md §11, BIP158): a count, and a number for each script that the block pays
 * to or spends from. A filter always has what is in its block; it seems to have another script once in 784,931 times.
 */
import { ByteReader } from '../../../bytes/byte-reader.js';
import type { FilterFault } from '../../../chain/filter/filter-fault.js';
import { readCompactSize } from '../transaction/transaction.js';
import { FilterValues, valueLimit } from './filter-values.js';
import { codeBitsMin, decodeAscending } from './golomb-rice.js';

/**
 * No filter is longer. A block has no more than 111,111 outputs of 9 bytes, each of weight 4; an input weighs more. That
 * all numbers are below count × M bounds the ones: 1.5 for an item, so 21.5 bits.
 */
export const filterBytesMax = 300_000;

/** A filter that is read. */
export interface BasicFilter {
  /** For each item one number below count × M, in ascending order. Two may be equal. */
  readonly values: Float64Array;
}

/**
 * Reads a filter. What is read is in the only form that it can have, so equal filters have equal bytes.
 *
 * Memory: 8 bytes for an item, which has 20 bits at least.
 */
export function readFilter(bytes: Uint8Array): BasicFilter | FilterFault {
  if (bytes.length > filterBytesMax) return 'FILTER_TOO_LARGE';
  const reader = new ByteReader(bytes);
  const count = readCompactSize(reader);
  if (reader.failed || count * codeBitsMin > 8 * reader.remaining) return 'FILTER_MALFORMED';
  const values = decodeAscending(reader.view(reader.remaining), count, valueLimit(count));
  return values === undefined ? 'FILTER_MALFORMED' : { values };
}

/**
 * Whether a block may pay to or spend from one of the scripts. If not, it certainly does not.
 *
 * @param blockHash  32 bytes, internal order
 */
export function matchesAny(
  { values }: BasicFilter,
  blockHash: Uint8Array,
  scripts: readonly Uint8Array[],
): boolean {
  const hashed = new FilterValues(blockHash, values.length);
  return scripts.some((script) => hasValue(values, hashed.valueOf(script)));
}

function hasValue(values: Float64Array, value: number): boolean {
  let low = 0;
  let high = values.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const there = values[middle] ?? 0;
    if (there < value) low = middle + 1;
    else if (there > value) high = middle;
    else return true;
  }
  return false;
}
