/**
 * Reports what the shape of the newest forks says of the network: two branches with the same work, and a run of blocks that
 * was withheld. Both are signs of selfish mining (Eyal and Sirer, "Majority is not enough", 2014). They are counted and told
 * to the application, and change no choice: the branch with the most work is followed, of equals the first seen.
 *
 * `competing`: a header gives another branch as much work as the tip has, and both came while nothing disturbed this node.
 *
 * `withheld`: a reorganisation in which all of this holds.
 *  - Two or more of the new headers came within WITHHELD_MOMENT_MS. An honest miner shows each block at once.
 *  - Their own timestamps lie further apart than WITHHELD_SPREAD_MIN_S and WITHHELD_SPACINGS target spacings. So a short
 *    partition is none: its blocks are no older than it lasted, and a link that fails for longer is found out and closed.
 *  - They displace headers. Only then does it cost an honest miner anything; and a run on top of the tip cannot be told
 *    from a link that hung for a moment.
 *  - The header that they build on came while this peer was connected and nothing disturbed this node, so that the peer
 *    could have shown each of them when it was found. A peer that comes back has not said hello before that header. After
 *    sleep, a lost network or a download nothing counts that came before the node was synced again.
 *
 * From here two honest cases look the same, for nothing in headers tells them apart: a long partition elsewhere in the network
 * that heals over others, and a fork of several blocks whose other branch none of this node's peers followed. And a miner is
 * free to lie in its timestamps. So this is a sign, no proof.
 *
 * Memory: FORK_ARRIVALS_MAX times, one number for each peer, COMPETING_TIPS_MAX tips.
 */
import { describeTip } from '../io/describe-tip.js';
import type { EventTime } from '../io/event.js';
import {
  COMPETING_TIPS_MAX,
  FORK_ARRIVALS_MAX,
  FORK_SETTLE_MS,
  WITHHELD_MOMENT_MS,
  WITHHELD_SPACINGS,
  WITHHELD_SPREAD_MIN_S,
} from '../limits.js';
import type { Outbox } from '../peer/outbox.js';
import type { Part } from '../peer/part.js';
import type { Peer } from '../peer/peer.js';
import type { HeaderTree } from '../tree/header-tree.js';
import type { InsertedHeader } from '../tree/insert-result.js';

/** A reorganisation that is looked at once the download that brought it has ended. */
interface Switch {
  readonly at: number;
  readonly peer: Peer;
  readonly ancestorHeight: number;
  readonly displaced: number;
}

/** Watches what enters the tree; see the head of this file. */
export class ForkSigns implements Part {
  readonly name = 'forkSigns';
  /** When the newest headers came, by slot, the oldest first: a slot that is given to another header gets its time as well. */
  readonly #cameAt = new Map<number, number>();
  readonly #readyAt = new Map<Peer, number>();
  /** What came before was not seen when it was new. */
  #clearAt = Number.NEGATIVE_INFINITY;
  #unsyncedSince: number | undefined = Number.NEGATIVE_INFINITY;
  #isResumed = false;
  /** Other branches with the work of the tip, by slot, in the order in which they came. */
  #rivals: number[] = [];
  #hasRivalNews = false;
  #switch: Switch | undefined;
  #withheldHeight: number | undefined;

  /** @param isSynced  whether no peer claims more than is verified, as of this step */
  constructor(
    readonly tree: HeaderTree,
    readonly outbox: Outbox,
    readonly isSynced: () => boolean,
  ) {}

  /** Height of the last block of the newest run that seems to have been withheld; undefined if there was none. */
  get withheldHeight(): number | undefined {
    return this.#withheldHeight;
  }

