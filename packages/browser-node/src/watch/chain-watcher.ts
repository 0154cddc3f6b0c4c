/**
 * Follows the best chain for all watches of one node, block by block. Each block is looked through once for all watches that
 * have come so far. New blocks go first; what was missed goes on meanwhile, lowest block first. A body that is not here is
 * fetched from peers.
 *
 * The chain is what the node says at each moment: a watch that has passed headers which are not there any more goes back
 * to the last one that is. So neither a reorganisation nor a change of the tab that runs the node needs a word of its own.
 *
 * A block that no peer gives is asked for again when something changes and after WATCH_RETRY_MS. If it is an old one, it is
 * passed over after WATCH_TRIES, and counted. Memory: WATCHES_MAX watches.
 */
import {
  FOLLOWED_BLOCKS,
  type HeaderInfo,
  type MempoolChange,
  WATCH_RETRY_MS,
  WATCH_TRIES,
  type WantedTransactions,
} from '@vision-light/protocol';
import type { WatchNode } from './watch-node.js';
import type { HashAt, Watched } from './watched.js';

/** A watch and what it is told besides. */
export interface Follower {
  readonly watched: Watched;
  /** Whether it does not take more now. */
  readonly isFull: boolean;
  /** The node's tip is another one, or a block was looked through. */
  moved(tipHeight: number): void;
  /** It cannot go on. */
  failed(error: unknown): void;
  /** The node is closed. */
  closed(): void;
}

/** See the head of this file. */
export class ChainWatcher {
  readonly #followers = new Set<Follower>();
  /** Heights that are not asked for before something changes, and how often they were asked for in vain. */
  readonly #waiting = new Set<number>();
  readonly #tries = new Map<number, number>();
  /** Whose looks at the mempool had no answer: what was in it then is told late, or in a block. */
  readonly #unanswered = new Set<Follower>();
  /** The chain may be another one. */
  #isStale = false;
  #isRunning = false;
  #isRetrying = false;
  #isClosed = false;
  #ends: (() => void)[] = [];

