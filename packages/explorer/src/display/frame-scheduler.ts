/**
 * Longest wait for a frame, in milliseconds. A hidden or covered page gets no frames at all, and must still be right
 * when someone looks; well below what anyone would notice, arbitrary otherwise.
 */
const FRAME_WAIT_MAX_MS = 250;

/**
 * Runs `draw` once before the next frame, however often it is asked to: a node that verifies 100,000 headers a second
 * costs the page 60 drawings a second and no more.
 */
export class FrameScheduler {
  readonly #draw: () => void;
  #isAsked = false;

  constructor(draw: () => void) {
    this.#draw = draw;
  }

  /** Asks for a drawing; free while one is already due. */
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
