/** One WebRTC connection: simple-peer for the set-up, a channel of our own for the bytes. */
import type { Connection, ConnectionOptions, LinkFacts } from '@vision-light/peering';
import { type Candidate, type ConnectionSignal, decodeSignalData } from '@vision-light/signaling';
import SimplePeer from 'simple-peer';
import { CHANNEL_LABEL, channelConfig, LinkChannel } from './link-channel.js';
import { type RtcConnection, rtcImplementation } from './rtc-implementation.js';

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

/** Candidates inside a description, each of which is also signalled by itself. */
const CANDIDATE_LINES = /^a=(candidate:.*|end-of-candidates)\r?\n/gm;

/** The WebRTC connection of one link, from its first signal to its end. */
export class RtcLink implements Connection {
  readonly #options: ConnectionOptions;
  readonly #events: ChannelEvents;
  readonly #peer: SimplePeer.Instance;
  readonly #connection: RtcConnection;
  #channel: LinkChannel | undefined;
  /** Our candidates until the other side may have them; then undefined. */
  #heldCandidates: Candidate[] | undefined = [];
  #facts: LinkFacts | undefined;
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
    this.#channel?.send(bytes);
  }

  end(): void {
    this.#isOver = true;
    if (this.#channel === undefined) this.#peer.destroy();
    else this.#channel.end();
  }

  destroy(): void {
    this.#isOver = true;
    this.#channel?.stop();
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
    const channel = this.#connection.createDataChannel(CHANNEL_LABEL, channelConfig);
    this.#channel = new LinkChannel(channel, {
      opened: () => {
        const { remote } = this.#connection.selectedCandidatePair() ?? {};
        this.#events.opened(this.#facts, remote?.address);
      },
      received: (bytes) => this.#events.received(bytes),
      drained: (bufferedBytes) => this.#events.drained(bufferedBytes),
      failed: (reason = this.#reason) => this.#fail(reason),
    });
  }

  /** The side that did not offer gets an event for simple-peer's own channel. Any further channel is one too many. */
  #refuseChannels(): void {
    let expected = this.#options.isInitiator ? 0 : 1;
    this.#connection.addEventListener('datachannel', () => {
      if (expected-- === 0) this.#fail('a channel too many');
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
