/** One WebRTC connection: simple-peer for the set-up, a channel of our own for the bytes. */
import {
  type Connection,
  type ConnectionOptions,
  EarlyMessages,
  type LinkFacts,
} from '@vision-light/peering';
import { type Candidate, type ConnectionSignal, decodeSignalData } from '@vision-light/signaling';
import SimplePeer from 'simple-peer';
import { LINK_LINGER_MS, SEND_LOW_BYTES } from '../limits.js';
import { type RtcChannel, type RtcConnection, rtcImplementation } from './rtc-implementation.js';

/** What the channel of a link reports. None of it comes after {@link RtcLink.end} or {@link RtcLink.destroy}. */
export interface ChannelEvents {
  /**
   * The channel is open. `facts`: what {@link RtcLink.describe} was told. `address`: from where the other side's packets come,
   * which is that of a TURN server if it uses one; undefined if the library does not say.
   */
  opened(facts: LinkFacts | undefined, address: string | undefined): void;
  received(bytes: Uint8Array): void;
  /** The send buffer is low again. */
  drained(bufferedBytes: number): void;
}

/** The channel that both sides create under the same id. simple-peer's own channel carries nothing. */
const channelConfig = { negotiated: true, id: 64, ordered: true } as const;

/** Candidates inside a description, each of which is also signalled by itself. */
const CANDIDATE_LINES = /^a=(candidate:.*|end-of-candidates)\r?\n/gm;

/** How often a link that ends looks whether its send buffer is empty, in milliseconds. Arbitrary. */
const FLUSH_POLL_MS = 20;

