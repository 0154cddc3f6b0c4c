/**
 * The bytes of `gettxoutproof`, which are those of a `merkleblock` message: a header, the number of transactions, and a
 * partial Merkle tree with one or more of them (BIP37). Bitcoin Core's RPC gives and takes them as hex.
 *
 * They hold ids and no transactions. So whoever has the transaction has to compare; and that a "transaction" of 64 bytes is a
 * node, or a node one, they cannot exclude. The number of transactions is not committed either.
 *
 * Bounds: as many transactions as a block can have; no more hashes than bytes.
 *
 * @see BIP37, Bitcoin Core `CMerkleBlock`, `CPartialMerkleTree::ExtractMatches`
 */
import { defined } from '../../../assert.js';
import { ByteReader } from '../../../bytes/byte-reader.js';
import { ByteWriter } from '../../../bytes/byte-writer.js';
import { areEqual } from '../../../bytes/compare-bytes.js';
import { depthOf, walkTree } from '../../../chain/proof/partial-tree.js';
import { writeCompactSize } from '../block/transaction-rules.js';
import { hashHex, offsets, recordBytes } from '../header/record.js';
import { readCompactSize } from '../transaction/transaction.js';
import { merkleTree } from './proof-rules.js';

/** One transaction that is shown to be in a block. */
export interface TxOutMatch {
  /** From 0. */
  readonly position: number;
  /** 64 lowercase hex digits, display order. */
  readonly txid: string;
}

/** What a `gettxoutproof` says. */
export interface TxOutProof {
  /** 80 bytes. */
  readonly header: Uint8Array;
  /** Transactions of the block, by the word of whoever made the proof. */
  readonly count: number;
  /** At least one, by ascending position. */
  readonly matches: readonly TxOutMatch[];
  /** The other hashes, 32 bytes each, in the order of the tree's walk. */
  readonly hashes: Uint8Array;
}

/**
 * Reads the bytes of a `gettxoutproof`, and holds them to the root of their header.
 *
 * @returns undefined if they are none, if the root is another, if a transaction is counted twice (CVE-2012-2459), or if they
 *   are not written in the one way in which Bitcoin Core writes them
 */
export function decodeTxOutProof(bytes: Uint8Array): TxOutProof | undefined {
  const reader = new ByteReader(bytes);
  const header = reader.view(recordBytes).slice();
  const count = reader.u32();
  const hashes = reader.view(32 * readCompactSize(reader));
  const flags = reader.view(readCompactSize(reader));
  if (!reader.isDone || count === 0 || count > merkleTree.leavesMax) return undefined;
  const matches: TxOutMatch[] = [];
  const others: Uint8Array[] = [];
  let at = 0;
  let bit = 0;
  let isSound = true;
  const next = (): Uint8Array => {
    at += 32;
    return hashes.subarray(at - 32, at);
  };
  /** Whether a node has a match below it, as the flags say. */
  const isMarked = (): boolean => {
    const byte = flags[bit >> 3];
    if (byte === undefined) isSound = false;
    return ((byte ?? 0) >> (bit++ & 7)) % 2 === 1;
  };
  const visit = (level: number, index: number): { hash: Uint8Array; hasMatch: boolean } => {
    const marked = isSound && isMarked();
    if (!marked || level === 0) {
      const hash = next();
      if (marked) matches.push({ position: index, txid: hashHex.hashToHex(hash) });
      else others.push(hash);
      return { hash, hasMatch: marked };
    }
    const left = visit(level - 1, 2 * index);
    const hasRight = 2 * index + 1 < Math.ceil(count / 2 ** (level - 1));
    const right = hasRight ? visit(level - 1, 2 * index + 1) : undefined;
    const hasMatch = left.hasMatch || right?.hasMatch === true;
    if (!hasMatch || (right !== undefined && areEqual(left.hash, right.hash))) isSound = false;
    const hash = right === undefined ? merkleTree.single(left.hash) : merkleTree.join(left.hash, right.hash);
    return { hash, hasMatch };
  };
  const { hash } = visit(depthOf(count), 0);
  const padding = (flags.at(-1) ?? 0) >> (((bit - 1) & 7) + 1);
  const isWhole = at === hashes.length && flags.length === Math.ceil(bit / 8) && padding === 0;
  const isRoot = areEqual(hash, header.subarray(offsets.merkleRoot, offsets.merkleRoot + 32));
  if (!isSound || !isWhole || !isRoot || matches.length === 0) return undefined;
  return { header, count, matches, hashes: packed(others) };
}

/**
 * The bytes of a `gettxoutproof`.
 *
 * @throws {RangeError} if a member is out of range, or there are more or fewer hashes than needed
 */
export function encodeTxOutProof({ header, count, matches, hashes }: TxOutProof): Uint8Array {
  const ids = new Map(matches.map(({ position, txid }) => [position, idOf(txid)]));
  const positions = [...ids.keys()];
  if (header.length !== recordBytes) throw new RangeError(`header: ${header.length} bytes, must be 80`);
  if (
    positions.length === 0 ||
    !positions.every((each) => Number.isInteger(each) && each >= 0 && each < count)
  )
    throw new RangeError(`matches: must be positions below ${count}`);
  const flags: boolean[] = [];
  const found: Uint8Array[] = [];
  let at = 0;
  walkTree<void>(count, positions, {
    enter: (hasMatch) => void flags.push(hasMatch),
    leaf: (index) => void found.push(defined(ids.get(index), 'the walk goes to the matches')),
    other: () => {
      at += 32;
      found.push(hashes.subarray(at - 32, at));
    },
    parent: () => undefined,
  });
  if (at !== hashes.length) throw new RangeError(`hashes: ${hashes.length} bytes, must be ${at}`);
  const writer = new ByteWriter();
  writer.raw(header);
  writer.u32(count);
  writeCompactSize(writer, found.length);
  writer.raw(packed(found));
  const bytes = new Uint8Array(Math.ceil(flags.length / 8));
  for (const [i, flag] of flags.entries()) if (flag) bytes[i >> 3] = (bytes[i >> 3] ?? 0) | (1 << (i & 7));
  writeCompactSize(writer, bytes.length);
  writer.raw(bytes);
  return writer.bytes();
}

function idOf(txid: string): Uint8Array {
  const id = hashHex.hashFromHex(txid);
  if (id === undefined) throw new RangeError(`matches: a txid must be 64 lowercase hex digits, got ${txid}`);
  return id;
}

function packed(hashes: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(32 * hashes.length);
  for (const [i, hash] of hashes.entries()) bytes.set(hash, 32 * i);
  return bytes;
}
