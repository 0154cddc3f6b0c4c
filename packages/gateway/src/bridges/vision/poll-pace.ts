/**
 * When a node is asked for new headers. Soon after there were some, later and later while there are none, and much later
 * while it fails. An announcement brings the next time forward, but anybody can send one, so never by much.
 */
import {
  VISION_NODE_ANNOUNCED_POLL_MS,
  VISION_NODE_FAILED_POLL_MS,
  VISION_NODE_FAILED_POLL_MS_MAX,
  VISION_NODE_POLL_MS,
  VISION_NODE_POLL_MS_MAX,
} from '../../limits.js';

/** Milliseconds to wait after a failure that came after so many others. */
export function failedDelayMs(before: number): number {
  return Math.min(VISION_NODE_FAILED_POLL_MS_MAX, VISION_NODE_FAILED_POLL_MS * 2 ** Math.min(before, 30));
}

/** The times of one node, in monotonic milliseconds. */
export class PollPace {
  /** When to ask next; at once in the beginning. */
  nextAt = Number.NEGATIVE_INFINITY;
  #lastAt = Number.NEGATIVE_INFINITY;
  #delayMs = VISION_NODE_POLL_MS;
  #failures = 0;

  /** The node had something new. */
  news(now: number): void {
    this.#failures = 0;
    this.#delayMs = VISION_NODE_POLL_MS;
    this.#wait(now, this.#delayMs);
  }

  /** It had nothing new. */
  quiet(now: number): void {
    this.#failures = 0;
    this.#wait(now, this.#delayMs);
    this.#delayMs = Math.min(VISION_NODE_POLL_MS_MAX, 2 * this.#delayMs);
  }

  /**
   * It failed, or what it has cannot be followed.
   *
   * @param hadNews  it had something new before that: a large chain comes in many answers, of which some may fail
   */
  failed(now: number, hadNews = false): void {
    if (hadNews) this.#failures = 0;
    this.#wait(now, failedDelayMs(this.#failures++));
  }

  /** It, or this side, has no time: what was begun goes on after a while. */
  busy(now: number, delayMs: number): void {
    this.#wait(now, Math.min(VISION_NODE_FAILED_POLL_MS_MAX, Math.max(VISION_NODE_POLL_MS, delayMs)));
  }

  /** Somebody says that there is a new block. */
  announced(now: number): void {
    const leastMs = this.#failures > 0 ? VISION_NODE_FAILED_POLL_MS : VISION_NODE_ANNOUNCED_POLL_MS;
    this.nextAt = Math.min(this.nextAt, Math.max(now, this.#lastAt + leastMs));
  }

  #wait(now: number, delayMs: number): void {
    this.#lastAt = now;
    this.nextAt = now + delayMs;
  }
}
