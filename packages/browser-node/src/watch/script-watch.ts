/** A watch of all that pays to or from some scripts. */
import type { FoundTransaction } from '@vision-light/protocol';
import { Watch } from './watch.js';
import type { ScriptWatchEvent, TxPlace, WatchOptions } from './watch-events.js';
import type { WatchNode } from './watch-node.js';

/** Which scripts are watched. */
export interface ScriptNames {
  /** The names of the scripts, and how the application gave each. */
  readonly names: ReadonlyMap<string, string>;
  /** The same for the same scripts. */
  readonly digest: string;
}

/** See the head of this file. */
export class ScriptWatch extends Watch<ScriptWatchEvent> {
  constructor(
    node: WatchNode,
    readonly scripts: ScriptNames,
    options: WatchOptions,
  ) {
    const { from = 'new' } = options;
    super(node, `scripts:${scripts.digest}:${from}`, { names: [...scripts.names.keys()] }, options);
  }

  /** What is kept is of a watch that began at the same height. */
  protected isUseful(): boolean {
    return true;
  }

  seen(found: FoundTransaction): void {
    if (!this.isFull) this.stream.push({ kind: 'seen', ...this.#partOf(found) });
  }

  dropped(): void {
    // Nobody waits for a certain one.
  }

  included(found: FoundTransaction, place: TxPlace): void {
    this.stream.push({ kind: 'match', ...this.#partOf(found), ...this.placed(found.txid, place) });
  }

  reorgedOut(txid: string, { height, block }: TxPlace): void {
    this.stream.push({ kind: 'disconnected', txid, height, block });
  }

  #partOf({ txid, from, to }: FoundTransaction) {
    return { txid, pays: this.#given(from), paid: this.#given(to) };
  }

  #given(names: readonly string[]): string[] {
    return names.flatMap((name) => this.scripts.names.get(name) ?? []);
  }
}
