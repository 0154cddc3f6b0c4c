import type { Connection, ConnectionOptions } from '@vision-light/peering';
import type { ConnectionSignal } from '@vision-light/signaling';
import SimplePeer from 'simple-peer';

/** Both sides create the node's channel under this id, so that it needs no announcement and can be transferred. */
const CHANNEL_ID = 64;

/** Why a connection ended if the other side was reached, and the handshake with it failed. */
export const HANDSHAKE_FAILED = 'the other side has not the certificate that its description names';

/**
 * A WebRTC connection with the node's channel. All that the project knows of simple-peer is in this file.
 *
 * simple-peer's own channel carries nothing. A peer that uses it, or opens further channels, is disconnected: nothing
 * reads them, so they would fill memory.
 */
export class PeerConnection implements Connection {
  /** The node's channel. It can be transferred only in the task in which this object was made. */
  readonly channel: RTCDataChannel;
  readonly #peer: SimplePeer.Instance;
  readonly #isInitiator: boolean;

  /**
   * @param isRelayed  everything passes through TURN servers, and no address of this device is gathered
   * @throws {Error} if the browser refuses the connection, for instance for what `iceServers` holds
   */
  constructor(
    { isInitiator, iceServers, sendsWhole, onSignal, onClosed }: ConnectionOptions,
    isRelayed = false,
  ) {
    this.#isInitiator = isInitiator;
    // Always named, because simple-peer's default asks two public STUN servers.
    const config: RTCConfiguration = {
      iceServers: iceServers as RTCIceServer[],
      iceTransportPolicy: isRelayed ? 'relay' : 'all',
    };
    this.#peer = new SimplePeer({ initiator: isInitiator, config, trickle: !sendsWhole });
    let reason = 'the other side hung up';
    this.#peer.on('error', (error) => {
      reason = error.message;
    });
    // Which of the browser's events comes first when a handshake fails differs, and none of them says why.
    let isReached = false;
    let isConnected = false;
    this.#peer.on('iceStateChange', (state) => {
      if (state === 'connected') isReached = true;
    });
    this.#peer.on('connect', () => {
      isConnected = true;
    });
    this.#peer.on('signal', (data) => {
      const { type } = data;
      if (type === 'offer' || type === 'answer' || type === 'candidate') onSignal(data as ConnectionSignal);
    });
    this.#peer.on('data', () => this.destroy());
    this.#peer.on('close', () => onClosed(isReached && !isConnected ? HANDSHAKE_FAILED : reason));
    const connection = (this.#peer as unknown as { readonly _pc?: RTCPeerConnection })._pc;
    if (connection === undefined) throw new Error('RTCPeerConnection was refused');
    this.#refuseChannels(connection);
    this.channel = connection.createDataChannel('vision-light', {
      negotiated: true,
      id: CHANNEL_ID,
      ordered: true,
    });
  }

  signal(data: ConnectionSignal): void {
    if (!this.#peer.destroyed) this.#peer.signal(data as SimplePeer.SignalData);
  }

  /** Does nothing: the channel is the node worker's, which closes it itself. */
  end(): void {}

  destroy(): void {
    this.#peer.destroy();
  }

  #refuseChannels(connection: RTCPeerConnection): void {
    // The side that did not offer gets an event for simple-peer's own channel.
    let expected = this.#isInitiator ? 0 : 1;
    connection.addEventListener('datachannel', () => {
      if (expected-- === 0) this.destroy();
    });
  }
}