  constructor(readonly node: WatchNode) {
    // Once for all watches: whatever waits for `closed` is held in memory for as long as the node runs.
    void node.closed.then(() => {
      this.#isClosed = true;
      for (const follower of [...this.#followers]) follower.closed();
    });
  }

  /** How many watches there are. */
  get size(): number {
    return this.#followers.size;
  }

  add(follower: Follower): void {
    if (this.#isClosed) {
      follower.closed();
      return;
    }
    this.#followers.add(follower);
    const { node } = this;
    if (this.#followers.size === 1)
      this.#ends = [
        node.subscribe('tip', () => this.wake()),
        node.subscribe('status', () => this.wake()),
        node.subscribe('transactions', (change) => void this.#poolChanged(change)),
      ];
    void this.#searchPool([follower]);
    this.wake();
  }

  delete(follower: Follower): void {
    if (!this.#followers.delete(follower) || this.#followers.size > 0) return;
    this.#tries.clear();
    this.#unanswered.clear();
    for (const end of this.#ends.splice(0)) end();
  }

  /** Something has changed. */
  wake(): void {
    this.#isStale = true;
    this.#waiting.clear();
    void this.goOn();
  }

  /** Goes on, if there is anything to do. */
  async goOn(): Promise<void> {
    if (this.#isRunning) return;
    this.#isRunning = true;
    try {
      while (await this.#advance());
    } catch (error) {
      this.#fail(error);
    } finally {
      this.#isRunning = false;
    }
  }

  /** @returns whether there may be more to do */
  async #advance(): Promise<boolean> {
    const { node } = this;
    if (this.#isStale) {
      this.#isStale = false;
      const hashAt = this.#hashes();
      const back: Follower[] = [];
      for (const follower of [...this.#followers])
        if (await follower.watched.verify(hashAt)) back.push(follower);
      // The node may have taken back into the mempool what is out of a block, before this knew.
      void this.#searchPool([...new Set([...back, ...this.#unanswered])]);
      this.#unanswered.clear();
      // What is missing is not known before peers have said how long the chain is.
      if (node.status.phase === 'synced')
        for (const { watched } of this.#followers)
          if (watched.from === undefined)
            watched.begin(Math.max(1, node.tip.height + 1 - Math.min(node.followedBlocks, FOLLOWED_BLOCKS)));
      for (const follower of [...this.#followers]) follower.moved(node.tip.height);
    }
    const { height: tip } = node.tip;
    const due = [...this.#followers].filter(
      ({ watched, isFull }) =>
        watched.from !== undefined &&
        !watched.isFound &&
        !isFull &&
        watched.next <= tip &&
        !this.#waiting.has(watched.next),
    );
    const heights = due.map(({ watched }) => watched.next);
    if (due.length > 0) {
      const height = heights.includes(tip) ? tip : Math.min(...heights);
      await this.#search(
        height,
        due.filter(({ watched }) => watched.next === height),
      );
    }
    return due.length > 0 || this.#isStale;
  }

  /** Each header is asked for once. */
  #hashes(): HashAt {
    const known = new Map<number, Promise<HeaderInfo | undefined>>();
    const { node } = this;
    const { height: tip } = node.tip;
    return async (height) => {
      // Before the node is synced it may yet have to fetch headers that an earlier visit saw.
      if (height > tip) return node.status.phase === 'synced' ? null : undefined;
      const header = known.get(height) ?? node.header(height);
      known.set(height, header);
      return (await header)?.hash;
    };
  }

  async #search(height: number, group: readonly Follower[]): Promise<void> {
    const { node } = this;
    const header = await node.header(height);
    if (header === undefined) {
      await this.#findLowest(height, group);
      return;
    }
    if (!group.every(({ watched }) => watched.fits(height, header.parent))) {
      this.#isStale = true;
      // The node knows of another branch, and says so in a moment.
      this.#wait(height);
      return;
    }
    const answer = await node.call('searchBlock', header.hash, wantedBy(group));
    if (!answer.ok && !this.#isGivenUp(height)) {
      this.#wait(height);
      return;
    }
    this.#tries.delete(height);
    for (const follower of group) {
      if (!this.#followers.has(follower)) continue;
      follower.watched.searched(height, header.hash, answer);
      follower.moved(node.tip.height);
    }
  }

  /** The node has no header there: it began above, or has yet to load what it had. */
  async #findLowest(height: number, group: readonly Follower[]): Promise<void> {
    const { node } = this;
    let unknown = height;
    let known = node.tip.height;
    if (node.status.phase !== 'synced' || (await node.header(known)) === undefined) {
      this.#wait(height);
      return;
    }
    while (known - unknown > 1) {
      const middle = Math.floor((known + unknown) / 2);
      if ((await node.header(middle)) === undefined) unknown = middle;
      else known = middle;
    }
    // The lowest header that it has is its checkpoint, and came without a body: the watch begins above it.
    for (const { watched } of group) watched.raise(Math.min(known + 1, node.tip.height));
  }

  /** Whether a block that nobody gave is to be passed over: not a new one, and not while there is nobody to ask. */
  #isGivenUp(height: number): boolean {
    const { tip, status } = this.node;
    if (status.peers === 0 || height > tip.height - FOLLOWED_BLOCKS) return false;
    const tries = (this.#tries.get(height) ?? 0) + 1;
    this.#tries.set(height, tries);
    return tries >= WATCH_TRIES;
  }

  #wait(height: number): void {
    this.#waiting.add(height);
    this.#retryLater();
  }

  #retryLater(): void {
    if (this.#isRetrying) return;
    this.#isRetrying = true;
    this.node.later(WATCH_RETRY_MS, () => {
      this.#isRetrying = false;
      if (this.#followers.size > 0) this.wake();
    });
  }

  async #poolChanged({ added, removed, unnamed }: MempoolChange): Promise<void> {
    for (const { id, reason } of removed)
      for (const { watched } of [...this.#followers]) watched.left(id, reason);
    const ids = unnamed > 0 ? undefined : added.map(({ id }) => id);
    const group = [...this.#followers].filter(
      ({ watched }) =>
        !watched.isFound && (watched.id === undefined || ids === undefined || ids.includes(watched.id)),
    );
    if (ids?.length !== 0) await this.#searchPool(group, ids);
  }

  async #searchPool(group: readonly Follower[], ids?: readonly string[]): Promise<void> {
    if (group.length === 0) return;
    try {
      const found = await this.node.call('searchPool', wantedBy(group), ids);
      for (const follower of group) if (this.#followers.has(follower)) follower.watched.pooled(found);
    } catch (error) {
      for (const follower of group) if (this.#followers.has(follower)) this.#unanswered.add(follower);
      this.#fail(error);
    }
  }

  /** A tab that does not answer is asked again. When the node is closed, `closed` ends every watch. */
  #fail(error: unknown): void {
    const code = codeOf(error);
    if (code === 'NODE_CLOSED') return;
    if (code === 'TAB_SILENT') this.#retryLater();
    else for (const follower of [...this.#followers]) follower.failed(error);
  }
}

/** The code of what a node rejects with. */
export function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}

function wantedBy(group: readonly Follower[]): WantedTransactions {
  const all = group.map(({ watched }) => watched.wanted);
  return {
    ids: all.flatMap(({ ids }) => ids),
    names: all.flatMap(({ names }) => names),
    coins: all.flatMap(({ coins }) => coins),
  };
}
