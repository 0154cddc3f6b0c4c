import type {
  MempoolChange,
  PeerInfo,
  Reorg,
  SentState,
  Status,
  Tip,
  WithheldRun,
} from '@vision-light/protocol';
import type { LightNodeError } from '../boundary/light-node-error.js';
import type { Trust } from '../boundary/trust.js';

/** A peer came, went or changed; `peers` are all of them as they are now. */
export interface PeerChange {
  /** Which peer it is about, and what happened. */
  readonly change: {
    readonly kind: 'connected' | 'disconnected' | 'updated';
    readonly id: string;
    /** Why it went, if there was a reason. */
    readonly code?: string;
  };
  /** All peers after the change. */
  readonly peers: readonly PeerInfo[];
}

/** News of a transaction that this node sent, in this visit or an earlier one. */
export interface SentNews {
  /** 64 lowercase hex digits. */
  readonly id: string;
  /** What has become of it. */
  readonly state: SentState;
}

/** What each kind of subscription carries. */
export interface Subscriptions {
  /** The best verified header changed. */
  readonly tip: Tip;
  /** Headers left the best chain; told before the `tip` that follows from it. */
  readonly reorg: Reorg;
  /** Branches with the same work: first the one that is followed, then the others as they came. */
  readonly competing: readonly Tip[];
  /** A run of blocks that seems to have been withheld has become the best chain. A sign, no proof. */
  readonly withheld: WithheldRun;
  /** A listener is first told the last state of each: news may come before anybody can listen, as that of an earlier visit. */
  readonly transaction: SentNews;
  /** What has changed in the mempool, at most twice a second. */
  readonly transactions: MempoolChange;
  /** Phase, peers or progress changed. */
  readonly status: Status;
  /** Whenever the level or the reasons are others. */
  readonly trust: Trust;
  /** A peer came or went. */
  readonly peer: PeerChange;
  /** Something failed that the node goes on without. */
  readonly error: LightNodeError;
}

/** Called with each new value of a subscription. */
export type Listener<Type extends keyof Subscriptions> = (value: Subscriptions[Type]) => void;

type ListenerSets = { readonly [Type in keyof Subscriptions]: Set<{ readonly listener: Listener<Type> }> };

/** Errors kept while nobody listens; later ones are dropped, for the first ones tell why. */
const UNHEARD_MAX = 16;

/**
 * Who wants to hear what. A listener that throws is reported to the console and disturbs nobody else.
 *
 * Errors that nobody heard, such as those of starting up, are kept for the first who listens.
 */
export class SubscriptionTable {
  readonly #unheard: LightNodeError[] = [];
  readonly #sets: ListenerSets = {
    tip: new Set(),
    reorg: new Set(),
    competing: new Set(),
    withheld: new Set(),
    transaction: new Set(),
    transactions: new Set(),
    status: new Set(),
    trust: new Set(),
    peer: new Set(),
    error: new Set(),
  };

  /**
   * @param earlier  what the listener is told first, in a moment
   * @returns a function that ends the subscription; calling it again does nothing
   * @throws {TypeError} if `listener` is not a function
   * @throws {RangeError} if there is no such kind
   */
  add<Type extends keyof Subscriptions>(
    type: Type,
    listener: Listener<Type>,
    earlier: readonly Subscriptions[Type][] = [],
  ): () => void {
    if (!Object.hasOwn(this.#sets, type)) {
      const types = Object.keys(this.#sets).join(', ');
      throw new RangeError(`subscribe: type must be one of ${types}, got ${JSON.stringify(type)}`);
    }
    if (typeof listener !== 'function') {
      throw new TypeError(`subscribe: listener must be a function, got ${String(listener)}`);
    }
    // An object of its own, so that one function can be subscribed twice and taken back once.
    const entry = { listener };
    this.#sets[type].add(entry);
    if (type === 'error' && this.#unheard.length > 0) queueMicrotask(() => this.#catchUp());
    for (const value of earlier)
      queueMicrotask(() => {
        if (this.#sets[type].has(entry)) call(listener, value);
      });
    return () => this.#sets[type].delete(entry);
  }

  /** Calls the listeners of a kind in the order in which they came. */
  publish<Type extends keyof Subscriptions>(type: Type, value: Subscriptions[Type]): void {
    if (type === 'error' && this.#sets.error.size === 0 && this.#unheard.length < UNHEARD_MAX) {
      this.#unheard.push(value as LightNodeError);
    }
    for (const { listener } of [...this.#sets[type]]) call(listener, value);
  }

  /** Ends all subscriptions. Why a node closed by itself can still be heard. */
  clear(): void {
    for (const set of Object.values(this.#sets)) set.clear();
  }

  #catchUp(): void {
    if (this.#sets.error.size === 0) return;
    for (const error of this.#unheard.splice(0)) this.publish('error', error);
  }
}

function call<Value>(listener: (value: Value) => void, value: Value): void {
  try {
    listener(value);
  } catch (error) {
    reportError(error);
  }
}
