/**
 * From a compact block whose header is in the tree to a body: what is missing is asked for once, of the peer that sent the
 * compact block. Whatever goes wrong then leads to the ordinary download.
 */
import type { BlockSync } from '../blocks/block-sync.js';
import { areEqual } from '../bytes/compare-bytes.js';
import { SHORT_ID_BYTES } from '../chain/compact-rules.js';
import type { Outbox } from '../peer/outbox.js';
import type { Reception } from '../peer/part.js';
import type { Peer } from '../peer/peer.js';
import type { RequestLedger } from '../peer/request-ledger.js';
import type { BlockTxns } from '../wire/messages/compact.js';
import type { CompactRelay } from './compact-relay.js';
import type { CompactServer } from './compact-server.js';
import { type PendingBlock, type PendingBlocks, transactionRequests } from './pending-blocks.js';
import { type KnownTransactions, prefill, Rebuild } from './rebuild.js';

/** Puts bodies together; see the head of this file. */
export class Rebuilder {
  constructor(
    readonly blocks: BlockSync,
    readonly ledger: RequestLedger,
    readonly outbox: Outbox,
    readonly known: KnownTransactions,
    readonly pending: PendingBlocks,
    readonly server: CompactServer,
    readonly relay: CompactRelay,
  ) {}

  /** The header of a compact block is in the tree. */
  start(pending: PendingBlock, slot: number, now: number): void {
    const { tree } = this.blocks;
    const { block, bytes, peer, hash } = pending;
    if (block === undefined || bytes === undefined) return;
    if (!areEqual(block.header.records, tree.record(slot))) {
      // Another header that claims the same hash (Vision): this one nobody has verified.
      this.pending.giveUp(pending);
      return;
    }
    const { download } = this.blocks;
    const count = block.shortIds.length / SHORT_ID_BYTES + block.prefilled.length;
    const kept = { bytes, height: tree.height(slot), count };
    if (!this.blocks.follower.lacks(slot)) {
      if (this.blocks.follower.isFollowing) this.server.keep(hash, kept);
      this.pending.end(pending);
      return;
    }
    download.want(hash, { offeredBy: peer.id });
    download.offer(hash, peer.id);
    const rebuild = Rebuild.of(block, this.known);
    pending.rebuild = rebuild;
    this.server.keep(hash, kept);
    if (rebuild === undefined) {
      this.fail(pending);
    } else if (rebuild.missing.length === 0) {
      this.#complete(pending, rebuild, 0);
    } else if (this.pending.isComing(pending.key)) {
      // The whole body is as near as what is missing.
      this.pending.end(pending);
    } else {
      this.pending.ask(pending, transactionRequests, now);
      const places = tree.family.encodePlaces({ hash, items: rebuild.missing });
      this.outbox.send(peer, { type: 'getBlockTxns', requestId: pending.requestId, places });
    }
    this.relay.mayTell = true;
  }

  /** What was missing comes. */
  received(peer: Peer, { requestId, transactions }: BlockTxns, now: number): Reception {
    const answer = this.ledger.take(peer.id, transactionRequests, requestId, now);
    if (answer === 'unsolicited') return 'PEER_UNSOLICITED';
    const found = this.blocks.tree.family.decodeTransactions(transactions);
    if (found === undefined) return 'PEER_COMPACT_MALFORMED';
    const pending = this.pending.requested(peer, transactionRequests, requestId);
    if (pending?.rebuild === undefined) return 'quiet';
    if (!areEqual(found.hash, pending.hash)) return 'PEER_UNSOLICITED';
    if (found.items.length === 0) {
      this.fail(pending);
      return undefined;
    }
    if (!pending.rebuild.fill(found.items)) return 'PEER_COMPACT_MALFORMED';
    this.#complete(pending, pending.rebuild, transactions.length);
    return undefined;
  }

  /** Nothing is missing any more. @param bytes  of what was sent for it */
  #complete(pending: PendingBlock, rebuild: Rebuild, bytes: number): void {
    const { hash, block, announce } = pending;
    const { family } = this.blocks.tree;
    const rebuilt = rebuild.body(family);
    this.pending.end(pending);
    if (rebuilt === undefined || block === undefined) {
      this.fail(pending);
      return;
    }
    const { body, transactions } = rebuilt;
    if (this.blocks.submitted(hash, body, transactions) !== undefined) {
      this.fail(pending);
      return;
    }
    const { counters } = this.outbox;
    counters.count('vision_compact_block_reconstructions_total');
    counters.count('vision_p2p_blocks_received_total');
    const spent = bytes + (pending.bytes?.length ?? 0);
    counters.count('vision_compact_block_bandwidth_saved_bytes', Math.max(0, body.length - spent));
    if (bytes === 0) return;
    // What was missing here others miss too.
    const more = rebuild.missing.map((index) => ({
      index,
      bytes: rebuild.transactions[index] ?? new Uint8Array(0),
    }));
    const richer = family.encodeCompact(prefill(block, more));
    this.server.keep(hash, { bytes: richer, height: announce.height, count: rebuild.transactions.length });
  }

  /** It could not be put together. */
  fail(pending: PendingBlock, silent = false): void {
    this.outbox.counters.count('vision_compact_block_reconstruction_failures_total');
    this.server.discard(pending.hash);
    this.pending.giveUp(pending, silent);
  }
}
