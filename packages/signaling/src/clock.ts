/** Time, as the platform provides it. A test can provide its own. */
export interface Clock {
  /** Monotonic milliseconds. */
  now(): number;
  /** Calls `callback` once, after `delayMs` milliseconds. @returns a function that cancels the call */
  setTimer(delayMs: number, callback: () => void): () => void;
}
