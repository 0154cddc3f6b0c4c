/**
 * Which heights of the best chain have been looked at for their bodies. A node keeps the newest `count` bodies. The
 * heights that have been looked at are one interval. It grows upwards with the chain and downwards into the past, newest
 * first, so each height is looked at once. Constant memory.
 */
import { FOLLOWED_BLOCKS } from '../limits.js';
import type { HeaderTree } from '../tree/header-tree.js';

/** The window of bodies that a node keeps, and how far it has been looked through. */
export class FollowedBlocks {
  /** Heights `#bottom` … `#top` have been looked at; none if `#top` is lower. */
  #bottom = 0;
  #top = -1;

  #count: number;

  /** @param count  bodies to keep, newest first: 0 for none, Infinity for all */
  constructor(
    readonly tree: HeaderTree,
    count: number,
  ) {
    this.#count = count;
  }

  /** How many bodies are kept, newest first: 0 for none, Infinity for all. */
  get count(): number {
    return this.#count;
  }

  /** There is no room for more than so many, at least 1. */
  keepAtMost(count: number): void {
    this.#count = Math.min(this.#count, count);
  }

  /** The lowest height whose body is kept: above the base, which came without its body. Genesis has none to fetch. */
  get lowest(): number {
    return Math.max(this.tree.baseHeight + 1, this.tree.tipHeight - this.count + 1);
  }

  /** Whether the body of a header is one to keep. */
  includes(slot: number): boolean {
    const { tree } = this;
    return this.count > 0 && tree.height(slot) >= this.lowest && tree.isOnBestChain(slot);
  }

  /** Whether it is not among the newest bodies, which every peer that follows blocks keeps. */
  isOld(slot: number): boolean {
    return this.tree.height(slot) <= this.tree.tipHeight - FOLLOWED_BLOCKS;
  }

  /** True once all that is to be kept has been looked at. */
  get isDone(): boolean {
    const { tipHeight } = this.tree;
    return this.lowest > tipHeight || (this.#top >= tipHeight && this.#bottom <= this.lowest);
  }

  /** Everything is to be looked at again. */
  restart(): void {
    this.#top = -1;
    this.#bottom = 0;
  }

  /** Above this height there are other headers now. */
  reorganised(ancestorHeight: number): void {
    this.#top = Math.min(this.#top, ancestorHeight);
  }

  /** The next height to look at; undefined if there is none. */
  next(): number | undefined {
    if (this.isDone) return undefined;
    const { lowest, tree } = this;
    if (this.#top < this.#bottom || this.#top < lowest - 1) {
      this.#top = tree.tipHeight;
      this.#bottom = tree.tipHeight;
      return this.#top;
    }
    if (this.#top < tree.tipHeight) return ++this.#top;
    return --this.#bottom;
  }
}
