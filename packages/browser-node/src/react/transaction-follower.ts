import type { LightNodeHandle, TransactionStatus, TxWatchEvent } from '../index.js';
import type { NodeSource } from './node-source.js';

/** What becomes of one transaction, as a store that React can read: a watch of whichever node there is. */
export class TransactionFollower {
  readonly #source: NodeSource;
  readonly #id: string;
  /** What was told last, and by which node: another one may know nothing of it. */
  #told: { readonly node: LightNodeHandle; readonly status: TransactionStatus | undefined } | undefined;
  #node: LightNodeHandle | undefined;
  #watch = new AbortController();

  /** @param id  64 lowercase hex digits; another text is reported to the console */
  constructor(source: NodeSource, id: string) {
    this.#source = source;
    this.#id = id;
  }

  /** The same object until something changes. */
  get status(): TransactionStatus | undefined {
    const told = this.#told;
    return told?.node === this.#source.state.node ? told?.status : undefined;
  }

  /** @returns a function that ends this */
  follow(listener: () => void): () => void {
    const look = (): void => this.#look(listener);
    look();
    const end = this.#source.follow([], look);
    return () => {
      end();
      this.#watch.abort();
      this.#node = undefined;
    };
  }

  /** Watches with the node that there is now. */
  #look(listener: () => void): void {
    const { node } = this.#source.state;
    if (node === this.#node) return;
    this.#node = node;
    this.#watch.abort();
    this.#watch = new AbortController();
    // An id that is none is the application's mistake, and the console shows it.
    if (node !== undefined) this.#read(node, this.#watch.signal, listener).catch(reportError);
  }

  async #read(node: LightNodeHandle, signal: AbortSignal, listener: () => void): Promise<void> {
    const watch = node.watchTx(this.#id, { signal, confirmations: Number.MAX_SAFE_INTEGER });
    for await (const event of watch) {
      if (event.kind === 'scanned') continue;
      const status = await statusOf(node, this.#id, event);
      if (signal.aborted) return;
      this.#told = { node, status };
      listener();
    }
    // A node that is closed knows nothing.
    if (signal.aborted || this.#told === undefined) return;
    this.#told = undefined;
    listener();
  }
}

async function statusOf(
  node: LightNodeHandle,
  id: string,
  event: TxWatchEvent,
): Promise<TransactionStatus | undefined> {
  if ('proof' in event) {
    const { proof: _, ...place } = event;
    return { ...place, kind: 'included' };
  }
  return node.txStatus(id).catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'NODE_CLOSED') return undefined;
    throw error;
  });
}
