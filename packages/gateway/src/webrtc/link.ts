/** One WebRTC connection: simple-peer for the set-up, a channel of our own for the bytes. */
import SimplePeer from 'simple-peer';
import {
  CANDIDATES_PER_LINK_MAX,
  LINK_FLUSH_TIMEOUT_MS,
  LINK_LINGER_MS,
  LINK_SETUP_TIMEOUT_MS,
  SEND_LOW_BYTES,
} from '../limits.js';
import { decodeLinkSignal, type IceServer, type LinkCandidate, type LinkSignal } from './link-signal.js';
import { type RtcChannel, type RtcConnection, rtcImplementation } from './rtc-implementation.js';

/** What a link tells its owner. */
export interface LinkEvents {
  /** To be passed to the other side, in this order. */
  signal(signal: LinkSignal): void;
  /** The channel is open. `maxMessageBytes`: the largest message that the other side takes. */
  open(maxMessageBytes: number): void;
  message(bytes: Uint8Array): void;
  /** The send buffer is low again. */
  drained(bufferedBytes: number): void;
  /** The link is gone, whoever ended it; comes once, and last. `wasOpen`: the channel had been open. */
  closed(reason: string, wasOpen: boolean): void;
}

/** The channel that both sides create; simple-peer's own carries nothing (packages/protocol/PROTOCOL.md). */
const channelConfig = { negotiated: true, id: 64, ordered: true } as const;

/** Candidates inside a description, each of which is also signalled by itself. */
const CANDIDATE_LINES = /^a=(candidate:.*|end-of-candidates)\r?\n/gm;

/** How often a link that is being closed looks whether its buffer is empty, in ms; arbitrary. */
const FLUSH_POLL_MS = 20;

/** One connection to one peer, from its first signal to its end. */
export class Link {
  readonly #events: LinkEvents;
  readonly #peer: SimplePeer.Instance;
  #channel: RtcChannel | undefined;
  readonly #connection: RtcConnection | undefined;
  readonly #setupTimer: NodeJS.Timeout;
  /** Our candidates until the other side may have them; then undefined. */
  #heldCandidates: LinkCandidate[] | undefined = [];
  #candidatesTaken = 0;
  #isDrainCheckDue = false;
  #isClosed = false;
  #isOpen = false;
  #reason = 'the other side hung up';

