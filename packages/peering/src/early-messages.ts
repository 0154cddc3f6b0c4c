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
  #messages: Uint8Array[] | undefined = [];
  #bytes = 0;

  /**
   * Takes a message that has arrived.
   *
   * @returns `pass`: the channel is open, the message may be delivered; `held`: it is delivered by {@link release};
   *   `overflow`: too much has come, and nothing is held any more
   */
  take(bytes: Uint8Array): 'pass' | 'held' | 'overflow' {
    if (this.#messages === undefined) return 'pass';
    this.#bytes += bytes.length;
    if (this.#bytes > EARLY_BYTES_MAX) {
      this.#messages.length = 0;
      return 'overflow';
    }
    this.#messages.push(bytes);
    return 'held';
  }

  /** The channel is open. @returns what was held, in the order of its coming */
  release(): readonly Uint8Array[] {
    const messages = this.#messages ?? [];
    this.#messages = undefined;
    return messages;
  }
}
