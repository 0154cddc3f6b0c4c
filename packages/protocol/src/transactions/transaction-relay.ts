/**
 * Transactions between peers: what is announced is asked for, held to all that a light node can check, kept in the mempool,
 * and told to others.
 *
 * What comes is checked cheapest first: size, form, what is known or refused, what it conflicts with, and only then its
 * signature, which the platform verifies. What no honest peer relays costs its sender the connection. A false signature says
 * nothing of the transaction's id, which may not cover it: the id is asked of the next peer. What is refused for a reason
 * that is nobody's fault is not asked for again before the next block.
 *
 * Memory: what `mempool.ts`, `request-tracker.ts`, `trickle.ts`, `included-transactions.ts`, `signature-queue.ts` and
 * `transaction-server.ts` state; TX_REJECTS_MAX keys; and TX_DROPPED_MAX transactions that left the mempool.
 */
import { bytesToHex } from '../bytes/hex.js';
import type { Transaction } from '../chain/transaction-rules.js';
import type { Command, EventTime } from '../io/event.js';
import type { PoolFault, RemovalReason } from '../io/transaction-notice.js';
import {
  GATEWAY_MEMPOOL_BYTES_MAX,
  MEMPOOL_BYTES_MAX,
  MEMPOOL_LISTED_MAX,
  TX_ANNOUNCED_PER_COST,
  TX_BYTES_MAX,
  TX_REJECTS_MAX,
} from '../limits.js';
import type { Outbox } from '../peer/outbox.js';
import { earliest, type Part, type Reception } from '../peer/part.js';
import type { Peer } from '../peer/peer.js';
import type { HeaderTree } from '../tree/header-tree.js';
import type { BranchSwitch } from '../tree/insert-result.js';
import type { GetTxs, Inv, Txs } from '../wire/messages/transactions.js';
import { DroppedTransactions } from './dropped-transactions.js';
import { type BlockItem, IncludedTransactions } from './included-transactions.js';
import { Mempool } from './mempool.js';
import { MempoolNews } from './mempool-news.js';
import { OwnTransactions } from './own-transactions.js';
import type { PoolEntry } from './pool-entry.js';
import { RequestTracker } from './request-tracker.js';
import { SignatureQueue, type SignatureVerdict } from './signature-queue.js';
import { TransactionServer } from './transaction-server.js';
import { Trickle } from './trickle.js';

/** What the relay of transactions asks of the node around it. */
export interface RelayContext {
  readonly tree: HeaderTree;
  readonly outbox: Outbox;
  readonly isGateway: boolean;
  /** Numbers of [0, 1). */
  readonly random: () => number;
  /** Numbers for the platform's jobs. */
  readonly nextJob: () => number;
  /** Monotonic ms of the step that is being taken. */
  readonly now: () => number;
  /** Whether many headers are still to come: what transactions could be checked against is not known. */
  readonly isFar: () => boolean;
  /** Says why, and disconnects. */
  readonly punish: (peer: Peer, code: string) => void;
  /** Reads the body of a block, if it is kept: at once or later. */
  readonly readBody: (hash: Uint8Array, reader: (body: Uint8Array | undefined) => void) => void;
}

type SendCommand = Extract<Command, { readonly kind: 'sendTransaction' }>;

/** A transaction that is known here, in the mempool or not. */
export interface KnownTransaction {
  /** 32 bytes. */
  readonly relayId: Uint8Array;
  readonly bytes: Uint8Array;
}

/** The part of the node that relays transactions; see the head of this file. */
export class TransactionRelay implements Part<Inv | GetTxs | Txs> {
  readonly name = 'transactions';
  readonly mempool: Mempool;
  readonly tracker: RequestTracker<Peer>;
  readonly trickle: Trickle<Peer>;
  readonly server: TransactionServer;
  readonly signatures: SignatureQueue;
  readonly included: IncludedTransactions;
  readonly own: OwnTransactions;
  readonly #news: MempoolNews;
  readonly #dropped = new DroppedTransactions();
  /** Relay ids of what was refused since the last block; a Set keeps the order of insertion. */
  readonly #rejects = new Set<string>();

