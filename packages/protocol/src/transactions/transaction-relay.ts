/**
 * Transactions between peers: what is announced is asked for, held to all that a light node can check, kept in the mempool,
 * and told to others.
 *
 * What comes is checked cheapest first: size, form, what is known or refused, what it conflicts with, and only then its
 * signature, which the platform verifies. What no honest peer relays costs its sender the connection. A false signature says
 * nothing of the transaction's id, which may not cover it: the id is asked of the next peer. What is refused for a reason
 * that is nobody's fault is not asked for again before the next block.
 *
 * Memory: what the files of this folder state that it puts together, and TX_DROPPED_MAX that left the mempool.
 */
import { bytesToHex } from '../bytes/hex.js';
import type { CheckedBody } from '../chain/checked-body.js';
import type { Transaction } from '../chain/transaction-rules.js';
import type { EventTime } from '../io/event.js';
import type { RemovalReason, TransactionStatus } from '../io/transaction-notice.js';
import {
  GATEWAY_MEMPOOL_BYTES_MAX,
  MEMPOOL_BYTES_MAX,
  MEMPOOL_LISTED_MAX,
  TX_ANNOUNCED_PER_COST,
} from '../limits.js';
import { earliest, type Part, type Reception } from '../peer/part.js';
import type { Peer } from '../peer/peer.js';
import type { BranchSwitch } from '../tree/insert-result.js';
import type { GetTxs, Inv, Txs } from '../wire/messages/transactions.js';
import { TransactionSender } from './own/transaction-sender.js';
import { DroppedTransactions } from './pool/dropped-transactions.js';
import { Mempool } from './pool/mempool.js';
import { MempoolNews } from './pool/mempool-news.js';
import type { PoolEntry } from './pool/pool-entry.js';
import { PoolFollower } from './pool-follower.js';
import { RejectedTransactions } from './rejected-transactions.js';
import type { RelayContext } from './relay-context.js';
import { RequestTracker } from './request-tracker.js';
import { SignatureQueue } from './signature-queue.js';
import { TransactionIntake } from './transaction-intake.js';
import { TransactionServer } from './transaction-server.js';
import { transactionStatus } from './transaction-status.js';
import { Trickle } from './trickle.js';

/** The part of the node that relays transactions; see the head of this file. */
export class TransactionRelay implements Part<Inv | GetTxs | Txs> {
  readonly name = 'transactions';
  /** Transactions that are in no block yet. For others to read. */
  readonly mempool: Mempool;
  /** Which announced transaction is asked of which peer. */
  readonly tracker: RequestTracker<Peer>;
  /** Which peer is told of which transaction, and when. */
  readonly trickle: Trickle<Peer>;
  /** Answers `getTxs` as fast as a peer may be served. */
  readonly server: TransactionServer;
  /** Signatures on their way to the platform. While it has no room, no peer is asked for any. */
  readonly signatures: SignatureQueue;
  /** What blocks do to the mempool; `included` has the transactions of the newest blocks. */
  readonly follower: PoolFollower;
  /** Transactions of this side: sent, kept for the next visit, and watched. */
  readonly sender: TransactionSender;
  readonly #intake: TransactionIntake;
  readonly #news: MempoolNews;
  readonly #dropped = new DroppedTransactions();
  /** What was refused since the last block. */
  readonly #rejects = new RejectedTransactions();
  #isScanned = false;

  /** @param context  what it takes of the node around it */
  constructor(readonly context: RelayContext) {
    const { tree, outbox, storage, random, isGateway } = context;
    this.mempool = new Mempool({
      usedNumber: (account) => this.follower.included.usedNumber(account),
      entered: (entry) => this.#news.entered(entry),
      left: (entry, reason, by) => this.#left(entry, reason, by),
      bytesMax: isGateway ? GATEWAY_MEMPOOL_BYTES_MAX : MEMPOOL_BYTES_MAX,
    });
    const { mempool } = this;
    this.#news = new MempoolNews(outbox, (hash) => tree.family.hashToHex(hash));
    this.signatures = new SignatureQueue(context.signatures);
    const intake = new TransactionIntake(tree.family, this.signatures);
    this.#intake = intake;
    this.follower = new PoolFollower(tree, mempool, intake, context, {
      included: (place, items) => {
        this.sender.own.included(place, items);
        for (const { key } of items) this.tracker.forget(key);
        // What was refused before may fit now.
        this.#rejects.clear();
      },
      disconnected: (place) => this.sender.own.disconnected(place),
      cameBack: (entry) => {
        outbox.counters.count('vision_chain_reorg_txs_reinserted_total');
        this.trickle.entered(entry, [], context.now());
      },
    });
    this.sender = new TransactionSender(tree, outbox, storage, mempool, intake, {
      entered: (entry, now, isForwarded) => {
        this.tracker.forget(entry.key);
        if (isForwarded) this.trickle.entered(entry, [], now);
        else this.trickle.enteredSecretly(entry, now);
      },
      storeAnswered: context.storeAnswered,
    });
    this.tracker = new RequestTracker(random);
    this.trickle = new Trickle(random, () => mempool.nextOrder);
    this.server = new TransactionServer(outbox, (peer, relayId) => {
      const entry = mempool.get(bytesToHex(relayId));
      return entry !== undefined && this.trickle.mayServe(peer, entry) ? entry.tx.bytes : undefined;
    });
  }

