/** Transactions that wait to be asked for, oldest first. Memory: TX_KEPT_MAX of them with TX_KEPT_BYTES_MAX. */
import { bytesToHex } from '@vision-light/protocol';
import { TX_KEPT_BYTES_MAX, TX_KEPT_MAX } from './session-limits.js';

/** See the head of this file. */
export class KeptTransactions {
  readonly #byName = new Map<string, Uint8Array>();
  #bytes = 0;

  /** Keeps a copy. @param name  32 bytes by which it will be asked for */
  add(name: Uint8Array, bytes: Uint8Array): void {
    const key = bytesToHex(name);
    this.#drop(key);
    this.#byName.set(key, bytes.slice());
    this.#bytes += bytes.length;
    for (const oldest of this.#byName.keys()) {
      if (this.#byName.size <= TX_KEPT_MAX && this.#bytes <= TX_KEPT_BYTES_MAX) return;
      this.#drop(oldest);
    }
  }

  get(name: Uint8Array): Uint8Array | undefined {
    return this.#byName.get(bytesToHex(name));
  }

  #drop(key: string): void {
    this.#bytes -= this.#byName.get(key)?.length ?? 0;
    this.#byName.delete(key);
  }
}
