import { EarlyMessages } from '@vision-light/peering';
import type { PeerChannel, PeerChannelEvents } from './peer-channel.js';

/**
 * Bytes that a data channel may buffer. Chromium closes a channel at 16 MiB; half of it keeps the distance. What
 * exceeds it waits here.
 */
const BUFFERED_BYTES_MAX = 8 * 1024 * 1024;

/**
 * Bytes that wait here. The core stops answering a peer at 4 MiB unsent, so nothing should ever wait; at the edge the
 * channel is closed.
 */
const WAITING_BYTES_MAX = 8 * 1024 * 1024;

/** The channel reports when it has drained to this. At 40 MB/s the rest lasts 25 ms, time enough to send more. */
const DRAINED_BYTES = 1024 * 1024;

/**
 * Bytes after which a channel that never filled reports its level all the same, so that the core's count of unsent bytes
 * does not grow for ever from small messages.
 */
const REPORT_EVERY_BYTES = 64 * 1024;

/**
 * A data channel that is never overfilled and says when it drains. Used on whichever side owns the channel.
 *
 * Memory: at most {@link BUFFERED_BYTES_MAX} in the browser, and {@link WAITING_BYTES_MAX} and the
 * {@link EarlyMessages} here.
 */
export class GuardedChannel implements PeerChannel {
  readonly #channel: RTCDataChannel;
  readonly #events: PeerChannelEvents;
  #waiting: Uint8Array<ArrayBuffer>[] = [];
  #waitingBytes = 0;
  #unreportedBytes = 0;
  #isClosing = false;
  readonly #early: EarlyMessages;

  constructor(channel: RTCDataChannel, events: PeerChannelEvents) {
    this.#channel = channel;
    this.#events = events;
    this.#early = new EarlyMessages((bytes) => events.received(bytes));
    channel.binaryType = 'arraybuffer';
    channel.bufferedAmountLowThreshold = DRAINED_BYTES;
    channel.onopen = () => this.#open();
    channel.onmessage = ({ data }: MessageEvent<unknown>) => this.#receive(data);
    channel.onbufferedamountlow = () => this.#drain();
    channel.onclose = () => this.#end();
    // Unless it is closed by then.
    if (channel.readyState === 'open') queueMicrotask(() => channel.onopen?.call(channel, new Event('open')));
  }

  send(bytes: Uint8Array<ArrayBuffer>): void {
    if (this.#isClosing || this.#channel.readyState !== 'open') return;
    if (this.#waiting.length === 0 && this.#channel.bufferedAmount + bytes.length <= BUFFERED_BYTES_MAX) {
      this.#sendNow(bytes);
      return;
    }
    this.#waiting.push(bytes);
    this.#waitingBytes += bytes.length;
    if (this.#waitingBytes > WAITING_BYTES_MAX) this.#closeNow();
  }

  close(): void {
    this.#isClosing = true;
    if (this.#waiting.length === 0) this.#closeNow();
  }

  #sendNow(bytes: Uint8Array<ArrayBuffer>): void {
    try {
      this.#channel.send(bytes);
    } catch {
      // The channel closed a moment ago, or its queue is full after all. Either way it is of no more use.
      this.#closeNow();
      return;
    }
    this.#unreportedBytes += bytes.length;
    if (this.#unreportedBytes >= REPORT_EVERY_BYTES && this.#channel.bufferedAmount <= DRAINED_BYTES)
      this.#report();
  }

  #open(): void {
    this.#events.opened();
    this.#early.release();
  }

  #receive(data: unknown): void {
    // No node sends text.
    if (!(data instanceof ArrayBuffer && this.#early.take(new Uint8Array(data)))) this.#closeNow();
  }

  #drain(): void {
    while (this.#waiting.length > 0 && this.#channel.readyState === 'open') {
      const next = this.#waiting[0] as Uint8Array<ArrayBuffer>;
      if (this.#channel.bufferedAmount + next.length > BUFFERED_BYTES_MAX) break;
      this.#waiting.shift();
      this.#waitingBytes -= next.length;
      this.#sendNow(next);
    }
    this.#report();
    if (this.#isClosing && this.#waiting.length === 0) this.#closeNow();
  }

  #report(): void {
    this.#unreportedBytes = 0;
    this.#events.drained(this.#channel.bufferedAmount + this.#waitingBytes);
  }

  #closeNow(): void {
    this.#isClosing = true;
    this.#waiting = [];
    this.#waitingBytes = 0;
    // A channel sends what it has buffered before it closes. One that never opened fires no event when closed, and one
    // whose connection was cut may have fired none.
    const { readyState } = this.#channel;
    this.#channel.close();
    if (readyState === 'connecting' || readyState === 'closed') queueMicrotask(() => this.#end());
  }

  #end(): void {
    if (this.#channel.onclose === null) return;
    this.#isClosing = true;
    this.#waiting = [];
    this.#channel.onopen = null;
    this.#channel.onmessage = null;
    this.#channel.onbufferedamountlow = null;
    this.#channel.onclose = null;
    this.#events.closed();
  }
}