  /** Relay ids that are not asked for before the next block. */
  get rejects(): number {
    return this.#rejects.size;
  }

  // What the application and other parts ask

  /** The best transactions in an order in which a block can have them: what a miner takes. */
  select(bytesMax: number, countMax = Number.POSITIVE_INFINITY): Transaction[] {
    return this.mempool.select(bytesMax, countMax).map(({ tx }) => tx);
  }

  /** Transactions of the mempool. */
  get size(): number {
    return this.mempool.size;
  }

  /** Calls with each transaction that is known here: of the mempool, dropped lately, and of the newest blocks. */
  each(visit: (transaction: Transaction) => void): void {
    for (const { tx } of this.mempool.values()) visit(tx);
    for (const tx of this.#dropped.values()) visit(tx);
    for (const { tx } of this.follower.included.items()) visit(tx);
  }

  /** The next number of a sender by the newest blocks and the mempool: one more than the highest one there, or 0 if there is none. */
  nextNumber(account: string): bigint {
    let highest = this.follower.included.usedNumber(account) ?? -1n;
    for (const { tx } of this.mempool.values()) {
      const { sequence } = tx;
      if (sequence?.account === account && sequence.number > highest) highest = sequence.number;
    }
    return highest + 1n;
  }

  /** What is known here of a transaction, by its id as people write it. */
  status(id: string): TransactionStatus | undefined {
    return transactionStatus(this.context.tree, this.mempool, this.follower.included, id);
  }

  /** Tells the application what the mempool holds. */
  list(ticket: number): void {
    const { size: count, bytes } = this.mempool;
    const newest = [...this.mempool.values()].slice(-MEMPOOL_LISTED_MAX);
    const transactions = newest.map((entry) => this.#news.describe(entry));
    this.context.outbox.emit({ type: 'mempool', ticket, mempool: { count, bytes, transactions } });
  }

  /** The node begins to read its store. */
  start(): void {
    this.sender.start();
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

  // Blocks

  bodyAccepted(slot: number, body: CheckedBody): void {
    this.follower.included.bodyAccepted(slot, body);
  }

  /** Another branch is the best one. */
  reorganised(reorg: BranchSwitch): void {
    this.follower.reorganised(reorg);
  }

  chainReplaced(): void {
    this.follower.included.clear();
    this.#isScanned = false;
  }

  storeEmptied(): void {
    this.sender.storeEmptied();
  }

  // Time

  get isSettled(): boolean {
    return this.sender.isSettled;
  }

  /** Hands the store what there is for it, and does nothing else. */
  flush({ now }: EventTime): void {
    this.sender.advance(now);
  }

  advance(time: EventTime): void {
    const { now } = time;
    const { outbox, isGateway } = this.context;
    const { counters } = outbox;
    // Peers that follow no blocks go on announcing what blocks have.
    const isWanted = isGateway || this.tracker.size > 0;
    if (this.sender.restore(time) || (isWanted && !this.#isScanned)) this.#scan();
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
    this.sender.advance(now);
    this.#news.advance(this.mempool, now);
    counters.set('vision_mempool_transactions', this.mempool.size);
    counters.set('vision_mempool_bytes', this.mempool.bytes);
  }

  nextWake(): number | undefined {
    let wake = earliest(this.mempool.expiresAt, this.trickle.nextWake());
    wake = earliest(wake, this.server.nextWake());
    wake = earliest(wake, this.#news.nextWake());
    wake = earliest(wake, this.sender.nextWake());
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
      this.sender.own.announced(key, peer);
      const entry = this.mempool.get(key);
      if (entry !== undefined) {
        this.trickle.announced(peer, entry, now);
        isNews = true;
      } else if (!this.#rejects.has(key) && !this.follower.included.has(key))
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
    if (this.mempool.get(key) !== undefined || this.follower.included.has(key)) {
      counters.count('vision_tx_gossip_duplicates_total');
      this.tracker.forget(key);
      return undefined;
    }
    const tx = this.#intake.read(view);
    if (typeof tx === 'string') return tx;
    if (bytesToHex(tx.relayId) !== key) return 'PEER_UNSOLICITED';
    const refusal = this.mempool.judge(tx);
    if (refusal !== undefined) {
      this.#reject(key);
      return undefined;
    }
    const isWaiting = this.#intake.verify(tx, (verdict) => {
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
  }

  #left(entry: PoolEntry, reason: RemovalReason, by: Uint8Array | undefined): void {
    this.trickle.left(entry);
    this.#news.left(entry, reason);
    this.sender.own.left(entry, reason, by);
    if (reason !== 'included') this.#dropped.add(entry.key, entry.tx);
  }

  /** Looks through the newest bodies: what they have may be pending here, and a miner must know which numbers are used. */
  #scan(): void {
    if (this.#isScanned) return;
    this.#isScanned = true;
    this.follower.included.each((place, items) => this.sender.own.included(place, items));
    this.follower.scan();
  }
}
