/**
 * Longest wait for a frame, in milliseconds. A hidden or covered page gets no frames, and must still be up to date when
 * it is shown again. Arbitrary: too short to be noticed.
 */
const FRAME_WAIT_MAX_MS = 250;

/**
 * Runs `draw` once before the next frame, however often it is requested. So the page is drawn 60 times a second at most,
 * also while the node verifies 100,000 headers a second.
 */
export class FrameScheduler {
  readonly #draw: () => void;
  #isAsked = false;

  constructor(draw: () => void) {
    this.#draw = draw;
  }

  /** Requests a drawing. It does nothing while one is already due. */
  request(): void {
    if (this.#isAsked) return;
    this.#isAsked = true;
    let frame = 0;
    let timer = 0;
    const run = () => {
      cancelAnimationFrame(frame);
      clearTimeout(timer);
      this.#isAsked = false;
      this.#draw();
    };
    frame = requestAnimationFrame(run);
    timer = window.setTimeout(run, FRAME_WAIT_MAX_MS);
  }
}
