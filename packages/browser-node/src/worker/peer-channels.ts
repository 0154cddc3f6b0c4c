import type { ChannelEnds, NodeEventBody } from '@vision-light/protocol';
import type { FromNodeWorker } from '../boundary/messages.js';
import { GuardedChannel } from '../channel/guarded-channel.js';
import type { PeerChannel, PeerChannelEvents } from '../channel/peer-channel.js';
import { RelayedChannel } from '../channel/relayed-channel.js';

/**
 * Milliseconds between our last words to a peer that broke a rule and the end of its channel. The library of the gateway
 * loses what arrives together with the end: without them it heard about half of all `reject`.
 */
const LAST_WORDS_MS = 200;

/** Who made a connection, and what its session descriptions say. */
interface LinkFacts {
  readonly isChosen: boolean;
  readonly maxMessageBytes: number;
  readonly channel: ChannelEnds;
}

interface Connection {
  readonly channel: PeerChannel;
  facts: Partial<LinkFacts>;
  isOpen: boolean;
}

/**
 * The data channels of the node's peers, as events for the core. The page bounds their number.
 *
 * The core hears `peerConnected` when a channel opens and `peerDisconnected` exactly once afterwards, whoever closed it.
 */
export class PeerChannels {
  readonly #connections = new Map<string, Connection>();
  readonly #push: (event: NodeEventBody) => boolean;
  readonly #post: (message: FromNodeWorker) => void;

  /** @param push  returns true if nobody looks at the event any more */
  constructor(push: (event: NodeEventBody) => boolean, post: (message: FromNodeWorker) => void) {
    this.#push = push;
    this.#post = post;
  }

  /** A channel that was transferred to this worker. */
  addChannel(peer: string, channel: RTCDataChannel): void {
    this.#add(peer, new GuardedChannel(channel, this.#eventsOf(peer)));
  }

  /** A channel that lives on the page, behind a port. */
  addRelay(peer: string, port: MessagePort): void {
    this.#add(peer, new RelayedChannel(port, this.#eventsOf(peer)));
  }

  /** The session descriptions are known. */
  describe(peer: string, { isChosen, maxMessageBytes, channel }: LinkFacts): void {
    const connection = this.#connections.get(peer);
    if (connection !== undefined) connection.facts = { isChosen, maxMessageBytes, channel };
  }

  /** The connection under a channel is gone. */
  remove(peer: string): void {
    const connection = this.#connections.get(peer);
    if (connection === undefined) return;
    this.#connections.delete(peer);
    connection.channel.close();
    if (connection.isOpen) this.#push({ type: 'peerDisconnected', peer });
  }

  send(peer: string, bytes: Uint8Array): void {
    this.#connections.get(peer)?.channel.send(bytes);
  }

  /** Closes a channel once what was sent has left. `code` is the peer's fault, if any. */
  disconnect(peer: string, code: string | undefined): void {
    const connection = this.#connections.get(peer);
    if (connection === undefined) return;
    this.#post({ type: 'leaving', peer, fault: code });
    if (code === undefined) connection.channel.close();
    else setTimeout(() => connection.channel.close(), LAST_WORDS_MS);
  }

  /** Closes all channels, whatever was sent. */
  closeAll(): void {
    for (const peer of [...this.#connections.keys()]) this.remove(peer);
  }

  #add(peer: string, channel: PeerChannel): void {
    this.#connections.set(peer, { channel, facts: {}, isOpen: false });
  }

  #eventsOf(peer: string): PeerChannelEvents {
    return {
      opened: () => {
        const connection = this.#connections.get(peer);
        if (connection === undefined || connection.isOpen) return;
        connection.isOpen = true;
        this.#post({ type: 'opened', peer });
        this.#push({ type: 'peerConnected', peer, ...connection.facts });
      },
      received: (bytes) => {
        const isDone = !this.#connections.has(peer) || this.#push({ type: 'bytesReceived', peer, bytes });
        if (isDone) freeMemory(bytes.buffer);
      },
      drained: (bufferedBytes) => {
        if (this.#connections.has(peer)) this.#push({ type: 'sendDrained', peer, bufferedBytes });
      },
      closed: () => {
        this.remove(peer);
        this.#post({ type: 'closed', peer });
      },
    };
  }
}

/**
 * Gives memory back at once, where the browser can. Frames come faster than the collector looks for them: at tens of
 * megabytes a second, tens of megabytes would wait for it.
 */
function freeMemory(buffer: ArrayBufferLike): void {
  (buffer as { transfer?: (bytes: number) => unknown }).transfer?.(0);
}
