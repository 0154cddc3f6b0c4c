/**
 * What peers claim of their chains: a tip that they announced, and the most work. A claim leads to a request, and counts
 * until it is proven or its peer had its turn to prove it.
 */
import { areEqual } from '../bytes/compare-bytes.js';
import type { AnnouncedTip, Peer } from '../peer/peer.js';
import type { SeenFilter } from '../peer/seen-filter.js';
import type { HeaderTree } from '../tree/header-tree.js';
import type { Announce } from '../wire/messages/announce.js';
import { sourceOf } from './batch-request.js';
import type { HeldHeaders } from './held-headers.js';

/** Compares what peers claim with what is known here. What is claimed is kept in the peer. */
export class TipClaims {
  constructor(
    readonly tree: HeaderTree,
    readonly held: HeldHeaders,
    /** Verified headers that the tree had no room for. */
    readonly dropped: SeenFilter,
  ) {}

  /** Whether a header was verified, be it that it is still held or was dropped again: asking for it brings nothing. */
  isKnown(hash: Uint8Array): boolean {
    return this.tree.find(hash) !== undefined || this.#isKnownBeside(hash);
  }

  #isKnownBeside(hash: Uint8Array): boolean {
    return this.held.has(hash) || this.dropped.has(hash);
  }

  /** True if a peer claims, credibly, more work than is verified. */
  isAhead(peer: Peer): boolean {
    return peer.isReady && peer.claimedChainwork > this.tree.chainwork(this.tree.tip);
  }

  /** Whether headers of a peer wait for the clock. */
  isHeldBack(peer: Peer): boolean {
    return this.held.size > 0 && this.held.countOf(sourceOf(peer)) > 0;
  }

  /** True if a peer may have more than is verified: it claims more work, or a header that is not known here. */
  isOpen(peer: Peer): boolean {
    this.settle(peer);
    return this.isAhead(peer) || peer.announced !== undefined || this.isHeldBack(peer);
  }

  /** A peer announces its tip; @returns whether that is known here */
  announced(peer: Peer, { height, hash, prev }: Announce): boolean {
    if (this.#settle(peer, hash)) return true;
    peer.announced = { height, hash: hash.slice(), prev: prev.slice() };
    return false;
  }

  /**
   * A peer says which tip it has, and this node did not ask for it: that counts if the header is known here.
   *
   * @returns whether what is known of the peer is another than before
   */
  named(peer: Peer, hash: Uint8Array): boolean {
    const { tree } = this;
    const slot = tree.find(hash);
    if (slot === undefined || (peer.bestKnown !== undefined && areEqual(peer.bestKnown, hash))) return false;
    const known = peer.bestKnown === undefined ? undefined : tree.find(peer.bestKnown);
    if (known !== undefined && tree.chainwork(known) > tree.chainwork(slot)) return false;
    peer.bestKnown = hash.slice();
    peer.height = Math.max(peer.height, tree.height(slot));
    return true;
  }

  /** What a peer announced counts no more once that header is known. */
  settle(peer: Peer): void {
    if (peer.announced !== undefined) this.#settle(peer, peer.announced.hash);
  }

  /**
   * A peer has given all that it has: what it claimed beyond that was not true.
   *
   * @param announced  what it had announced when it was asked; it may have announced something else since, again and again
   * @returns whether it claimed what it does not have
   */
  isUnproven(peer: Peer, announced: AnnouncedTip | undefined): boolean {
    this.settle(peer);
    const isOverclaimed = this.lower(peer, this.#provenWork(peer));
    const isInvented = announced !== undefined && !this.isKnown(announced.hash);
    if (isInvented && peer.announced === announced) peer.announced = undefined;
    if (!isOverclaimed && !isInvented) return false;
    peer.height = this.provenHeight(peer);
    return true;
  }

  /**
   * A peer has no more work than it has shown.
   *
   * @returns whether it had claimed more than that, and more than is verified
   */
  lower(peer: Peer, shown: bigint): boolean {
    const isOverclaimed = this.isAhead(peer) && peer.claimedChainwork > shown;
    if (shown < peer.claimedChainwork) peer.claimedChainwork = shown;
    return isOverclaimed;
  }

  /** Height of the best header of a peer that is in the tree; 0 if there is none. */
  provenHeight({ bestKnown }: Peer): number {
    const slot = bestKnown === undefined ? undefined : this.tree.find(bestKnown);
    return slot === undefined ? 0 : this.tree.height(slot);
  }

  #provenWork({ bestKnown }: Peer): bigint {
    const slot = bestKnown === undefined ? undefined : this.tree.find(bestKnown);
    return slot === undefined ? 0n : this.tree.chainwork(slot);
  }

  /** @returns whether a header is known */
  #settle(peer: Peer, hash: Uint8Array): boolean {
    const isInTree = this.tree.find(hash) !== undefined;
    if (!isInTree && !this.#isKnownBeside(hash)) return false;
    peer.announced = undefined;
    const isNew = peer.bestKnown === undefined || !areEqual(peer.bestKnown, hash);
    if (isInTree && isNew) peer.bestKnown = hash.slice();
    return true;
  }
}
