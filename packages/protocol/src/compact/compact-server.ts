/**
 * Serves compact blocks near the tip and single transactions of them. What is asked for waits in the queue of bodies of its
 * peer, see blocks/block-server.ts, and is charged to what the peer may be served.
 *
 * Memory: COMPACT_REBUILDS_MAX compact blocks, and the transactions of the body that was asked for last.
 */
import type { BlockSync } from '../blocks/block-sync.js';
import { bytesToHex } from '../bytes/hex.js';
import { type BlockPart, COMPACT_NONCE_BYTES } from '../chain/compact-rules.js';
import type { BlockTransaction } from '../chain/transaction-rules.js';
import {
  BLOCK_TXNS_DEPTH_MAX,
  BODY_SEND_BUFFER_BYTES_MAX,
  COMPACT_DEPTH_MAX,
  COMPACT_REBUILDS_MAX,
} from '../limits.js';
import type { Outbox } from '../peer/outbox.js';
import type { Peer } from '../peer/peer.js';
import type { PeerFault } from '../peer/peer-fault.js';
import type { HeaderTree } from '../tree/header-tree.js';
import { compactBlockOf } from './rebuild.js';

/** A compact block as it is sent. */
export interface KeptCompactBlock {
  readonly bytes: Uint8Array;
  readonly height: number;
  /** How many transactions it says that the block has. */
  readonly count: number;
}

/** Compact blocks that are here, and those that are made of bodies. */
export class CompactServer {
  /** By hash in hex, oldest first. */
  readonly #kept = new Map<string, KeptCompactBlock>();
  #split: { readonly key: string; readonly transactions: readonly BlockTransaction[] } | undefined;

  constructor(
    readonly tree: HeaderTree,
    readonly blocks: BlockSync,
    readonly outbox: Outbox,
    /** Numbers of [0, 1). */
    readonly random: () => number,
    readonly punish: (peer: Peer, code: PeerFault) => void,
  ) {}

  /** The compact block of a header, if it is here. */
  get(hash: Uint8Array): KeptCompactBlock | undefined {
    return this.#kept.get(bytesToHex(hash));
  }

  /** Keeps a compact block, in the place of another one of the same header. */
  keep(hash: Uint8Array, block: KeptCompactBlock): void {
    const key = bytesToHex(hash);
    this.#kept.delete(key);
    this.#kept.set(key, block);
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > COMPACT_REBUILDS_MAX && oldest !== undefined) this.#kept.delete(oldest);
  }

  /** It has shown to be wrong. */
  discard(hash: Uint8Array): void {
    this.#kept.delete(bytesToHex(hash));
  }

  clear(): void {
    this.#kept.clear();
    this.#split = undefined;
  }

  /** {@link make} from a body; undefined if it is none. */
  makeOf(slot: number, body: Uint8Array): KeptCompactBlock | undefined {
    const transactions = this.tree.family.splitBody(body);
    return transactions && this.make(slot, transactions);
  }

  /** Makes the compact block of the header in `slot` from what its body has, and keeps it. */
  make(slot: number, transactions: readonly BlockTransaction[]): KeptCompactBlock {
    const { tree, random } = this;
    const { family } = tree;
    const nonce = Uint8Array.from({ length: COMPACT_NONCE_BYTES }, () => Math.floor(256 * random()));
    const hash = tree.hash(slot);
    const head = family.compactHead({ count: 1, records: tree.record(slot), hashes: hash }, nonce);
    const bytes = family.encodeCompact(compactBlockOf(head, transactions));
    const block = { bytes, height: tree.height(slot), count: transactions.length };
    this.keep(hash, block);
    return block;
  }

  /** A peer asks for a compact block. */
  requestBlock(peer: Peer, requestId: number, hash: Uint8Array, now: number): PeerFault | undefined {
    const kept = this.get(hash);
    const isFree = peer.sendBufferBytes < BODY_SEND_BUFFER_BYTES_MAX && peer.served.freeAt <= now;
    if (kept !== undefined && isFree) {
      peer.tipsSinceAsked = 0;
      peer.served.charge(now, this.send(peer, requestId, kept));
      return undefined;
    }
    if (this.#isDeep(hash, COMPACT_DEPTH_MAX)) {
      this.send(peer, requestId, undefined);
      return undefined;
    }
    return this.blocks.server.enqueue(peer, [hash], now, (wanted, body) => {
      const slot = this.tree.find(wanted);
      const isHere = slot !== undefined && body !== undefined;
      return this.send(peer, requestId, isHere ? this.makeOf(slot, body) : undefined);
    });
  }

  /** @returns how many bytes that is on the wire */
  send(peer: Peer, requestId: number, block: KeptCompactBlock | undefined): number {
    if (block !== undefined) {
      this.outbox.counters.count('vision_compact_blocks_sent_total');
      this.outbox.counters.count('vision_p2p_headers_sent_total');
    }
    const { height = 0, bytes = new Uint8Array(0) } = block ?? {};
    return this.outbox.send(peer, { type: 'compactBlock', requestId, height, block: bytes });
  }

  /** A peer asks for transactions of a block. */
  requestTransactions(
    peer: Peer,
    requestId: number,
    { hash, items }: BlockPart<number>,
    now: number,
  ): PeerFault | undefined {
    if (this.#isDeep(hash, BLOCK_TXNS_DEPTH_MAX)) {
      this.#answer(peer, requestId, hash, []);
      return undefined;
    }
    return this.blocks.server.enqueue(peer, [hash], now, (wanted, body) => {
      if (body === undefined) return this.#answer(peer, requestId, wanted, []);
      const isCold = this.#split?.key !== bytesToHex(wanted);
      const all = this.#transactionsOf(wanted, body);
      const last = items.at(-1) ?? -1;
      // A compact block that was passed on before its body was here may have said that the block has more.
      if (last >= Math.max(all.length, this.get(wanted)?.count ?? 0)) {
        this.punish(peer, 'PEER_COMPACT_MALFORMED');
        return 0;
      }
      const found = last < all.length ? items.flatMap((place) => all[place]?.bytes ?? []) : [];
      const sent = this.#answer(peer, requestId, wanted, found);
      // To read a body for one transaction costs as much as to send it.
      return isCold ? Math.max(sent, body.length) : sent;
    });
  }

  #answer(peer: Peer, requestId: number, hash: Uint8Array, items: readonly Uint8Array[]): number {
    const transactions = this.tree.family.encodeTransactions({ hash, items });
    return this.outbox.send(peer, { type: 'blockTxns', requestId, transactions });
  }

  #transactionsOf(hash: Uint8Array, body: Uint8Array): readonly BlockTransaction[] {
    const key = bytesToHex(hash);
    if (this.#split?.key !== key)
      this.#split = { key, transactions: this.tree.family.splitBody(body.slice()) ?? [] };
    return this.#split.transactions;
  }

  #isDeep(hash: Uint8Array, depth: number): boolean {
    const slot = this.tree.find(hash);
    return slot !== undefined && this.tree.height(slot) < this.tree.tipHeight - depth;
  }
}