  constructor(readonly context: RelayContext) {
    const { tree, outbox, random, nextJob, isGateway } = context;
    this.included = new IncludedTransactions(tree, {
      itemOf: (relayId, bytes) => this.#itemOf(relayId, bytes),
      included: (place, items) => {
        this.own.included(place, items);
        this.#included(items);
      },
      disconnected: (place, items) => {
        this.own.disconnected(place);
        this.#disconnected(place.hash, items);
      },
    });
    this.own = new OwnTransactions(tree, outbox, { changed: () => {}, ended: () => {} });
    this.#news = new MempoolNews(outbox, (hash) => tree.family.hashToHex(hash));
    this.mempool = new Mempool({
      usedNumber: (account) => this.included.usedNumber(account),
      entered: (entry) => this.#news.entered(entry),
      left: (entry, reason, by) => this.#left(entry, reason, by),
      bytesMax: isGateway ? GATEWAY_MEMPOOL_BYTES_MAX : MEMPOOL_BYTES_MAX,
    });
    this.tracker = new RequestTracker(random);
    this.trickle = new Trickle(random, () => this.mempool.nextOrder);
    this.signatures = new SignatureQueue(outbox, nextJob);
    this.server = new TransactionServer(outbox, (peer, relayId) => {
      const entry = this.mempool.get(bytesToHex(relayId));
      return entry !== undefined && this.trickle.mayServe(peer, entry) ? entry.tx.bytes : undefined;
    });
  }

  /** Relay ids that are not asked for before the next block. */
  get rejects(): number {
    return this.#rejects.size;
  }

  // Queries

  /** The best transactions in an order in which a block can have them: what a miner takes. */
  select(bytesMax: number, countMax = Number.POSITIVE_INFINITY): Transaction[] {
    return this.mempool.select(bytesMax, countMax).map(({ tx }) => tx);
  }

