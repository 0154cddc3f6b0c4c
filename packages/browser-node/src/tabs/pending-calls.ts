import type { Clock } from '@vision-light/signaling';
import { LightNodeError } from '../boundary/light-node-error.js';
import type { CallAnswer, NodeCall } from './tab-messages.js';

/**
 * Milliseconds for a call, with all its repetitions. A block takes a minute at most. A leader that does not answer to
 * anything is replaced long before, so this is for what the leader itself cannot end.
 */
const DEADLINE_MS = 120_000;

/** A call that has no answer yet. */
export interface PendingCall {
  readonly id: number;
  readonly name: NodeCall;
  readonly args: readonly unknown[];
}

interface Entry extends PendingCall {
  resolve(value: unknown): void;
  reject(error: unknown): void;
}

/** Calls to the node whose answer is awaited, wherever the node is. They outlive a leader. Each ends by its deadline. */
export class PendingCalls {
  readonly #entries = new Map<number, Entry>();
  readonly #clock: Clock;
  #last = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** @param begin  called at once with the call; its answer goes to `settle` or `fail` */
  add(name: NodeCall, args: readonly unknown[], begin: (call: PendingCall) => void): Promise<unknown> {
    const id = ++this.#last;
    let cancel = (): void => {};
    const answer = new Promise<unknown>((resolve, reject) => {
      const entry = { id, name, args, resolve, reject };
      this.#entries.set(id, entry);
      cancel = this.#clock.setTimer(DEADLINE_MS, () => this.fail(id, new LightNodeError('TAB_SILENT', name)));
      begin(entry);
    });
    return answer.finally(cancel);
  }

  /** All of them, oldest first. */
  get all(): readonly PendingCall[] {
    return [...this.#entries.values()];
  }

  /** Another tab has answered. */
  answered({ id, fault, value }: CallAnswer): void {
    if (fault === undefined) this.settle(id, value);
    else this.fail(id, new LightNodeError(fault.code as LightNodeError['code'], fault.detail));
  }

  settle(id: number, value: unknown): void {
    this.#take(id)?.resolve(value);
  }

  fail(id: number, error: unknown): void {
    this.#take(id)?.reject(error);
  }

  /** The node is closed here. */
  failAll(error: unknown): void {
    for (const id of [...this.#entries.keys()]) this.fail(id, error);
  }

  #take(id: number): Entry | undefined {
    const entry = this.#entries.get(id);
    this.#entries.delete(id);
    return entry;
  }
}
