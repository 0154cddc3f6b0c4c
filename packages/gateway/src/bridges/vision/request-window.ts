/** How much is asked of a node in one request: less after an answer that did not come whole, more after one that did. */
export class RequestWindow {
  #size: number;

  /**
   * @param least  it never shrinks below this
   * @param start  between the other two
   */
  constructor(
    readonly least: number,
    start: number,
    readonly most: number,
  ) {
    this.#size = start;
  }

  /** Headers or blocks. */
  get size(): number {
    return this.#size;
  }

  /** All that was asked for has come. */
  grow(): void {
    this.#size = Math.min(this.most, 2 * this.#size);
  }

  /** Not all of it has come. @returns false if it cannot be less */
  shrink(): boolean {
    if (this.#size === this.least) return false;
    this.#size = Math.max(this.least, Math.floor(this.#size / 2));
    return true;
  }
}