  /** A header is in the tree that was not. @param peer  that brought it; undefined if it is of this side */
  inserted(result: InsertedHeader, peer: Peer | undefined, now: number): void {
    const { tree } = this;
    const { slot } = result;
    this.#remember(slot, now);
    if (result.kind === 'accepted') {
      const isEqual = tree.chainwork(slot) === tree.chainwork(tree.tip);
      if (!isEqual || this.#rivals.length >= COMPETING_TIPS_MAX - 1) return;
      this.#rivals.push(slot);
      this.#hasRivalNews = true;
      return;
    }
    this.#rivals = [];
    if (result.kind !== 'reorganised') return;
    const { ancestor, disconnected } = result.reorg;
    const ancestorHeight = tree.height(ancestor);
    this.#switch = peer && { at: now, peer, ancestorHeight, displaced: disconnected.length };
  }

  /** Headers from a height up to the tip came on top of what was the tip. */
  appended(firstHeight: number, now: number): void {
    this.#rivals = [];
    const { tree } = this;
    const first = Math.max(firstHeight, tree.tipHeight + 1 - FORK_ARRIVALS_MAX);
    for (let height = first; height <= tree.tipHeight; height++) {
      const slot = tree.at(height);
      if (slot !== undefined) this.#remember(slot, now);
    }
  }

  #remember(slot: number, now: number): void {
    const cameAt = this.#cameAt;
    cameAt.delete(slot);
    cameAt.set(slot, now);
    for (const oldest of cameAt.keys()) {
      if (cameAt.size <= FORK_ARRIVALS_MAX) break;
      cameAt.delete(oldest);
    }
  }

  peerReady(peer: Peer): void {
    this.#readyAt.set(peer, peer.lastBytesAt);
  }

  peerGone(peer: Peer): void {
    this.#readyAt.delete(peer);
  }

  overslept(): void {
    this.#isResumed = true;
  }

  resumed(): void {
    this.#isResumed = true;
  }

  chainReplaced(): void {
    this.#cameAt.clear();
    this.#rivals = [];
    this.#switch = undefined;
    this.#unsyncedSince = Number.NEGATIVE_INFINITY;
  }

  /** Once nothing is under way, what came is looked at as a whole. */
  advance({ now }: EventTime): void {
    if (this.#isResumed) this.#clearAt = now + FORK_SETTLE_MS;
    this.#isResumed = false;
    if (!this.isSynced()) {
      this.#unsyncedSince ??= now;
      return;
    }
    // A new block makes a node unsynced for a moment, a download for longer.
    const isDownloaded = this.#unsyncedSince !== undefined && now > this.#unsyncedSince + WITHHELD_MOMENT_MS;
    if (isDownloaded) this.#clearAt = Math.max(this.#clearAt, now);
    this.#unsyncedSince = undefined;
    if (this.#hasRivalNews) this.#reportCompeting();
    if (this.#switch !== undefined) this.#reportWithheld(this.#switch);
    this.#hasRivalNews = false;
    this.#switch = undefined;
  }

  #reportCompeting(): void {
    const { tree, outbox } = this;
    const { tip } = tree;
    // One may have been dropped to make room.
    const rivals = this.#rivals.filter((slot) => tree.chainwork(slot) === tree.chainwork(tip));
    if (rivals.length === 0 || !this.#cameAfter(tip, this.#clearAt)) return;
    const tips = [tip, ...rivals].map((slot) => describeTip(tree, slot));
    outbox.counters.count('vision_chain_competing_total');
    outbox.emit({ type: 'competing', tips });
  }

  #reportWithheld({ at, peer, ancestorHeight, displaced }: Switch): void {
    const { tree, outbox } = this;
    const { tip, tipHeight } = tree;
    const readyAt = this.#readyAt.get(peer);
    let height = tipHeight;
    let parent = tip;
    let spreadS = 0;
    // Down the run to the header that it builds on.
    for (; height > ancestorHeight && this.#cameAfter(parent, at - WITHHELD_MOMENT_MS); height--) {
      spreadS = tree.time(tip) - tree.time(parent);
      parent = tree.parent(parent);
    }
    if (spreadS <= WITHHELD_SPREAD_MIN_S || spreadS <= WITHHELD_SPACINGS * tree.family.targetSpacingS) return;
    if (readyAt === undefined || !this.#cameAfter(parent, Math.max(readyAt, this.#clearAt))) return;
    outbox.counters.count('vision_chain_withheld_total');
    this.#withheldHeight = tipHeight;
    const withheld = { blocks: tipHeight - height, spreadS, displaced, tip: describeTip(tree, tip) };
    outbox.emit({ type: 'withheld', withheld });
  }

  #cameAfter(slot: number, time: number): boolean {
    return (this.#cameAt.get(slot) ?? Number.NEGATIVE_INFINITY) > time;
  }
}
