/**
 * Bytes that are held until the channel is open. A peer has nothing to send at that time but its hello; above it the
 * channel is to be closed.
 */
const EARLY_BYTES_MAX = 64 * 1024;

/**
 * Messages that arrive before the channel reports that it is open, in their order. Chromium may report the first message
 * of a transferred channel early, and other libraries promise no order. If the first message is lost, so is the hello.
 */
export class EarlyMessages {
  readonly #deliver: (bytes: Uint8Array) => void;
  #held: Uint8Array[] | undefined = [];
  #bytes = 0;

  /** @param deliver  called with each message, in order, once the channel is open */
  constructor(deliver: (bytes: Uint8Array) => void) {
    this.#deliver = deliver;
  }

  /**
   * Takes a message that has arrived: delivers it if the channel is open, holds it otherwise.
   *
   * @returns false if too much has come; then nothing is held any more
   */
  take(bytes: Uint8Array): boolean {
    if (this.#held === undefined) {
      this.#deliver(bytes);
      return true;
    }
    this.#bytes += bytes.length;
    if (this.#bytes <= EARLY_BYTES_MAX) this.#held.push(bytes);
    else this.#held = [];
    return this.#bytes <= EARLY_BYTES_MAX;
  }

  /** The channel is open: delivers what was held. */
  release(): void {
    const held = this.#held ?? [];
    this.#held = undefined;
    for (const bytes of held) this.#deliver(bytes);
  }
}
