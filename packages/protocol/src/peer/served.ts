/** How much of what a peer asks for it may be sent: by its own rate, and by that of all peers together. */
import { SERVED_BYTES_BURST_MAX, UPLOAD_BURST_S } from '../limits.js';
import { TokenBucket } from './token-bucket.js';

/** Bytes of headers, bodies and transactions that all peers of a node are sent together: those of UPLOAD_BURST_S seconds at once. */
export class UploadLimit extends TokenBucket {
  constructor(bytesPerSecond: number, now: number) {
    super(bytesPerSecond, bytesPerSecond * UPLOAD_BURST_S, now);
  }

  /** Another limit from now on; what is owed stays owed. */
  set(bytesPerSecond: number, now: number): void {
    this.change(bytesPerSecond, bytesPerSecond * UPLOAD_BURST_S, now);
  }
}

/** What one peer may be served. */
export class Served {
  readonly #own: TokenBucket;

  /** @param bytesPerSecond  for long @param upload  of all peers; absent if there is no such limit */
  constructor(
    bytesPerSecond: number,
    now: number,
    readonly upload?: UploadLimit,
  ) {
    this.#own = new TokenBucket(bytesPerSecond, SERVED_BYTES_BURST_MAX, now);
  }

  /** Monotonic ms from which on it may be sent more. */
  get freeAt(): number {
    return Math.max(this.#own.freeAt, this.upload?.freeAt ?? 0);
  }

  /** Whether it has to wait for what others were sent. */
  isHeldUp(now: number): boolean {
    return this.upload !== undefined && this.upload.freeAt > now;
  }

  /** It was sent so many bytes. */
  charge(now: number, bytes: number): void {
    this.#own.charge(now, bytes);
    this.upload?.charge(now, bytes);
  }
}
