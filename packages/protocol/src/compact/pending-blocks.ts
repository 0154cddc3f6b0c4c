/**
 * Blocks on their way as compact blocks: which peer was asked for what. While one is on its way here, its body is not asked of
 * anyone.
 *
 * Memory: COMPACT_REBUILDS_MAX blocks, which `compact-blocks.ts` sees to, and FIRST_SENDERS_MAX hashes of those that failed.
 */
import { type BlockDownload, bodyRequests } from '../blocks/block-download.js';
import { bytesToHex } from '../bytes/hex.js';
import type { ReadCompactBlock } from '../chain/compact-rules.js';
import { FIRST_SENDERS_MAX } from '../limits.js';
import type { Peer } from '../peer/peer.js';
import type { RequestKind, RequestLedger } from '../peer/request-ledger.js';
import type { Announce } from '../wire/messages/announce.js';
import type { Rebuild } from './rebuild.js';

/** `getCompactBlock`. */
export const compactRequests: RequestKind = { ...bodyRequests, name: 'getCompactBlock' };
/** `getBlockTxns`. */
export const transactionRequests: RequestKind = { ...bodyRequests, name: 'getBlockTxns' };

/** A block on its way. */
export interface PendingBlock {
  /** The hash in hex. */
  readonly key: string;
  readonly hash: Uint8Array;
  /** The peer that sent it, or is asked for it. */
  readonly peer: Peer;
  /** What the peer said, as an announcement. */
  readonly announce: Announce;
  /** The request that is in flight, and its kind; undefined while the header is being verified. */
  requestId: number;
  kind: RequestKind | undefined;
  block: ReadCompactBlock | undefined;
  /** The compact block as it came. */
  bytes: Uint8Array | undefined;
  rebuild: Rebuild | undefined;
  /** Other peers that have it. */
  readonly others: Set<Peer>;
}

/** All of them, by hash; see the head of this file. */
export class PendingBlocks {
  readonly #pending = new Map<string, PendingBlock>();
  /** Blocks that were given up: they are not asked for in this way again. Oldest first. */
  readonly #failed = new Set<string>();

  constructor(
    readonly download: BlockDownload,
    readonly ledger: RequestLedger,
  ) {}

  get size(): number {
    return this.#pending.size;
  }

  get(key: string): PendingBlock | undefined {
    return this.#pending.get(key);
  }

  /** As they are now. */
  all(): readonly PendingBlock[] {
    return [...this.#pending.values()];
  }

  hasFailed(key: string): boolean {
    return this.#failed.has(key);
  }

  begin(peer: Peer, { height, hash, prev }: Announce): PendingBlock {
    const announce: Announce = { type: 'announce', height, hash: hash.slice(), prev: prev.slice() };
    const pending: PendingBlock = {
      key: bytesToHex(hash),
      hash: announce.hash,
      peer,
      announce,
      requestId: 0,
      kind: undefined,
      block: undefined,
      bytes: undefined,
      rebuild: undefined,
      others: new Set(),
    };
    this.#pending.set(pending.key, pending);
    this.download.defer(hash);
    return pending;
  }

  /** Its peer is about to be asked for something. */
  ask(pending: PendingBlock, kind: RequestKind, now: number): void {
    pending.kind = kind;
    pending.requestId = this.ledger.ask(pending.peer.id, kind, pending.peer.roundTrip.timeoutMs, now);
  }

  /** The block that a request was about, unless it is over. */
  requested(peer: Peer, kind: RequestKind, requestId: number): PendingBlock | undefined {
    for (const pending of this.#pending.values())
      if (pending.peer === peer && pending.kind === kind && pending.requestId === requestId) return pending;
    return undefined;
  }

  /** It is here, or comes another way. @param silent  whether its peer did not answer in time */
  end({ key, hash, peer, kind, requestId }: PendingBlock, silent = false): void {
    this.#pending.delete(key);
    if (kind !== undefined) this.ledger.giveUp(peer.id, kind, requestId);
    this.download.release(hash, silent ? peer.id : undefined);
  }

  /** It does not come in this way. @param silent  see {@link end} */
  giveUp(pending: PendingBlock, silent = false): void {
    this.end(pending, silent);
    this.#failed.add(pending.key);
    const [oldest] = this.#failed;
    if (this.#failed.size > FIRST_SENDERS_MAX && oldest !== undefined) this.#failed.delete(oldest);
  }
}
