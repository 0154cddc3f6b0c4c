/**
 * A new tip goes unasked, as a compact block, to the peers that want it so; and of whom this node wants it, follows from who
 * brought the last ones first. The last of several blocks that came at once goes to nobody: no peer can put it together
 * that does not have the block before it, and such a tip is announced. (Bitcoin Core sends it to peers that have that
 * block.)
 *
 * Memory: FIRST_SENDERS_MAX hashes, and what `high-bandwidth.ts` states.
 */
import type { BlockSync } from '../blocks/block-sync.js';
import { areEqual } from '../bytes/compare-bytes.js';
import { bytesToHex } from '../bytes/hex.js';
import type { CheckedBody } from '../chain/checked-body.js';
import { FIRST_SENDERS_MAX } from '../limits.js';
import type { Peer } from '../peer/peer.js';
import type { PeerSet } from '../peer/peer-set.js';
import type { HeaderTree } from '../tree/header-tree.js';
import type { CompactServer } from './compact-server.js';
import type { HighBandwidth } from './high-bandwidth.js';

/** Sends new tips on; see the head of this file. */
export class CompactRelay {
  /** There may be somebody to send the tip to. */
  mayTell = false;
  /** The tip came with the blocks before it, or displaced others: peers need not have the block before it. */
  #isRun = false;
  /** Who spoke of a block first, by hash in hex. Oldest first. */
  readonly #first = new Map<string, Peer>();
  #tip: Uint8Array;

  constructor(
    readonly tree: HeaderTree,
    readonly peers: PeerSet,
    readonly blocks: BlockSync,
    readonly highBandwidth: HighBandwidth,
    readonly server: CompactServer,
  ) {
    this.#tip = tree.hash(tree.tip).slice();
  }

  /** A peer speaks of a block that is not known here. */
  heard(key: string, peer: Peer): void {
    if (this.#first.has(key)) return;
    this.#first.set(key, peer);
    const [oldest] = this.#first.keys();
    if (this.#first.size > FIRST_SENDERS_MAX && oldest !== undefined) this.#first.delete(oldest);
  }

  /** See `Part.bodyAccepted`. */
  bodyAccepted(slot: number, body: CheckedBody): void {
    if (slot !== this.tree.tip) return;
    const isKept = this.server.get(this.tree.hash(slot)) !== undefined;
    if (!isKept && this.#lacking().length > 0) this.server.make(slot, body.transactions);
    this.mayTell = true;
  }

  /** @param isFar  whether many headers are still to come: then no tip is news */
  advance(now: number, isFar: boolean): void {
    if (!this.blocks.follower.isFollowing) this.highBandwidth.dismissAll();
    const hash = this.tree.hash(this.tree.tip);
    if (!areEqual(hash, this.#tip)) {
      const { family } = this.tree;
      this.#isRun = !areEqual(family.parent(this.tree.record(this.tree.tip)), this.#tip);
      this.#tip = hash.slice();
      this.mayTell = true;
      const first = this.#first.get(bytesToHex(hash));
      const isHere = first !== undefined && this.peers.get(first.id) === first;
      if (isHere && this.blocks.follower.isFollowing && !isFar) this.highBandwidth.choose(first);
    }
    if (this.mayTell && !isFar) this.#tell(now);
    this.mayTell = false;
  }

  /** Peers that want blocks unasked, and have not heard of the tip from here, nor shown that they have it. */
  #lacking(): Peer[] {
    const { tip, tipHeight } = this.tree;
    const hash = this.tree.hash(tip);
    return [...this.highBandwidth.wanting].filter(
      (peer) => !peer.knows(hash, tipHeight) && !peer.wasToldOf(hash),
    );
  }

  #tell(now: number): void {
    if (this.#isRun) return;
    const { tip } = this.tree;
    const peers = this.#lacking();
    if (peers.length === 0) return;
    const hash = this.tree.hash(tip);
    let block = this.server.get(hash);
    if (block === undefined) {
      const implied = this.blocks.follower.checker.implied(tip);
      block = implied && this.server.makeOf(tip, implied);
    }
    if (block === undefined) return;
    for (const peer of peers) {
      this.server.send(peer, 0, block);
      peer.toldOf = hash.slice();
      peer.announcedAt = now;
    }
  }
}
