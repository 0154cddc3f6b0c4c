import SimplePeer from 'simple-peer';
import type { IceServer } from '../api/light-node-options.js';
import type { SignalData } from './signal-data.js';

/** What a {@link PeerConnection} is made of. */
export interface PeerConnectionOptions {
  /** True on the side that sends the offer. */
  readonly isInitiator: boolean;
  readonly iceServers: readonly IceServer[];
  /** Something to pass on to the other side. */
  readonly onSignal: (data: SignalData) => void;
  /** The connection failed or was closed, by either side. Called once. */
  readonly onClosed: () => void;
}

/** Both sides create the node's channel under this id, so that it needs no announcement and can be transferred. */
const CHANNEL_ID = 64;

/** Candidates that are taken of the other side; more are ignored. A host with many interfaces has about 20. */
const CANDIDATES_MAX = 64;

/**
 * A WebRTC connection with the node's channel. All that the project knows of simple-peer is in this file.
 *
 * simple-peer's own channel carries nothing: a peer that uses it, or opens further channels, is disconnected, since
 * nobody reads them and they would fill memory.
 */
export class PeerConnection {
  /** The node's channel. It can be transferred only in the task in which this object was made. */
  readonly channel: RTCDataChannel;
  readonly #peer: SimplePeer.Instance;
  readonly #isInitiator: boolean;
  #hasDescription = false;
  #candidates = 0;

  /** @throws {Error} if the browser refuses the connection, for instance for what `iceServers` holds */
  constructor({ isInitiator, iceServers, onSignal, onClosed }: PeerConnectionOptions) {
    this.#isInitiator = isInitiator;
    // Always named, because simple-peer's default asks two public STUN servers that nobody here has chosen.
    const config = { iceServers: iceServers as RTCIceServer[] };
    this.#peer = new SimplePeer({ initiator: isInitiator, config, trickle: true });
    this.#peer.on('error', () => {});
    this.#peer.on('signal', (data) => {
      const { type } = data;
      if (type === 'offer' || type === 'answer' || type === 'candidate') onSignal(data as SignalData);
    });
    this.#peer.on('data', () => this.destroy());
    this.#peer.on('close', onClosed);
    const connection = (this.#peer as unknown as { readonly _pc?: RTCPeerConnection })._pc;
    if (connection === undefined) throw new Error('RTCPeerConnection was refused');
    this.#refuseChannels(connection);
    this.channel = connection.createDataChannel('vision-light', {
      negotiated: true,
      id: CHANNEL_ID,
      ordered: true,
    });
  }

  /** Takes what the other side said; what does not fit the state is ignored. */
  signal(data: SignalData): void {
    if (data.type === 'candidate') {
      if (this.#candidates >= CANDIDATES_MAX) return;
      this.#candidates += 1;
    } else {
      if (this.#hasDescription || (data.type === 'answer') !== this.#isInitiator) return;
      this.#hasDescription = true;
    }
    if (this.#peer.destroyed) return;
    try {
      this.#peer.signal(data as SimplePeer.SignalData);
    } catch {
      // A candidate that this browser cannot parse. Others may do.
    }
  }

  destroy(): void {
    this.#peer.destroy();
  }

  #refuseChannels(connection: RTCPeerConnection): void {
    // The side that did not offer is told of simple-peer's own channel.
    let expected = this.#isInitiator ? 0 : 1;
    connection.addEventListener('datachannel', () => {
      if (expected-- === 0) this.destroy();
    });
  }
}
