/** A watch of all that pays to or from one address. */
import type { FoundTransaction } from '@vision-light/protocol';
import { Watch } from './watch.js';
import type { AddressWatchEvent, TxPlace, WatchOptions } from './watch-events.js';
import type { WatchNode } from './watch-node.js';

/** See the head of this file. */
export class AddressWatch extends Watch<AddressWatchEvent> {
  constructor(
    node: WatchNode,
    readonly address: string,
    options: WatchOptions,
  ) {
    super(node, `address:${address}`, { names: [address] }, options);
  }

  /** An application that says where to begin wants to be told all from there. */
  protected isUseful(_keptFrom: number, from: number | undefined): boolean {
    return from === undefined;
  }

  seen(found: FoundTransaction): void {
    if (!this.isFull) this.stream.push({ kind: 'seen', ...this.#partOf(found) });
  }

  dropped(): void {
    // Nobody waits for a certain one.
  }

  included(found: FoundTransaction, place: TxPlace): void {
    this.stream.push({ kind: 'included', ...this.#partOf(found), ...this.placed(found.txid, place) });
  }

  reorgedOut(txid: string, { height, block }: TxPlace): void {
    this.stream.push({ kind: 'reorgedOut', txid, height, block });
  }

  #partOf({ txid, from, to }: FoundTransaction) {
    return { txid, pays: from.includes(this.address), isPaid: to.includes(this.address) };
  }
}
