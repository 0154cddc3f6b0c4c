/**
 * A body put together from a compact block and from transactions that are known here.
 *
 * Two short ids of one block that are equal say nothing of which is which, so the block is not put together. A short id that
 * two known transactions have says nothing of which is meant, so that transaction counts as missing. Whether the body is the
 * one of the header only its root tells: a known transaction may have the short id of another one. For the root no
 * transaction is hashed that was hashed when it came.
 *
 * Memory: an entry for each transaction of the block.
 */
import { defined } from '../assert.js';
import { areEqual } from '../bytes/compare-bytes.js';
import { readU32, writeU32 } from '../bytes/integers.js';
import { sha256 } from '../bytes/sha256.js';
import { SipHash } from '../bytes/siphash.js';
import { type CompactBlock, type PlacedTransaction, SHORT_ID_BYTES } from '../chain/compact-rules.js';
import type { BlockTransaction, TransactionRules } from '../chain/transaction-rules.js';
import { COMPACT_PREFILLED_BYTES_MAX } from '../limits.js';

/** Transactions that may be in a new block. */
export interface KnownTransactions {
  /** How many there are. */
  readonly size: number;
  /** Calls with each of them. Its names were hashed here, of these bytes, which do not change afterwards. */
  each(visit: (transaction: BlockTransaction) => void): void;
}

/** A block whose transactions are being found; see the head of this file. */
export class Rebuild {
  /** Places of the transactions that are not known here, ascending. */
  readonly missing: readonly number[];

  private constructor(
    readonly transactions: (Uint8Array | undefined)[],
    /** By place, those whose names are known. */
    readonly named: (BlockTransaction | undefined)[],
  ) {
    this.missing = [...transactions.keys()].filter((place) => transactions[place] === undefined);
  }

  /** @returns undefined if two short ids of the block are equal */
  static of(block: CompactBlock, known: KnownTransactions): Rebuild | undefined {
    const transactions: (Uint8Array | undefined)[] = [];
    const places = new Map<number, number>();
    for (const { id, bytes } of entriesOf(block)) {
      if (id !== undefined) places.set(id, transactions.length);
      transactions.push(bytes);
    }
    if (places.size * SHORT_ID_BYTES < block.shortIds.length) return undefined;
    const named: (BlockTransaction | undefined)[] = transactions.map(() => undefined);
    const ambiguous = new Set<number>();
    const shortId = shortIds(block.head);
    known.each((transaction) => {
      const place = places.get(shortId(transaction.relayId));
      if (place === undefined) return;
      const other = transactions[place];
      if (other !== undefined && !areEqual(other, transaction.bytes)) ambiguous.add(place);
      transactions[place] = transaction.bytes;
      named[place] = transaction;
    });
    for (const place of ambiguous) {
      transactions[place] = undefined;
      named[place] = undefined;
    }
    return new Rebuild(transactions, named);
  }

  /** The missing transactions, in their order. @returns false if they are not as many */
  fill(found: readonly Uint8Array[]): boolean {
    if (found.length !== this.missing.length) return false;
    for (const [i, place] of this.missing.entries()) this.transactions[place] = found[i];
    return true;
  }

  /**
   * The body, a copy of everything, and what is in it. What was sent with the block and for it is hashed for its names. The
   * body is joined of what has the names, so that they are its own however what was sent was divided.
   *
   * @returns undefined if it is larger than a body can be, or what was sent is no transaction
   */
  body(family: TransactionRules & { readonly bodyBytesMax: number }): RebuiltBody | undefined {
    const all = this.transactions.map((bytes) => defined(bytes, 'none is missing any more'));
    const bytes = all.reduce((sum, { length }) => sum + length, 0);
    if (bytes > family.bodyBytesMax) return undefined;
    const sent = all.filter((_, place) => this.named[place] === undefined);
    const read = sent.length === 0 ? [].values() : family.splitBody(family.joinBody(sent))?.values();
    if (read === undefined) return undefined;
    const transactions = this.named.map(
      (known) => known ?? defined(read.next().value, 'what is sent is read in its order'),
    );
    return { body: family.joinBody(transactions.map(({ bytes }) => bytes)), transactions };
  }
}

/** What a compact block was put together to. */
export interface RebuiltBody {
  readonly body: Uint8Array;
  /** Its transactions, with their names. */
  readonly transactions: readonly BlockTransaction[];
}

/** The compact block of a body. @param head  see `CompactBlock` */
export function compactBlockOf(head: Uint8Array, transactions: readonly BlockTransaction[]): CompactBlock {
  const shortId = shortIds(head);
  const ids = transactions.map(({ relayId }) => ({ id: shortId(relayId) }));
  // What was made with the block nobody can know. Of all else it is not known here what others lack.
  const first = transactions.slice(0, 1).map(({ bytes }) => ({ index: 0, bytes }));
  return withPrefilled(head, ids, first);
}

/** The same compact block with more transactions in it, as many of them as COMPACT_PREFILLED_BYTES_MAX lets in. */
export function prefill(block: CompactBlock, more: readonly PlacedTransaction[]): CompactBlock {
  return withPrefilled(block.head, entriesOf(block), more);
}

/** Of one place of a block its transaction, or the short id of it. */
interface Entry {
  readonly id?: number;
  readonly bytes?: Uint8Array;
}

function withPrefilled(
  head: Uint8Array,
  entries: readonly Entry[],
  more: readonly PlacedTransaction[],
): CompactBlock {
  let room = COMPACT_PREFILLED_BYTES_MAX;
  for (const { bytes } of entries) room -= bytes?.length ?? 0;
  const added = new Map<number, Uint8Array>();
  for (const { index, bytes } of more) {
    if (bytes.length > room) continue;
    room -= bytes.length;
    added.set(index, bytes);
  }
  const ids = new Uint8Array(SHORT_ID_BYTES * entries.length);
  const prefilled: PlacedTransaction[] = [];
  let at = 0;
  for (const [index, { id = 0, bytes = added.get(index) }] of entries.entries()) {
    if (bytes !== undefined) {
      prefilled.push({ index, bytes });
      continue;
    }
    writeU32(ids, at, id);
    ids[at + 4] = id / 2 ** 32;
    ids[at + 5] = id / 2 ** 40;
    at += SHORT_ID_BYTES;
  }
  return { head, shortIds: ids.subarray(0, at), prefilled };
}

/** The short id of a transaction, as a number below 2^48. */
function shortIds(head: Uint8Array): (relayId: Uint8Array) => number {
  const hasher = new SipHash(sha256(head));
  return (relayId) => {
    hasher.hash(relayId);
    return hasher.low + (hasher.high & 0xffff) * 2 ** 32;
  };
}

function entriesOf({ shortIds, prefilled }: CompactBlock): Entry[] {
  const entries: Entry[] = [];
  const total = shortIds.length / SHORT_ID_BYTES + prefilled.length;
  let next = 0;
  for (let at = 0; entries.length < total; ) {
    const whole = prefilled[next];
    if (whole?.index === entries.length) {
      entries.push({ bytes: whole.bytes });
      next++;
    } else {
      entries.push({ id: readU32(shortIds, at) + (readU32(shortIds, at + 2) >>> 16) * 2 ** 32 });
      at += SHORT_ID_BYTES;
    }
  }
  return entries;
}
