/** One connection of the direct port, from its first STUN request to its end. */
import { type DataChannel, PeerConnection } from 'node-datachannel';
import { RTCDataChannel } from 'node-datachannel/polyfill';
import { CHANNEL_LABEL, channelConfig, LinkChannel } from '../webrtc/link-channel.js';
import type { Certificate } from './certificate.js';

/** What a link is made of. */
export interface DirectLinkOptions {
  /** The offer of the page, made from its first request. */
  readonly offer: string;
  /** What the page calls this end: user name fragment and password of ICE. */
  readonly fragment: string;
  /** Where the listener of the direct port listens: its socket is used. */
  readonly port: number;
  readonly certificate: Certificate;
}

/** What a link reports. Nothing comes after `gone`, nor after {@link DirectLink.destroy}. */
export interface DirectLinkEvents {
  /** The other side receives what is sent to its address. */
  proven(): void;
  /** The channel is open. `fingerprint`: SHA-256 of the certificate that the other side has shown, 32 bytes. */
  opened(fingerprint: Uint8Array): void;
  received(bytes: Uint8Array): void;
  drained(bufferedBytes: number): void;
  gone(reason: string): void;
}

/** A connection to a page that knew the address of this gateway. */
export class DirectLink {
  readonly #connection: PeerConnection;
  readonly #channel: LinkChannel;
  readonly #events: DirectLinkEvents;
  /** Kept here: without a reference the library's channel is collected, which closes it, and then the page ends the link. */
  #idleChannel: DataChannel | undefined;
  #isOver = false;

  /** @throws {Error} if the WebRTC library refuses the connection */
  constructor(
    { offer, fragment, port, certificate: { certificate, key } }: DirectLinkOptions,
    events: DirectLinkEvents,
  ) {
    this.#events = events;
    this.#connection = new PeerConnection('direct', {
      iceServers: [],
      enableIceUdpMux: true,
      portRangeBegin: port,
      portRangeEnd: port,
      certificatePemFile: certificate,
      keyPemFile: key,
      // Nobody has said which certificate the page has. `hello` binds the page's key to the one that is seen here.
      disableFingerprintVerification: true,
      disableAutoNegotiation: true,
    });
    const connection = this.#connection;
    connection.onStateChange((state) => {
      if (state === 'failed') this.#end('the connection failed');
      if (state === 'closed') this.#end('the other side hung up');
    });
    connection.onIceStateChange((state) => {
      if ((state === 'connected' || state === 'completed') && !this.#isOver) events.proven();
    });
    this.#refuseChannels();
    connection.setRemoteDescription(offer, 'offer');
    const { ordered, ...config } = channelConfig;
    const raw = connection.createDataChannel(CHANNEL_LABEL, { ...config, unordered: !ordered });
    this.#channel = new LinkChannel(new RTCDataChannel(raw), {
      opened: () => events.opened(fingerprintOf(connection)),
      received: (bytes) => events.received(bytes),
      drained: (bufferedBytes) => events.drained(bufferedBytes),
      failed: (reason = 'the other side hung up') => this.#end(reason),
    });
    connection.setLocalDescription('answer', { iceUfrag: fragment, icePwd: fragment });
  }

  /** Sends one message. Does nothing while the channel is not open. */
  send(bytes: Uint8Array): void {
    this.#channel.send(bytes);
  }

  /** The node disconnects: `gone` follows once what was sent has left. */
  end(): void {
    this.#channel.end();
  }

  /** Ends the connection at once. */
  destroy(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#channel.stop();
    this.#connection.close();
    // The library ends what it has for a connection, its place at the port among it, when no channel of it is left.
    this.#idleChannel?.close();
  }

  #end(reason: string): void {
    if (this.#isOver) return;
    this.destroy();
    this.#events.gone(reason);
  }

  /** simple-peer of the page has a channel of its own, which carries nothing. Any further one is one too many. */
  #refuseChannels(): void {
    this.#connection.onDataChannel((channel) => {
      if (this.#idleChannel !== undefined) this.#end('a channel too many');
      this.#idleChannel ??= channel;
      channel.onMessage(() => this.#end('data on a channel that carries none'));
    });
  }
}

function fingerprintOf(connection: PeerConnection): Uint8Array {
  const { value } = connection.remoteFingerprint();
  return Uint8Array.from(value.split(':'), (byte) => Number.parseInt(byte, 16));
}
