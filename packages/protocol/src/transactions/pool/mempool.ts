/**
 * Transactions that are in no block yet: what may enter, who makes room, and what leaves.
 *
 * **Bounds.** Every way in is `add`, every way out is `#remove`, and both change all indexes together. `#entries` holds at
 * most MEMPOOL_TRANSACTIONS_MAX transactions of together at most `bytesMax` bytes, which spend and name at most
 * MEMPOOL_NAMES_MAX things. `#byId` has one entry for each of them, `#spends` and `#waiting` one for each name, `#rows` at
 * most one for each transaction, of at most MEMPOOL_CHAIN_MAX, and `#leaves` at most each transaction once.
 *
 * **Order.** Where the family knows senders, the transactions of one stand in a row by their numbers, with gaps where one
 * has not come. Where it knows parents, a transaction depends on those that it names. The end of each is a leaf: nothing in
 * the mempool depends on it.
 *
 * **Who makes room.** The leaf with the lowest tip, and of equal ones the newest, and only for a transaction that offers
 * more: so nothing goes that offers as much, nor what something better depends on. Without tips the oldest leaf goes. What
 * must go is settled before anything goes. Transactions of this side stay; they have a bound of their own.
 *
 * **Replacement.** A transaction that uses up the same as others must offer REPLACEMENT_PERCENT_MIN more than all that go
 * for it together, rounded up, and at least 1 more. Without tips the first stays.
 *
 * Tips are what senders claim: a light node does not know whether they can pay them. So these bounds keep memory in check,
 * and do not make spam dear where the chain's own rules do not.
 */
import { bytesToHex } from '../../bytes/hex.js';
import type { Transaction } from '../../chain/transaction-rules.js';
import type { PoolFault, RemovalReason } from '../../io/transaction-notice.js';
import {
  MEMPOOL_BYTES_MAX,
  MEMPOOL_CHAIN_MAX,
  MEMPOOL_EXPIRY_MS,
  MEMPOOL_NAMES_MAX,
  MEMPOOL_TRANSACTIONS_MAX,
  REPLACEMENT_PERCENT_MIN,
} from '../../limits.js';
import { IndexedHeap } from './indexed-heap.js';
import type { MempoolOptions } from './mempool-options.js';
import {
  closureOf,
  goesBefore,
  isChainTooLong,
  namesOf,
  numberOf,
  type PoolEntry,
  SenderRow,
} from './pool-entry.js';
import { selectEntries } from './select-entries.js';

/** What a new transaction meets in the mempool. */
interface Meeting {
  /** Those that use up the same, and what depends on them: they go for it. */
  readonly replaced: ReadonlySet<PoolEntry>;
  /** What it builds on by naming it, not what comes before it in its row. */
  readonly ancestors: ReadonlySet<PoolEntry>;
}

const none: ReadonlySet<PoolEntry> = new Set();

/** The mempool; see the head of this file. */
export class Mempool {
  /** By relay id, oldest first. */
  readonly #entries = new Map<string, PoolEntry>();
  readonly #byId = new Map<string, PoolEntry>();
  readonly #spends = new Map<string, PoolEntry>();
  /** Who names a transaction as its parent, by its id. */
  readonly #waiting = new Map<string, Set<PoolEntry>>();
  readonly #rows = new Map<string, SenderRow>();
  readonly #leaves = new IndexedHeap<PoolEntry>(goesBefore);
  readonly #max: { readonly transactions: number; readonly names: number };
  /** Most bytes of all transactions. */
  readonly bytesMax: number;
  #bytes = 0;
  #names = 0;
  #nextOrder = 0;

