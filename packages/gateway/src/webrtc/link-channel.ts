/**
 * The node's channel of one WebRTC connection: what is sent and received on it, and its end. Whoever makes the connection
 * hands it the channel, and ends the connection when the channel has failed.
 */
import { EarlyMessages } from '@vision-light/peering';
import { LINK_LINGER_MS, SEND_LOW_BYTES } from '../limits.js';
import type { RtcChannel } from './rtc-implementation.js';

/** The channel that both sides create under the same id. */
export const channelConfig = { negotiated: true, id: 64, ordered: true } as const;

/** The name of the channel, which the other side never sees. */
export const CHANNEL_LABEL = 'vision-light';

/** What a {@link LinkChannel} reports. Only `failed` comes after {@link LinkChannel.end}, and nothing after {@link LinkChannel.stop}. */
export interface LinkChannelEvents {
  opened(): void;
  received(bytes: Uint8Array): void;
  /** The send buffer is low again. */
  drained(bufferedBytes: number): void;
  /** The channel is of no more use. `reason` is absent if the other side has closed it. */
  failed(reason?: string): void;
}

/** How often a channel that ends looks whether its send buffer is empty, in milliseconds. Arbitrary. */
const FLUSH_POLL_MS = 20;

/** One channel of the node; see the head of this file. */
export class LinkChannel {
  readonly #channel: RtcChannel;
  readonly #events: LinkChannelEvents;
  readonly #early = new EarlyMessages((bytes) => {
    if (!this.#isOver) this.#events.received(bytes);
  });
  #isDrainCheckDue = false;
  #isOpen = false;
  /** Ended by the node: nothing more is received. */
  #isOver = false;

  constructor(channel: RtcChannel, events: LinkChannelEvents) {
    this.#channel = channel;
    this.#events = events;
    channel.binaryType = 'arraybuffer';
    channel.bufferedAmountLowThreshold = SEND_LOW_BYTES;
    channel.onopen = () => {
      if (this.#isOver) return;
      this.#isOpen = true;
      events.opened();
      this.#early.release();
    };
    channel.onmessage = ({ data }: { data: ArrayBuffer | string }) => this.#receive(data);
    channel.onbufferedamountlow = () => {
      if (!this.#isOver) events.drained(channel.bufferedAmount);
    };
    channel.onerror = () => events.failed('the channel failed');
    channel.onclose = () => events.failed();
  }

  /** Sends one message. Does nothing while the channel is not open. */
  send(bytes: Uint8Array): void {
    if (this.#channel.readyState !== 'open') return;
    try {
      this.#channel.send(bytes);
    } catch (error) {
      this.#events.failed(error instanceof Error ? error.message : String(error));
      return;
    }
    this.#checkDrain();
  }

  /** The node disconnects: `failed` follows once what was sent has left. */
  end(): void {
    this.#isOver = true;
    if (!this.#isOpen) {
      this.#events.failed('closed');
      return;
    }
    const poll = setInterval(() => {
      if (this.#channel.readyState === 'open' && this.#channel.bufferedAmount > 0) return;
      clearInterval(poll);
      setTimeout(() => this.#events.failed('closed'), LINK_LINGER_MS);
    }, FLUSH_POLL_MS);
  }

  /** The connection is ended: nothing more is received. */
  stop(): void {
    this.#isOver = true;
  }

  #receive(data: ArrayBuffer | string): void {
    if (this.#isOver) return;
    // No node sends text. Its bytes are handed on, and the core judges them.
    const bytes = typeof data === 'string' ? new TextEncoder().encode(data) : new Uint8Array(data);
    if (!this.#early.take(bytes)) this.#events.failed('too much before the channel was open');
  }

  /**
   * A buffer that never rose above the threshold fires no event when it empties, so each burst is followed by a look at
   * it; a fuller one fires.
   */
  #checkDrain(): void {
    if (this.#isDrainCheckDue) return;
    this.#isDrainCheckDue = true;
    setImmediate(() => {
      this.#isDrainCheckDue = false;
      if (this.#isOver || this.#channel.readyState !== 'open') return;
      const bufferedBytes = this.#channel.bufferedAmount;
      if (bufferedBytes <= SEND_LOW_BYTES) this.#events.drained(bufferedBytes);
    });
  }
}