/** The WebRTC connection of one link, from its first signal to its end. */
export class RtcLink implements Connection {
  readonly #options: ConnectionOptions;
  readonly #events: ChannelEvents;
  readonly #peer: SimplePeer.Instance;
  readonly #connection: RtcConnection;
  readonly #early = new EarlyMessages((bytes) => {
    if (!this.#isOver) this.#events.received(bytes);
  });
  #channel: RtcChannel | undefined;
  /** Our candidates until the other side may have them; then undefined. */
  #heldCandidates: Candidate[] | undefined = [];
  #facts: LinkFacts | undefined;
  #isDrainCheckDue = false;
  #isOpen = false;
  /** Ended by the node: nothing is reported any more. */
  #isOver = false;
  #reason = 'the other side hung up';

  /** @throws {Error} if the WebRTC library refuses the connection, for instance because of its ICE servers */
  constructor(options: ConnectionOptions, events: ChannelEvents) {
    this.#options = options;
    this.#events = events;
    const { isInitiator, iceServers, sendsWhole, onClosed } = options;
    this.#peer = new SimplePeer({
      initiator: isInitiator,
      trickle: !sendsWhole,
      // simple-peer's default names public STUN servers, and the polyfill writes into what it is given.
      config: { iceServers: structuredClone(iceServers) },
      wrtc: rtcImplementation as never,
    });
    this.#peer.on('signal', (data: unknown) => this.#emitSignal(data));
    this.#peer.on('error', (error: Error) => {
      this.#reason = error.message;
    });
    this.#peer.on('close', () => onClosed(this.#reason));
    // Nothing reads simple-peer's own channel, so what is sent there would pile up without end.
    this.#peer.on('data', () => this.#fail('data on a channel that carries none'));
    const { _pc } = this.#peer as unknown as { readonly _pc?: RtcConnection };
    if (_pc === undefined) throw new Error('the WebRTC library refused the connection');
    this.#connection = _pc;
    this.#refuseChannels();
    if (isInitiator) this.#createChannel();
  }

  /** Notes what both descriptions say. Comes before the channel is open. */
  describe(facts: LinkFacts): void {
    this.#facts = facts;
  }

  signal(data: ConnectionSignal): void {
    if (this.#peer.destroyed) return;
    this.#peer.signal(data as SimplePeer.SignalData);
    if (data.type === 'offer') this.#createChannel();
    if (data.type === 'answer') this.#releaseCandidates();
  }

  /** Sends one message. Does nothing while the channel is not open. */
  send(bytes: Uint8Array): void {
    const channel = this.#channel;
    if (channel?.readyState !== 'open') return;
    try {
      channel.send(bytes);
    } catch (error) {
      this.#fail(error instanceof Error ? error.message : String(error));
      return;
    }
    this.#checkDrain(channel);
  }

  end(): void {
    this.#isOver = true;
    const channel = this.#channel;
    if (channel === undefined || !this.#isOpen) {
      this.#peer.destroy();
      return;
    }
    const poll = setInterval(() => {
      if (channel.readyState === 'open' && channel.bufferedAmount > 0) return;
      clearInterval(poll);
      setTimeout(() => this.#fail('closed'), LINK_LINGER_MS);
    }, FLUSH_POLL_MS);
  }

  destroy(): void {
    this.#isOver = true;
    this.#peer.destroy();
  }

  #fail(reason: string): void {
    this.#reason = reason;
    this.#peer.destroy();
  }

  /**
   * On the answering side only once the offer has been applied: libdatachannel makes an offer of its own as soon as a
   * channel is created on a fresh connection, and then the two roles cross. 3 of 80 set-ups failed that way, and every
   * second one took a second longer.
   */
  #createChannel(): void {
    if (this.#channel !== undefined) return;
    this.#channel = this.#connection.createDataChannel('vision-light', channelConfig);
    this.#listen(this.#channel);
  }

  /** The side that did not offer gets an event for simple-peer's own channel. Any further channel is one too many. */
  #refuseChannels(): void {
    let expected = this.#options.isInitiator ? 0 : 1;
    this.#connection.addEventListener('datachannel', () => {
      if (expected-- === 0) this.#fail('a channel too many');
    });
  }

  #listen(channel: RtcChannel): void {
    channel.binaryType = 'arraybuffer';
    channel.bufferedAmountLowThreshold = SEND_LOW_BYTES;
    channel.onopen = () => {
      if (this.#isOver) return;
      this.#isOpen = true;
      this.#events.opened(this.#facts, this.#connection.selectedCandidatePair()?.remote.address);
      this.#early.release();
    };
    channel.onmessage = ({ data }: { data: ArrayBuffer | string }) => this.#receive(data);
    channel.onbufferedamountlow = () => {
      if (!this.#isOver) this.#events.drained(channel.bufferedAmount);
    };
    channel.onerror = () => this.#fail('the channel failed');
    channel.onclose = () => this.#fail(this.#reason);
  }

  #receive(data: ArrayBuffer | string): void {
    if (this.#isOver) return;
    // No node sends text. Its bytes are handed on, and the core judges them.
    const bytes = typeof data === 'string' ? new TextEncoder().encode(data) : new Uint8Array(data);
    if (!this.#early.take(bytes)) this.#fail('too much before the channel was open');
  }

  /**
   * A buffer that never rose above the threshold fires no event when it empties, so each burst is followed by a look at
   * it; a fuller one fires.
   */
  #checkDrain(channel: RtcChannel): void {
    if (this.#isDrainCheckDue) return;
    this.#isDrainCheckDue = true;
    setImmediate(() => {
      this.#isDrainCheckDue = false;
      if (this.#isOver || channel.readyState !== 'open') return;
      const bufferedBytes = channel.bufferedAmount;
      if (bufferedBytes <= SEND_LOW_BYTES) this.#events.drained(bufferedBytes);
    });
  }

  /**
   * Passes a signal on, candidates last. The answering side holds them until its answer is out, for the polyfill may be
   * quicker with them. The offering side holds them until it has taken the answer: before, libdatachannel does not know
   * the other side's fingerprint, and a DTLS handshake that comes too early fails, or is lost and repeated a second later.
   */
  #emitSignal(data: unknown): void {
    const signal = decodeSignalData(data);
    if (signal === undefined || signal.type === 'full' || this.#isOver) return;
    if (signal.type === 'candidate') {
      if (this.#heldCandidates === undefined) this.#options.onSignal(signal);
      else this.#heldCandidates.push(signal.candidate);
      return;
    }
    const { sendsWhole, onSignal } = this.#options;
    const sdp = sendsWhole ? signal.sdp : signal.sdp.replace(CANDIDATE_LINES, '');
    onSignal({ type: signal.type, sdp });
    if (signal.type === 'answer') this.#releaseCandidates();
  }

  #releaseCandidates(): void {
    const held = this.#heldCandidates ?? [];
    this.#heldCandidates = undefined;
    for (const candidate of held) this.#options.onSignal({ type: 'candidate', candidate });
  }
}
