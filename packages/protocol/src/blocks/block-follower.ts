/**
 * Bodies that the node keeps by itself: asks for those that are not here, newest first, and lets go those that are not
 * among the newest any more.
 *
 * Bounds: FOLLOWED_SCAN_MAX heights are looked at in one step, and FOLLOWED_AHEAD_MAX bodies are wanted at a time.
 */
import { defined } from '../assert.js';
import { FOLLOWED_AHEAD_MAX, FOLLOWED_SCAN_MAX } from '../limits.js';
import type { BlockDownload } from './block-download.js';
import type { BodyChecker } from './body-checker.js';
import type { FollowedBlocks } from './followed-blocks.js';
import type { StoredBlocks } from './stored-blocks.js';

/** What the follower asks of the sync around it. */
export interface FollowerListener {
  /** Whether a body was here and the store did not take it. */
  wasRefused(hash: Uint8Array): boolean;
  /** A body is not to be kept any more. */
  dropped(hash: Uint8Array): void;
  /** Whether headers are on their way. */
  isSyncing(): boolean;
  /** Whether something of this side waits for a block: then bodies are followed also while data are to be saved. */
  waitsForBlocks(): boolean;
}

/** Keeps the store in step with `FollowedBlocks`. */
export class BlockFollower {
  /** The tip for which bodies were last let go. */
  #prunedAt = -1;
  #isPaused = false;

  constructor(
    readonly followed: FollowedBlocks,
    readonly stored: StoredBlocks,
    readonly download: BlockDownload,
    readonly checker: BodyChecker,
    readonly listener: FollowerListener,
  ) {}

  /** Slots mean nothing any more. */
  restart(): void {
    this.followed.restart();
    this.#prunedAt = -1;
  }

  /** Whether there are heights to look at, and room for what they want. */
  get hasMore(): boolean {
    return this.isFollowing && !this.followed.isDone && this.download.pending < FOLLOWED_AHEAD_MAX;
  }

  /** False if the node fetches no bodies by itself. */
  get isFollowing(): boolean {
    return this.followed.count > 0 && !(this.#isPaused && !this.listener.waitsForBlocks());
  }

  /** Whether new bodies are fetched only where somebody asks for them. What is kept stays, and is served. */
  pause(isPaused: boolean): void {
    if (isPaused === this.#isPaused) return;
    this.#isPaused = isPaused;
    this.followed.restart();
    if (!this.isFollowing) for (const hash of this.download.hashes()) this.listener.dropped(hash);
  }

  /**
   * The store is full: of the bodies in it the newer half stays, and from now on there are never more. An archive gives
   * nothing up, and the newest body stays in any case.
   */
  makeRoom(): void {
    const { followed, stored } = this;
    const count = stored.size - stored.unwritten;
    if (followed.count === Number.POSITIVE_INFINITY || count < 2) return;
    followed.keepAtMost(Math.floor(count / 2));
    this.#prunedAt = -1;
  }

  /** Whether the body of a header is to be fetched: it is to be kept, is not here, and does not follow from the header. */
  lacks(slot: number): boolean {
    const { followed, stored, checker } = this;
    const hash = followed.tree.hash(slot);
    if (!followed.includes(slot) || stored.has(hash)) return false;
    return checker.implied(slot) === undefined && !this.listener.wasRefused(hash);
  }

  /** Looks for bodies that are to be kept and are not here. */
  follow(): void {
    const { followed, download } = this;
    const { tree } = followed;
    for (let seen = 0; seen < FOLLOWED_SCAN_MAX && this.hasMore; seen++) {
      const height = followed.next();
      if (height === undefined) return;
      const slot = defined(tree.at(height), 'the best chain has every height up to its tip');
      const hash = tree.hash(slot);
      if (!this.lacks(slot)) continue;
      const isOld = followed.isOld(slot);
      // What only archives keep is not worth asking others for; it is looked at again when an archive comes.
      if (!isOld || download.hasArchive) download.want(hash, { isOld });
    }
  }

  /** What is not to be kept any more goes: from the store, and from what is in flight. */
  prune(): void {
    const { followed, stored, download } = this;
    const { tree } = followed;
    if (this.#prunedAt === tree.tip || followed.count === Number.POSITIVE_INFINITY) return;
    // Without a header above the base nothing is known of what is kept.
    if (tree.tipHeight === tree.baseHeight) return;
    this.#prunedAt = tree.tip;
    const { lowest } = followed;
    // The base is kept as well, and below it may be a header that is not found; or it is on its way.
    const lowestKept = tree.tipHeight - followed.count + 1;
    const mayBeBelow = tree.baseHeight > 0 && lowestKept < tree.baseHeight;
    const mayCome = this.listener.isSyncing();
    for (const hash of [...stored.hashes()]) {
      const slot = tree.find(hash);
      if (slot === undefined && mayCome) this.#prunedAt = -1;
      const isWanted = slot === undefined ? mayBeBelow || mayCome : tree.height(slot) >= lowestKept;
      if (isWanted && followed.count > 0) continue;
      this.listener.dropped(hash);
      stored.remove(hash);
    }
    for (const hash of download.hashes()) {
      const slot = tree.find(hash);
      if (slot !== undefined && tree.height(slot) < lowest) this.listener.dropped(hash);
    }
  }
}
