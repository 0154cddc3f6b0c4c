/**
 * What follows from a header that enters the tree: notices of a new tip and of a reorg, and the counters of reorgs. Of
 * many new tips in one step the application is told the last one.
 */
import type { SourceKey } from '../headers/batch-request.js';
import { describeTip } from '../io/describe-tip.js';
import type { Tip } from '../io/tip.js';
import type { Outbox } from '../peer/outbox.js';
import type { Part } from '../peer/part.js';
import type { HeaderTree } from '../tree/header-tree.js';
import type { InsertedHeader } from '../tree/insert-result.js';

/** What the node does when headers enter the tree. */
export interface ChainChangeListener {
  /** A header is in the tree that was not. @param source  that brought it; undefined if it waited for the clock */
  inserted(result: InsertedHeader, source: SourceKey | undefined): void;
  /** Headers from a height up to the tip are in the tree that were not. */
  appended(firstHeight: number): void;
  /** The best chain is another one above a height. */
  changed(ancestorHeight: number): void;
}

/** Tells the application and the node how the best chain changes; silent until the stored chain is loaded. */
export class ChainChanges implements Part {
  readonly name = 'chainChanges';
  #isOpen = false;
  #isTipNews = false;

  constructor(
    readonly tree: HeaderTree,
    readonly outbox: Outbox,
    readonly listener: ChainChangeListener,
  ) {}

  /** The tip of the best chain. */
  get tip(): Tip {
    return describeTip(this.tree, this.tree.tip);
  }

  /** The stored chain is loaded: headers from now on are new. */
  open(): void {
    this.#isOpen = true;
  }

  /** The tip is another one since the chain was loaded anew. */
  replaced(): void {
    this.#isTipNews = true;
  }

  /** A header was offered to the tree and is in it now, new or not. */
  inserted(result: InsertedHeader, source: SourceKey | undefined): void {
    if (!this.#isOpen || result.kind === 'duplicate') return;
    this.listener.inserted(result, source);
    if (result.kind === 'accepted') return;
    this.#isTipNews = true;
    if (result.kind === 'extended') {
      this.listener.changed(this.tree.tipHeight - 1);
      return;
    }
    const { ancestor, disconnected, connected } = result.reorg;
    this.listener.changed(this.tree.height(ancestor));
    const reorg = {
      ancestor: describeTip(this.tree, ancestor),
      disconnected: disconnected.map((slot) => describeTip(this.tree, slot)),
      connected: connected.map((slot) => describeTip(this.tree, slot)),
    };
    this.outbox.emit({ type: 'reorg', reorg });
    const { counters } = this.outbox;
    counters.count('vision_chain_reorgs_total');
    counters.count('vision_chain_reorg_blocks_rolled_back_total', disconnected.length);
    counters.set('vision_chain_reorg_depth_last', disconnected.length);
  }

  /** Headers from a height up to the tip came on top of what was the tip. */
  appended(firstHeight: number): void {
    if (!this.#isOpen) return;
    this.listener.appended(firstHeight);
    this.#isTipNews = true;
    this.listener.changed(firstHeight - 1);
  }

  advance(): void {
    this.flush();
  }

  flush(): void {
    if (!this.#isTipNews) return;
    this.#isTipNews = false;
    this.outbox.emit({ type: 'tip', tip: this.tip });
  }
}
