/**
 * Where a tree begins: at genesis, or at a later header that its caller vouches for until the headers below are verified.
 *
 * Nothing below the base is verified, found or served. The headers just before it are kept as a window that only the
 * rules look at: median time and difficulty need them. The window must reach down to `firstAncestor` of the base's
 * height, so every rule holds in full from the first header above the base on.
 */
import { joinBytes } from '../bytes/join-bytes.js';
import type { ChainFamily, HeaderBatch } from '../chain/chain-family.js';
import { sumWork } from './sum-work.js';

/** The header that a tree begins with, and the window before it. */
export interface TreeBase {
  /** Of the header; 0 for genesis. */
  readonly height: number;
  /** 32 bytes: its hash, in internal order. */
  readonly hash: Uint8Array;
  /** Sum of the work from genesis to this header, both included. */
  readonly chainwork: bigint;
  /** Records of consecutive headers, lowest height first; the last one is the base. */
  readonly records: Uint8Array;
}

/** The base of a tree that holds the whole chain. */
export function genesisBase({ genesis, work }: ChainFamily): TreeBase {
  return { height: 0, hash: genesis.hash, chainwork: work(genesis.record), records: genesis.record };
}

/** How many headers a tree takes on trust that begins with a base: none if that is genesis. */
export function assumedAt({ height }: TreeBase): number {
  return height === 0 ? 0 : height + 1;
}

/**
 * How many records a base has.
 *
 * @throws {RangeError} if they are not whole, begin below genesis, or do not reach as far down as the rules look
 */
export function countRecords(family: ChainFamily, { height, hash, records }: TreeBase): number {
  const count = records.length / family.recordBytes;
  const needed = height - family.firstAncestor(height) + 1;
  if (!Number.isSafeInteger(height) || height < 0) throw new RangeError(`base.height: ${height}`);
  if (hash.length !== 32) throw new RangeError(`base.hash: ${hash.length} bytes, not 32`);
  if (!Number.isInteger(count) || count < needed || count > height + 1)
    throw new RangeError(`base.records: ${count} records, not ${needed} … ${height + 1}`);
  return count;
}

/** The base and its window as a batch: the hash of a header is what the next one names as its parent. */
export function batchOf(family: ChainFamily, base: TreeBase): HeaderBatch {
  const { records } = base;
  const count = countRecords(family, base);
  const hashes = new Uint8Array(count * 32);
  for (let i = 1; i < count; i++)
    hashes.set(family.parent(records.subarray(i * family.recordBytes)), (i - 1) * 32);
  hashes.set(base.hash, (count - 1) * 32);
  return { count, records, hashes };
}

/** The first headers of a chain with the header that it begins with, and the window before that. */
export function withBase(
  family: ChainFamily,
  base: TreeBase,
  above: HeaderBatch,
): { batch: HeaderBatch; chainworkBefore: bigint } {
  const { count, records, hashes } = batchOf(family, base);
  const batch = {
    count: count + above.count,
    records: joinBytes(records, above.records),
    hashes: joinBytes(hashes, above.hashes),
  };
  return { batch, chainworkBefore: base.chainwork - sumWork(family, records) };
}
