import type { LightNodeHandle, TransactionStatus } from '../index.js';
import type { NodeSource } from './node-source.js';

/** After these news a transaction may stand otherwise. */
const kinds = ['tip', 'reorg', 'transactions', 'transaction'] as const;

/** What the node knows of one transaction, as a store that React can read. It asks anew after news that may change it. */
export class TransactionFollower {
  readonly #source: NodeSource;
  readonly #id: string;
  #status: TransactionStatus | undefined;
  #isAsking = false;
  #isStale = false;

  /** @param id  64 lowercase hex digits; another text is reported to the console */
  constructor(source: NodeSource, id: string) {
    this.#source = source;
    this.#id = id;
  }

  /** The same object until something changes. */
  get status(): TransactionStatus | undefined {
    return this.#status;
  }

  /** @returns a function that ends this */
  follow(listener: () => void): () => void {
    // An id that is none is the application's mistake, and the console shows it.
    const look = (): void => void this.#look(listener).catch(reportError);
    look();
    return this.#source.follow(kinds, look);
  }

  /** One question at a time; what comes meanwhile makes one more. */
  async #look(listener: () => void): Promise<void> {
    this.#isStale = true;
    if (this.#isAsking) return;
    this.#isAsking = true;
    try {
      while (this.#isStale) {
        this.#isStale = false;
        const { node } = this.#source.state;
        const status = node && (await statusOf(node, this.#id));
        if (JSON.stringify(status) === JSON.stringify(this.#status)) continue;
        this.#status = status;
        listener();
      }
    } finally {
      this.#isAsking = false;
    }
  }
}

/** A node that is closed meanwhile knows nothing. */
function statusOf(node: LightNodeHandle, id: string): Promise<TransactionStatus | undefined> {
  return node.txStatus(id).catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'NODE_CLOSED') return undefined;
    throw error;
  });
}