  constructor(readonly options: MempoolOptions) {
    this.#max = {
      transactions: options.transactionsMax ?? MEMPOOL_TRANSACTIONS_MAX,
      names: options.namesMax ?? MEMPOOL_NAMES_MAX,
    };
    this.bytesMax = options.bytesMax ?? MEMPOOL_BYTES_MAX;
  }

  get size(): number {
    return this.#entries.size;
  }

  /** Of all transactions. */
  get bytes(): number {
    return this.#bytes;
  }

  /** What they spend and name. */
  get names(): number {
    return this.#names;
  }

  /** Of the next transaction that enters. */
  get nextOrder(): number {
    return this.#nextOrder;
  }

  /** @param key  hex of a relay id */
  get(key: string): PoolEntry | undefined {
    return this.#entries.get(key);
  }

  /** Oldest first. */
  values(): IterableIterator<PoolEntry> {
    return this.#entries.values();
  }

  /** The best transactions in an order in which a block can have them, within bounds. */
  select(bytesMax: number, countMax: number): PoolEntry[] {
    return selectEntries(
      this.#entries.values(),
      (entry) => this.#previous(entry),
      this.options.usedNumber,
      bytesMax,
      countMax,
    );
  }

  /** What keeps a transaction out, as far as can be told without changing anything; undefined if nothing does. */
  judge(tx: Transaction): PoolFault | undefined {
    const key = bytesToHex(tx.relayId);
    if (this.#entries.has(key)) return 'TX_DUPLICATE';
    const meeting = this.#meet(tx);
    if (typeof meeting === 'string') return meeting;
    return this.#victims(tx, meeting) === undefined ? 'TX_POOL_FULL' : undefined;
  }

  /**
   * Takes a transaction in; its bytes are kept.
   *
   * @param isOwn  it is one of this side: it makes room for no other
   * @returns its entry, or why it stays out; then nothing has changed
   */
  add(tx: Transaction, now: number, isOwn = false): PoolEntry | PoolFault {
    const key = bytesToHex(tx.relayId);
    if (this.#entries.has(key)) return 'TX_DUPLICATE';
    const meeting = this.#meet(tx);
    if (typeof meeting === 'string') return meeting;
    const victims = this.#victims(tx, meeting);
    if (victims === undefined) return 'TX_POOL_FULL';
    for (const entry of meeting.replaced) this.#remove(entry, 'replaced', tx.id);
    for (const entry of victims) this.#remove(entry, 'evicted');
    const entry: PoolEntry = {
      tx,
      key,
      idKey: bytesToHex(tx.id),
      addedAt: now,
      order: this.#nextOrder++,
      isOwn,
      parents: new Set(),
      children: new Set(),
      heapIndex: -1,
    };
    this.#insert(entry);
    this.options.entered?.(entry);
    return entry;
  }

  /** A block of the best chain has a transaction: what it contradicts goes, and with that what depends on it. */
  included(key: string, tx: Transaction): void {
    const known = this.#entries.get(key) ?? this.#byId.get(bytesToHex(tx.id));
    if (known !== undefined) this.#remove(known, 'included');
    const contradicted = tx.spends.flatMap((name) => this.#spends.get(name) ?? []);
    for (const entry of closureOf(contradicted, ({ children }) => children))
      this.#remove(entry, 'contradicted', tx.id);
    if (tx.sequence === undefined) return;
    const { account, number } = tx.sequence;
    for (const entry of this.#rows.get(account)?.below(number + 1n) ?? [])
      this.#remove(entry, 'contradicted', tx.id);
  }

  /** Lets go what has been here for MEMPOOL_EXPIRY_MS, with what depends on it. */
  expire(now: number): void {
    for (const entry of this.#entries.values()) {
      if (now < entry.addedAt + MEMPOOL_EXPIRY_MS) return;
      for (const each of closureOf([entry], ({ children }) => children)) this.#remove(each, 'expired');
    }
  }

  /** When the oldest has been here for so long. */
  get expiresAt(): number | undefined {
    for (const { addedAt } of this.#entries.values()) return addedAt + MEMPOOL_EXPIRY_MS;
    return undefined;
  }

  /** What a transaction replaces and depends on, or why it may not. */
  #meet(tx: Transaction): Meeting | PoolFault {
    const { sequence } = tx;
    const used = sequence === undefined ? undefined : this.options.usedNumber(sequence.account);
    if (used !== undefined && sequence !== undefined && sequence.number <= used) return 'TX_NONCE_USED';
    const rivals = tx.spends.flatMap((name) => this.#spends.get(name) ?? []);
    const replaced = rivals.length === 0 ? none : closureOf(rivals, ({ children }) => children);
    if (replaced.size > 0) {
      if (tx.tip === undefined) return 'TX_CONFLICT';
      let offered = 0n;
      for (const { tx: each } of replaced) offered += each.tip ?? 0n;
      const more = (offered * BigInt(REPLACEMENT_PERCENT_MIN) + 99n) / 100n;
      if (tx.tip < offered + (more === 0n ? 1n : more)) return 'TX_TIP_LOW';
    }
    const parents = tx.parents.flatMap((id) => this.#byId.get(id) ?? []);
    const ancestors = closureOf(parents, (entry) => entry.parents, MEMPOOL_CHAIN_MAX);
    // What would go for it cannot be what it builds on.
    for (const entry of ancestors) if (replaced.has(entry)) return 'TX_CONFLICT';
    const waiting = this.#waiting.get(bytesToHex(tx.id)) ?? none;
    // Thousands may wait for a transaction: how many is not looked at.
    const descendants = closureOf(waiting, ({ children }) => children, MEMPOOL_CHAIN_MAX);
    if (isChainTooLong(ancestors, descendants)) return 'TX_CHAIN_TOO_LONG';
    if (sequence === undefined) return { replaced, ancestors };
    const row = this.#rows.get(sequence.account)?.entries ?? [];
    const staying = row.filter((entry) => !replaced.has(entry));
    return staying.length >= MEMPOOL_CHAIN_MAX ? 'TX_CHAIN_TOO_LONG' : { replaced, ancestors };
  }

  /** What goes to make room, beside what is replaced; undefined if there is no room for it. */
  #victims(tx: Transaction, { replaced, ancestors }: Meeting): Set<PoolEntry> | undefined {
    let transactions = this.size + 1 - replaced.size;
    let bytes = this.#bytes + tx.bytes.length;
    let names = this.#names + namesOf(tx);
    for (const { tx: each } of replaced) {
      bytes -= each.bytes.length;
      names -= namesOf(each);
    }
    const victims = new Set<PoolEntry>();
    const isFull = (): boolean =>
      transactions > this.#max.transactions || bytes > this.bytesMax || names > this.#max.names;
    if (!isFull()) return victims;
    const before = (tx.sequence && this.#rows.get(tx.sequence.account)?.below(tx.sequence.number)) ?? [];
    const kept = new Set([...ancestors, ...before.filter((entry) => !replaced.has(entry))]);
    const leaves = this.#leaves;
    const taken: PoolEntry[] = [];
    const exposed: PoolEntry[] = [];
    const isGoing = (entry: PoolEntry): boolean => victims.has(entry) || replaced.has(entry);
    for (let least = leaves.first; least !== undefined && isFull(); least = leaves.first) {
      const isReplaced = replaced.has(least);
      const isKept = kept.has(least);
      if (!isReplaced && !isKept && tx.tip !== undefined && (least.tx.tip ?? 0n) >= tx.tip) break;
      leaves.delete(least);
      taken.push(least);
      if (isKept) continue;
      if (!isReplaced) {
        victims.add(least);
        transactions--;
        bytes -= least.tx.bytes.length;
        names -= namesOf(least.tx);
      }
      // What nothing else depends on is a leaf then.
      for (const each of this.#dependencies(least))
        if (!each.isOwn && !isGoing(each) && !leaves.has(each) && this.#dependents(each).every(isGoing)) {
          leaves.add(each);
          exposed.push(each);
        }
    }
    // Nothing has gone yet: the leaves are what they were.
    for (const entry of exposed) leaves.delete(entry);
    const former = new Set(exposed);
    for (const entry of taken) if (!former.has(entry)) leaves.add(entry);
    return isFull() ? undefined : victims;
  }

  #previous(entry: PoolEntry): PoolEntry | undefined {
    return entry.tx.sequence && this.#rows.get(entry.tx.sequence.account)?.before(entry);
  }

  /** What it directly depends on. */
  #dependencies(entry: PoolEntry): PoolEntry[] {
    const previous = this.#previous(entry);
    return previous === undefined ? [...entry.parents] : [...entry.parents, previous];
  }

  /** What directly depends on it, and all later ones of its sender. */
  #dependents(entry: PoolEntry): PoolEntry[] {
    const row = (entry.tx.sequence && this.#rows.get(entry.tx.sequence.account)?.entries) ?? [];
    return [...entry.children, ...row.filter((each) => numberOf(each) > numberOf(entry))];
  }

  /** Whether it is a leaf may have changed. */
  #weigh(entry: PoolEntry | undefined): void {
    if (entry === undefined || entry.isOwn || this.#entries.get(entry.key) !== entry) return;
    const isLeaf = entry.children.size === 0 && this.#isLast(entry);
    if (isLeaf === this.#leaves.has(entry)) return;
    if (isLeaf) this.#leaves.add(entry);
    else this.#leaves.delete(entry);
  }

  #isLast(entry: PoolEntry): boolean {
    const { sequence } = entry.tx;
    return sequence === undefined || this.#rows.get(sequence.account)?.last === entry;
  }

  #insert(entry: PoolEntry): void {
    const { tx, key, idKey } = entry;
    this.#entries.set(key, entry);
    this.#byId.set(idKey, entry);
    this.#bytes += tx.bytes.length;
    this.#names += namesOf(tx);
    for (const name of tx.spends) this.#spends.set(name, entry);
    for (const id of tx.parents) {
      const siblings = this.#waiting.get(id) ?? new Set();
      this.#waiting.set(id, siblings.add(entry));
      const parent = this.#byId.get(id);
      if (parent === undefined) continue;
      entry.parents.add(parent);
      parent.children.add(entry);
      this.#weigh(parent);
    }
    for (const child of this.#waiting.get(idKey) ?? none) {
      entry.children.add(child);
      child.parents.add(entry);
    }
    if (tx.sequence !== undefined) {
      const row = this.#rows.get(tx.sequence.account) ?? new SenderRow();
      this.#rows.set(tx.sequence.account, row);
      row.insert(entry);
      this.#weigh(row.before(entry));
    }
    this.#weigh(entry);
  }

  #remove(entry: PoolEntry, reason: RemovalReason, by?: Uint8Array): void {
    const { tx, key, idKey } = entry;
    if (!this.#entries.delete(key)) return;
    const before = this.#dependencies(entry);
    this.#byId.delete(idKey);
    this.#leaves.delete(entry);
    this.#bytes -= tx.bytes.length;
    this.#names -= namesOf(tx);
    for (const name of tx.spends) this.#spends.delete(name);
    for (const id of tx.parents) {
      const siblings = this.#waiting.get(id);
      siblings?.delete(entry);
      if (siblings?.size === 0) this.#waiting.delete(id);
    }
    for (const child of entry.children) child.parents.delete(entry);
    for (const parent of entry.parents) parent.children.delete(entry);
    if (tx.sequence !== undefined) {
      const row = this.#rows.get(tx.sequence.account);
      row?.delete(entry);
      if (row?.entries.length === 0) this.#rows.delete(tx.sequence.account);
    }
    for (const each of before) this.#weigh(each);
    this.options.left?.(entry, reason, by);
  }
}
