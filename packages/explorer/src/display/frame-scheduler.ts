/**
 * Longest wait for a frame, in milliseconds. A covered page gets no frames, and must still be up to date when it is shown
 * again. Arbitrary: too short to be noticed.
 */
const FRAME_WAIT_MAX_MS = 250;

/**
 * Runs `draw` once for all requests that come before it, at the earliest time that one of them names, and before a frame. So
 * the page is drawn 60 times a second at most, also while the node verifies 100,000 headers a second, and a page at rest is
 * drawn for several small changes at once.
 */
export class FrameScheduler {
  readonly #draw: () => void;
  /** When the next drawing begins, by the page's clock. */
  #dueAt = Number.POSITIVE_INFINITY;
  #timer = 0;
  #frame = 0;

  constructor(draw: () => void) {
    this.#draw = draw;
  }

  /** Requests a drawing. @param withinMs  how long it may wait for others */
  request(withinMs = 0): void {
    const dueAt = performance.now() + withinMs;
    if (dueAt >= this.#dueAt) return;
    this.#dueAt = dueAt;
    clearTimeout(this.#timer);
    if (withinMs > 0) this.#timer = window.setTimeout(() => this.#waitForFrame(), withinMs);
    else this.#waitForFrame();
  }

  #waitForFrame(): void {
    // Nothing that is requested from here on could come earlier.
    this.#dueAt = Number.NEGATIVE_INFINITY;
    const run = () => {
      cancelAnimationFrame(this.#frame);
      clearTimeout(this.#timer);
      this.#dueAt = Number.POSITIVE_INFINITY;
      this.#draw();
    };
    this.#frame = requestAnimationFrame(run);
    this.#timer = window.setTimeout(run, FRAME_WAIT_MAX_MS);
  }
}
