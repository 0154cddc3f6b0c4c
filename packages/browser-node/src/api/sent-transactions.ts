import type { SentState } from '@vision-light/protocol';
import type { LightNodeErrorCode } from '../boundary/error-codes.js';
import { freeze } from '../boundary/freeze.js';
import { LightNodeError } from '../boundary/light-node-error.js';
import type { SendAnswer } from '../boundary/messages.js';
import { type SentTransaction, TransactionWatch } from './sent-transaction.js';
import type { SentNews } from './subscriptions.js';

/**
 * Last states that are kept: of transactions whose id the page may not have been told yet, and for who listens later. As many
 * as a node watches.
 */
const STATES_MAX = 64;

/** The transactions that this page has sent, each with whoever watches it. */
export class SentTransactions {
  readonly #watches = new Map<TransactionWatch, string | undefined>();
  /** By id; the one that was told of last is the last. */
  readonly #states = new Map<string, SentState>();

  /** @param send  hands the transaction to the node */
  send(send: () => Promise<SendAnswer>): SentTransaction {
    const watch = new TransactionWatch((ended) => this.#watches.delete(ended));
    this.#watches.set(watch, undefined);
    void this.#send(watch, send);
    return watch;
  }

  async #send(watch: TransactionWatch, send: () => Promise<SendAnswer>): Promise<void> {
    try {
      const answer = await send();
      if ('code' in answer) throw new LightNodeError(answer.code as LightNodeErrorCode);
      if (!this.#watches.has(watch)) return;
      this.#watches.set(watch, answer.id);
      watch.accepted(answer.id);
      // Its states and its id come by different ways.
      watch.tell(this.#states.get(answer.id) ?? { kind: 'pending' });
    } catch (error) {
      watch.refused(
        error instanceof LightNodeError ? error : new LightNodeError('WORKER_FAILED', String(error)),
      );
    }
  }

  /** The last state of each that was told of; the one that was told of last is the last. */
  get last(): SentNews[] {
    return [...this.#states].map(([id, state]) => freeze({ id, state }));
  }

  /** Something has become of a transaction. */
  tell(id: string, state: SentState): void {
    this.#states.delete(id);
    this.#states.set(id, state);
    for (const oldest of this.#states.keys()) {
      if (this.#states.size <= STATES_MAX) break;
      this.#states.delete(oldest);
    }
    for (const [watch, watched] of [...this.#watches]) if (watched === id) watch.tell(state);
  }

  /** The node is closed. */
  close(): void {
    for (const watch of [...this.#watches.keys()]) watch.closed();
  }
}
