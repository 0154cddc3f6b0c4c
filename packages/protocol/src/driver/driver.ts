/**
 * The loop that every platform shares: inputs queue, `step` is never re-entered while effects are performed, and one
 * timer follows `nextWake`. It owns no clock, socket or store; the platform brings them. It knows nothing of the
 * protocol.
 */
import type { Effect } from '../io/effect.js';
import type { NodeEventBody } from '../io/event.js';
import type { LightNode } from '../node/light-node.js';

/** What a platform (worker, Node, simulator) brings. */
export interface Platform {
  /** Monotonic milliseconds. */
  now(): number;
  /** Seconds since the Unix epoch. */
  wallTime(): number;
  /** Calls back once after `delayMs`; returns what cancels it. */
  setTimer(delayMs: number, callback: () => void): () => void;
  /** Starts an effect. Answers are pushed as events, at once or later. */
  perform(effect: Effect): void;
}

/** Runs one node on one platform: inputs queue, effects are performed in order, one timer follows `nextWake`. */
export class Driver {
  readonly #queue: NodeEventBody[] = [];
  #isDraining = false;
  #armedFor: number | undefined;
  #cancelTimer: (() => void) | undefined;

  constructor(
    /** To be read. Only this driver steps it: events are given to `push`. */
    readonly node: LightNode,
    /** Gives the time, and performs what the node wants. */
    readonly platform: Platform,
  ) {}

  /**
   * Hands an event to the node and performs what follows; inside an effect it queues.
   *
   * @returns true if that is done, false if it is queued
   */
  push(event: NodeEventBody): boolean {
    if (this.#isDraining) {
      this.#queue.push(event);
      return false;
    }
    this.#isDraining = true;
    try {
      for (let next: NodeEventBody | undefined = event; next !== undefined; next = this.#queue.shift())
        this.#take(next);
    } finally {
      this.#isDraining = false;
    }
    this.#arm();
    return true;
  }

  #take(event: NodeEventBody): void {
    const time = { now: this.platform.now(), wallTime: this.platform.wallTime() };
    for (const effect of this.node.step(event, time)) this.platform.perform(effect);
  }

  /** Stops the timer; the node is not told. */
  stop(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    this.#armedFor = undefined;
  }

  #arm(): void {
    const at = this.node.nextWake();
    if (at === this.#armedFor) return;
    this.stop();
    if (at === undefined) return;
    this.#armedFor = at;
    this.#cancelTimer = this.platform.setTimer(Math.max(0, at - this.platform.now()), () => {
      this.#armedFor = undefined;
      this.push({ type: 'wake' });
    });
  }
}
