/** A watch of one transaction, by its id. */
import { CONFIRMATIONS_MAX, type RemovalReason } from '@vision-light/protocol';
import { Watch } from './watch.js';
import type { TxPlace, TxWatchEvent, WatchTxOptions } from './watch-events.js';
import type { WatchNode } from './watch-node.js';

/** See the head of this file. */
export class TxWatch extends Watch<TxWatchEvent> {
  #confirmations = 0;
  readonly #wanted: number;

  constructor(
    node: WatchNode,
    readonly txid: string,
    options: WatchTxOptions,
  ) {
    super(node, `tx:${txid}`, { id: txid, names: [] }, options);
    this.#wanted = options.confirmations ?? CONFIRMATIONS_MAX;
  }

  /** What is known of a transaction is the same wherever one begins, if that is above. */
  protected isUseful(keptFrom: number, from = Number.POSITIVE_INFINITY): boolean {
    return keptFrom <= from;
  }

  override moved(tip: number): void {
    const place = this.watched.places.get(this.txid);
    if (place === undefined) this.#confirmations = 0;
    else {
      const kind = this.#confirmations === 0 ? 'included' : 'confirmed';
      const placed = this.placed(this.txid, place);
      const isNews = placed.confirmations !== this.#confirmations;
      this.#confirmations = placed.confirmations;
      if (isNews) this.stream.push({ kind, ...placed });
      if (placed.confirmations >= this.#wanted) this.stream.end();
    }
    super.moved(tip);
  }

  // What comes and goes in the mempool is told to whoever reads; where blocks put it, is kept for whoever reads late.
  seen(): void {
    if (!this.isFull) this.stream.push({ kind: 'seen' });
  }

  dropped(_txid: string, reason: RemovalReason): void {
    if (!this.isFull) this.stream.push({ kind: 'dropped', reason });
  }

  included(): void {
    // Told with how many blocks follow.
  }

  reorgedOut(_txid: string, { height, block }: TxPlace): void {
    this.#confirmations = 0;
    this.stream.push({ kind: 'reorgedOut', height, block });
  }
}