  /** @param isOfferer  true on the side that dials */
  constructor(
    readonly isOfferer: boolean,
    iceServers: readonly IceServer[],
    events: LinkEvents,
  ) {
    this.#events = events;
    this.#peer = new SimplePeer({
      initiator: isOfferer,
      // simple-peer's default names public STUN servers, and the polyfill writes into what it is given.
      config: { iceServers: structuredClone(iceServers) as IceServer[] },
      wrtc: rtcImplementation as never,
    });
    this.#peer.on('signal', (data: unknown) => this.#emitSignal(data));
    this.#peer.on('error', (error: Error) => {
      this.#reason = error.message;
    });
    this.#peer.on('close', () => this.#close());
    // Nobody reads simple-peer's own channel: what is sent there would pile up without end.
    this.#peer.on('data', () => this.destroy('data on a channel that carries none'));
    this.#setupTimer = setTimeout(() => this.destroy('set-up took too long'), LINK_SETUP_TIMEOUT_MS);
    // Absent if the connection could not even be constructed; then 'close' is on its way.
    this.#connection = (this.#peer as unknown as { readonly _pc?: RtcConnection })._pc;
    this.#refuseChannels();
    if (isOfferer) this.#createChannel();
  }

  /** True from the open channel to the end. */
  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** Takes a signal of the other side. One that does not fit ends the link. */
  signal(signal: LinkSignal): void {
    if (this.#isClosed || this.#peer.destroyed) return;
    if (signal.type === 'candidate' && ++this.#candidatesTaken > CANDIDATES_PER_LINK_MAX) return;
    try {
      this.#peer.signal(signal as SimplePeer.SignalData);
      if (signal.type === 'offer') this.#createChannel();
      if (signal.type === 'answer') this.#releaseCandidates();
    } catch (error) {
      this.destroy(error instanceof Error ? error.message : String(error));
    }
  }

  /** Sends one message; nothing happens on a link that is not open. */
  send(bytes: Uint8Array): void {
    const channel = this.#channel;
    if (channel?.readyState !== 'open') return;
    try {
      channel.send(bytes);
    } catch (error) {
      this.destroy(error instanceof Error ? error.message : String(error));
      return;
    }
    this.#checkDrain(channel);
  }

  /** Ends the link once what was sent before has left; bounded in time. Nothing is received any more. */
  end(): void {
    const channel = this.#channel;
    if (channel === undefined || !this.#isOpen) {
      this.destroy('closed');
      return;
    }
    channel.onmessage = null;
    const started = performance.now();
    const poll = setInterval(() => {
      const isLate = performance.now() - started > LINK_FLUSH_TIMEOUT_MS;
      if (channel.readyState === 'open' && channel.bufferedAmount > 0 && !isLate) return;
      clearInterval(poll);
      setTimeout(() => this.destroy('closed'), LINK_LINGER_MS);
    }, FLUSH_POLL_MS);
  }

  /** Ends the link at once. */
  destroy(reason: string): void {
    if (this.#isClosed) return;
    this.#reason = reason;
    this.#peer.destroy();
  }

  /**
   * On the answering side only once the offer has been applied: libdatachannel makes an offer of its own as soon as a
   * channel is created on a fresh connection, and then the two roles cross. 3 of 80 set-ups failed that way, and every
   * second one took a second longer.
   */
  #createChannel(): void {
    if (this.#channel !== undefined || this.#connection === undefined) return;
    this.#channel = this.#connection.createDataChannel('vision-light', channelConfig);
    this.#listen(this.#channel);
  }

  /** Of simple-peer's own channel only the side that did not offer is told; any other is one too many. */
  #refuseChannels(): void {
    let expected = this.isOfferer ? 0 : 1;
    this.#connection?.addEventListener('datachannel', () => {
      if (expected-- === 0) this.destroy('a channel too many');
    });
  }

  #listen(channel: RtcChannel): void {
    channel.binaryType = 'arraybuffer';
    channel.bufferedAmountLowThreshold = SEND_LOW_BYTES;
    channel.onopen = () => {
      if (this.#isClosed) return;
      clearTimeout(this.#setupTimer);
      this.#isOpen = true;
      this.#events.open(this.#connection?.ext_maxMessageSize ?? 0);
    };
    channel.onmessage = ({ data }: { data: ArrayBuffer | string }) => {
      if (this.#isClosed) return;
      // Text has no meaning here: its bytes are handed on for the core to judge.
      this.#events.message(typeof data === 'string' ? new TextEncoder().encode(data) : new Uint8Array(data));
    };
    channel.onbufferedamountlow = () => {
      if (!this.#isClosed) this.#events.drained(channel.bufferedAmount);
    };
    channel.onerror = () => this.destroy('the channel failed');
    channel.onclose = () => this.destroy(this.#reason);
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
      if (this.#isClosed || channel.readyState !== 'open') return;
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
    const signal = decodeLinkSignal(data);
    if (signal === undefined || this.#isClosed) return;
    if (signal.type === 'candidate') {
      if (this.#heldCandidates === undefined) this.#events.signal(signal);
      else this.#heldCandidates.push(signal.candidate);
      return;
    }
    this.#events.signal({ type: signal.type, sdp: signal.sdp.replace(CANDIDATE_LINES, '') });
    if (signal.type === 'answer') this.#releaseCandidates();
  }

  #releaseCandidates(): void {
    const held = this.#heldCandidates ?? [];
    this.#heldCandidates = undefined;
    for (const candidate of held) this.#events.signal({ type: 'candidate', candidate });
  }

  #close(): void {
    if (this.#isClosed) return;
    const wasOpen = this.#isOpen;
    this.#isClosed = true;
    this.#isOpen = false;
    clearTimeout(this.#setupTimer);
    this.#events.closed(this.#reason, wasOpen);
  }
}