  /** Calls with each transaction that is known here: of the mempool, dropped lately, and of the newest blocks. */
  each(visit: (transaction: KnownTransaction) => void): void {
    for (const { tx } of this.mempool.values()) visit(tx);
    for (const tx of this.#dropped.values()) visit(tx);
    for (const { tx } of this.included.items()) visit(tx);
  }

  // What the application asks

  /** Checks a transaction of this side and relays it; answers once. @param isOpen  false while the node loads or closes */
  send({ bytes, isForwarded = false, ticket }: SendCommand, isOpen: boolean, { wallTime }: EventTime): void {
    const { outbox, tree } = this.context;
    const answer = (code: string | undefined, id: Uint8Array): void => {
      const result = code === undefined ? { id: tree.family.hashToHex(id) } : { code };
      outbox.emit({ type: 'sent', ticket, ...result });
    };
    const tx = this.#read(bytes);
    if (typeof tx === 'string') {
      answer(tx, bytes);
      return;
    }
    const hasRoom = isOpen && (isForwarded || this.own.hasRoom(tx.bytes.length));
    const refusal = hasRoom ? this.mempool.judge(tx) : 'TX_BUSY';
    const done = (verdict: SignatureVerdict): void => {
      const fault = verdict === true ? this.#enter(tx, isForwarded) : verdictFault(verdict);
      answer(fault, tx.id);
      if (fault !== undefined || isForwarded) return;
      this.own.add(tx, { bytes: tx.bytes, sentAt: Math.max(0, Math.floor(wallTime)), place: undefined });
    };
    if (refusal !== undefined) answer(refusal, tx.id);
    else if (!this.#verify(tx, done)) answer('TX_BUSY', tx.id);
  }

  /** Tells what the mempool holds. */
  list(ticket: number): void {
    const { size: count, bytes } = this.mempool;
    const transactions = [...this.mempool.values()]
      .slice(-MEMPOOL_LISTED_MAX)
      .map((entry) => this.#news.describe(entry));
    this.context.outbox.emit({ type: 'mempool', ticket, mempool: { count, bytes, transactions } });
  }

  #enter(tx: Transaction, isForwarded: boolean): PoolFault | undefined {
    const now = this.context.now();
    const entry = this.mempool.add(tx, now, !isForwarded);
    if (typeof entry === 'string') return entry;
    this.tracker.forget(entry.key);
    if (isForwarded) this.trickle.entered(entry, [], now);
    else this.trickle.enteredSecretly(entry, now);
    return undefined;
  }

  // Peers

  peerReady(peer: Peer): void {
    if (!peer.relaysTransactions) return;
    this.tracker.addPeer(peer);
    this.trickle.addPeer(peer, this.mempool.values(), this.context.now());
  }

  peerGone(peer: Peer): void {
    this.tracker.removePeer(peer);
    this.trickle.removePeer(peer);
    this.server.forget(peer);
  }

  receive(peer: Peer, message: Inv | GetTxs | Txs, { now }: EventTime): Reception {
    switch (message.type) {
      case 'inv':
        return this.#inv(peer, message, now);
      case 'getTxs':
        this.context.outbox.counters.count('vision_tx_getdata_received_total', message.relayIds.length);
        return this.server.request(peer, message, now) ?? (this.isServing(peer) ? undefined : 'quiet');
      case 'txs':
        return this.#txs(peer, message);
    }
  }

  isServing(peer: Peer): boolean {
    return this.server.isServing(peer);
  }

  /** The platform has verified signatures, perhaps not ours. */
  signaturesVerified(job: number, valid: Uint8Array | undefined): void {
    this.signatures.answered(job, valid);
  }

  // Blocks

  bodyAccepted(slot: number, body: Uint8Array): void {
    this.included.bodyAccepted(slot, body);
  }

  /** Another branch is the best one. */
  reorganised(reorg: BranchSwitch): void {
    const { tree, readBody } = this.context;
    for (const slot of this.included.reorganised(reorg))
      readBody(tree.hash(slot), (body) => {
        if (body !== undefined && tree.isOnBestChain(slot)) this.bodyAccepted(slot, body);
      });
  }

  chainReplaced(): void {
    this.included.clear();
  }

  // Time

  advance({ now }: EventTime): void {
    const { outbox } = this.context;
    const { counters } = outbox;
    this.mempool.expire(now);
    if (this.#mayAsk)
      for (const { peer, requestId, relayIds } of this.tracker.poll(now)) {
        counters.count('vision_tx_getdata_sent_total', relayIds.length);
        outbox.send(peer, { type: 'getTxs', requestId, relayIds });
      }
    this.trickle.poll(now, (peer, entries) => {
      counters.count('vision_tx_inv_sent_total', entries.length);
      outbox.send(peer, { type: 'inv', relayIds: entries.map(({ tx }) => tx.relayId) });
    });
    this.server.advance(now);
    this.signatures.advance();
    this.own.advance();
    this.#news.advance(this.mempool, now);
    counters.set('vision_mempool_transactions', this.mempool.size);
    counters.set('vision_mempool_bytes', this.mempool.bytes);
  }

  nextWake(): number | undefined {
    let wake = earliest(this.mempool.expiresAt, this.trickle.nextWake());
    wake = earliest(wake, this.server.nextWake());
    wake = earliest(wake, this.#news.nextWake());
    return this.#mayAsk ? earliest(wake, this.tracker.nextWake()) : wake;
  }

  get #mayAsk(): boolean {
    return this.tracker.size > 0 && this.signatures.hasRoom && !this.context.isFar();
  }

  #inv(peer: Peer, { relayIds }: Inv, now: number): Reception {
    if (!peer.messages.take(now, relayIds.length / TX_ANNOUNCED_PER_COST)) return 'PEER_FLOOD';
    this.context.outbox.counters.count('vision_tx_inv_received_total', relayIds.length);
    let isNews = false;
    for (const id of relayIds) {
      const key = bytesToHex(id);
      this.own.announced(key, peer);
      const entry = this.mempool.get(key);
      if (entry !== undefined) {
        this.trickle.announced(peer, entry, now);
        isNews = true;
      } else if (!this.#rejects.has(key) && !this.included.has(key))
        isNews = this.tracker.announce(peer, id, key, now) || isNews;
    }
    return isNews ? undefined : 'quiet';
  }

  #txs(peer: Peer, { requestId, transactions }: Txs): Reception {
    for (const bytes of transactions) {
      const key = this.tracker.take(peer, requestId);
      if (key === undefined) return 'PEER_UNSOLICITED';
      if (bytes.length === 0) this.tracker.failed(peer, key);
      else {
        const fault = this.#arrived(peer, key, bytes);
        if (fault !== undefined) return fault;
      }
    }
    return undefined;
  }

  #arrived(peer: Peer, key: string, view: Uint8Array): Reception {
    const { counters } = this.context.outbox;
    counters.count('vision_tx_gossip_received_total');
    if (this.mempool.get(key) !== undefined || this.included.has(key)) {
      counters.count('vision_tx_gossip_duplicates_total');
      this.tracker.forget(key);
      return undefined;
    }
    const tx = this.#read(view);
    if (typeof tx === 'string') return tx;
    if (bytesToHex(tx.relayId) !== key) return 'PEER_UNSOLICITED';
    const refusal = this.mempool.judge(tx);
    if (refusal !== undefined) {
      this.#reject(key);
      return undefined;
    }
    const isWaiting = this.#verify(tx, (verdict) => {
      if (verdict === true) this.#accept(tx, key);
      else if (verdict === undefined) this.tracker.forget(key);
      else {
        this.tracker.failed(peer, key);
        this.context.punish(peer, 'TX_SIGNATURE_INVALID');
      }
    });
    if (isWaiting) this.tracker.verifying(peer, key);
    else this.tracker.forget(key);
    return undefined;
  }

  /** A transaction in memory of its own, or what is wrong with its form. */
  #read(view: Uint8Array): Transaction | Exclude<Reception, 'quiet' | undefined> {
    const { family } = this.context.tree;
    if (view.length > Math.min(TX_BYTES_MAX, family.transactionBytesMax)) return 'TX_TOO_LARGE';
    const tx = family.readTransaction(view.slice());
    return tx === undefined ? 'TX_MALFORMED' : (tx.fault ?? tx);
  }

  /** Verifies what can be verified, at once or later. @returns false if there is no room; then `done` is not called */
  #verify(tx: Transaction, done: (verdict: SignatureVerdict) => void): boolean {
    if (tx.signature !== undefined) return this.signatures.add(tx.signature, tx.bytes.length, done);
    done(true);
    return true;
  }

  #accept(tx: Transaction, key: string): void {
    const now = this.context.now();
    const announcers = this.tracker.announcers(key);
    const entry = this.mempool.add(tx, now);
    if (typeof entry === 'string') {
      this.#reject(key);
      return;
    }
    this.tracker.forget(key);
    this.trickle.entered(entry, announcers, now);
  }

  /** It is refused, and nobody is at fault. */
  #reject(key: string): void {
    this.tracker.forget(key);
    this.#rejects.add(key);
    if (this.#rejects.size <= TX_REJECTS_MAX) return;
    for (const oldest of this.#rejects) {
      this.#rejects.delete(oldest);
      return;
    }
  }

  #left(entry: PoolEntry, reason: RemovalReason, by: Uint8Array | undefined): void {
    this.trickle.left(entry);
    this.#news.left(entry, reason);
    this.own.left(entry, reason, by);
    if (reason !== 'included') this.#dropped.add(entry.key, entry.tx);
  }

  #itemOf(relayId: Uint8Array, view: Uint8Array): BlockItem | undefined {
    const key = bytesToHex(relayId);
    const known = this.mempool.get(key)?.tx;
    if (known !== undefined) return { tx: known, key, isVerified: true };
    const tx = this.context.tree.family.readTransaction(view.slice());
    return tx && { tx, key, isVerified: tx.signature === undefined };
  }

  #included(items: readonly BlockItem[]): void {
    for (const { key, tx } of items) {
      this.mempool.included(key, tx);
      this.tracker.forget(key);
    }
    // What was refused before may fit now.
    this.#rejects.clear();
  }

  /** What a block had comes back: at once if it is in memory and was verified. */
  #disconnected(hash: Uint8Array, items: readonly BlockItem[] | undefined): void {
    const { tree, readBody } = this.context;
    for (const item of items ?? []) this.#comeBack(item);
    if (items !== undefined) return;
    const own = hash.slice();
    readBody(own, (body) => {
      const slot = tree.find(own);
      if (body === undefined || (slot !== undefined && tree.isOnBestChain(slot))) return;
      for (const { relayId, bytes } of tree.family.splitBody(body) ?? []) {
        const item = this.#itemOf(relayId, bytes);
        if (item !== undefined) this.#comeBack(item);
      }
    });
  }

  /** A block may have what no peer relays, and what nobody has signed. */
  #comeBack({ tx, key, isVerified }: BlockItem): void {
    if (tx.fault !== undefined || this.included.has(key) || this.mempool.judge(tx) !== undefined) return;
    const add = (verdict: SignatureVerdict): void => {
      const now = this.context.now();
      const entry: PoolEntry | PoolFault | undefined =
        verdict === true ? this.mempool.add(tx, now) : undefined;
      if (typeof entry !== 'object') return;
      this.context.outbox.counters.count('vision_chain_reorg_txs_reinserted_total');
      this.trickle.entered(entry, [], now);
    };
    if (isVerified) add(true);
    else this.#verify(tx, add);
  }
}

function verdictFault(verdict: false | undefined): 'TX_SIGNATURE_INVALID' | 'TX_UNVERIFIABLE' {
  return verdict === undefined ? 'TX_UNVERIFIABLE' : 'TX_SIGNATURE_INVALID';
}
