import type { IceServer } from '../api/light-node-options.js';
import type { ToNodeWorker } from '../boundary/messages.js';
import { relayChannel } from '../channel/relay-channel.js';
import { PeerConnection } from './peer-connection.js';
import { maxMessageBytesOf, type SignalData } from './signal-data.js';

/** The way to the peers of a signaling server; one object a server. */
export interface SignalRoute {
  /** Our id there now. It changes when the connection to the server is lost. */
  readonly ownId: string;
  readonly iceServers: readonly IceServer[];
  /** `refused` is called if the server says that there is no such peer. */
  send(to: string, data: SignalData, refused: () => void): void;
}

/** What {@link PeerLinks} need from outside. */
export interface PeerLinksOptions {
  readonly maxPeers: number;
  /** Hands a message to the node worker. @throws DataCloneError if the browser cannot transfer a data channel */
  readonly post: (message: ToNodeWorker, transfer?: Transferable[]) => void;
  /** The browser refuses connections. Called for each one. */
  readonly refused: (error: unknown) => void;
}

/** Milliseconds from offer to open channel: TURN over a bad mobile link takes 10 s. Afterwards the attempt is dropped. */
const SETUP_TIMEOUT_MS = 20_000;

/** Connections being set up at a time. Browsers slow down beyond; offers above it are ignored, and come again. */
const SETUPS_MAX = 12;

/** Milliseconds that a channel has to send its last words before the connection under it is cut. */
const LEAVE_TIMEOUT_MS = 2000;

/** Milliseconds before a peer that could not be reached is dialled again. Arbitrary. */
const REDIAL_UNREACHABLE_AFTER_MS = 10_000;

/** Milliseconds before a peer of which the node took leave for a fault is dialled again. Arbitrary. */
const REDIAL_FAULTY_AFTER_MS = 60_000;

/** Peers that are remembered so as not to dial them; the oldest is forgotten. */
const AVOIDED_MAX = 256;

interface Link {
  /** The worker's name for this connection, never used twice. */
  readonly name: string;
  /** The server and the other side's id there. */
  readonly route: SignalRoute;
  readonly remoteId: string;
  /** Our id there when the link was begun: what is answered goes to it. */
  readonly ownId: string;
  readonly isInitiator: boolean;
  readonly connection: PeerConnection;
  isOpen: boolean;
  /** The other side offered at the same time, and lost: what it says before it answers belongs to its own offer. */
  hasWonGlare: boolean;
  timer: ReturnType<typeof setTimeout> | undefined;
}

/**
 * The connections to other nodes, from the first signal to the last byte. Their channels' messages go to the worker,
 * which has the channel itself where the browser can transfer one.
 *
 * Who offers: whoever has learned of the other. If both do at once, the offer of the lower id counts and the other side
 * drops its own. Any other offer of a peer with whom there is a connection replaces it: the other side has none any more,
 * or we have another id since we offered, and no answer can reach us.
 */
export class PeerLinks {
  readonly #options: PeerLinksOptions;
  readonly #links = new Map<string, Link>();
  /** When a peer may be dialled again, by its id. */
  readonly #avoidedUntil = new Map<string, number>();
  #transfersChannels = true;
  #namesGiven = 0;

  constructor(options: PeerLinksOptions) {
    this.#options = options;
  }

  /** Connections, those being set up included. */
  get size(): number {
    return this.#links.size;
  }

  /**
   * Offers a connection to a peer, unless there is one, it failed a moment ago, or the limits are reached.
   *
   * @returns whether it did
   */
  dial(route: SignalRoute, remoteId: string): boolean {
    if (performance.now() < (this.#avoidedUntil.get(remoteId) ?? 0)) return false;
    if (this.#find(route, remoteId) !== undefined || !this.#hasRoom()) return false;
    return this.#open(route, remoteId, true) !== undefined;
  }

  /** Takes what a peer says through a signaling server. */
  receive(route: SignalRoute, remoteId: string, data: SignalData): void {
    let link = this.#find(route, remoteId);
    if (data.type === 'offer') {
      if (link !== undefined && isOffering(link) && link.ownId < remoteId) {
        link.hasWonGlare = true;
        return;
      }
      if (link !== undefined) this.drop(link.name);
      link = this.#hasRoom() ? this.#open(route, remoteId, false) : undefined;
    }
    if (link === undefined) return;
    if (data.type === 'candidate') {
      if (link.hasWonGlare) return;
    } else {
      link.hasWonGlare = false;
      this.#options.post({
        type: 'described',
        peer: link.name,
        maxMessageBytes: maxMessageBytesOf(data.sdp),
      });
    }
    link.connection.signal(data);
  }

  /** The worker has an open channel. */
  markOpen(name: string): void {
    const link = this.#links.get(name);
    if (link === undefined) return;
    link.isOpen = true;
    clearTimeout(link.timer);
  }

  /** The node takes leave: the connection ends once the channel has closed, or shortly. */
  leave(name: string, isFaulty: boolean): void {
    const link = this.#links.get(name);
    if (link === undefined) return;
    if (isFaulty) this.#avoid(link.remoteId, REDIAL_FAULTY_AFTER_MS);
    clearTimeout(link.timer);
    link.timer = setTimeout(() => this.drop(name), LEAVE_TIMEOUT_MS);
  }

  /** Ends a connection. */
  drop(name: string): void {
    const link = this.#links.get(name);
    if (link === undefined) return;
    this.#links.delete(name);
    clearTimeout(link.timer);
    if (link.isInitiator && !link.isOpen) this.#avoid(link.remoteId, REDIAL_UNREACHABLE_AFTER_MS);
    this.#options.post({ type: 'gone', peer: name });
    link.connection.destroy();
  }

  /** Ends all connections. */
  dropAll(): void {
    for (const name of [...this.#links.keys()]) this.drop(name);
  }

  #find(route: SignalRoute, remoteId: string): Link | undefined {
    for (const link of this.#links.values())
      if (link.remoteId === remoteId && link.route === route) return link;
    return undefined;
  }

  #hasRoom(): boolean {
    if (this.#links.size >= this.#options.maxPeers) return false;
    let setups = 0;
    for (const link of this.#links.values()) if (!link.isOpen) setups += 1;
    return setups < SETUPS_MAX;
  }

  #open(route: SignalRoute, remoteId: string, isInitiator: boolean): Link | undefined {
    this.#namesGiven += 1;
    const name = `${remoteId}.${this.#namesGiven}`;
    let connection: PeerConnection;
    try {
      connection = new PeerConnection({
        isInitiator,
        iceServers: route.iceServers,
        onSignal: (data) => route.send(remoteId, data, () => this.drop(name)),
        onClosed: () => this.drop(name),
      });
    } catch (error) {
      this.#avoid(remoteId, REDIAL_UNREACHABLE_AFTER_MS);
      this.#options.refused(error);
      return undefined;
    }
    const timer = setTimeout(() => this.drop(name), SETUP_TIMEOUT_MS);
    const { ownId } = route;
    const state = { isOpen: false, hasWonGlare: false, timer };
    const link = { name, route, remoteId, ownId, isInitiator, connection, ...state };
    this.#links.set(name, link);
    this.#handOver(name, connection.channel);
    return link;
  }

  /** Gives a new channel to the worker: itself where the browser can transfer it, otherwise what passes through it. */
  #handOver(peer: string, channel: RTCDataChannel): void {
    if (this.#transfersChannels) {
      try {
        this.#options.post({ type: 'channel', peer, channel }, [channel as unknown as Transferable]);
        return;
      } catch {
        this.#transfersChannels = false;
      }
    }
    const { port1, port2 } = new MessageChannel();
    relayChannel(channel, port1);
    this.#options.post({ type: 'relay', peer, port: port2 }, [port2]);
  }

  #avoid(remoteId: string, forMs: number): void {
    this.#avoidedUntil.delete(remoteId);
    this.#avoidedUntil.set(remoteId, performance.now() + forMs);
    for (const oldest of this.#avoidedUntil.keys()) {
      if (this.#avoidedUntil.size <= AVOIDED_MAX) break;
      this.#avoidedUntil.delete(oldest);
    }
  }
}

/** True while an answer to our offer can still come. */
function isOffering({ isInitiator, isOpen, ownId, route }: Link): boolean {
  return isInitiator && !isOpen && ownId === route.ownId;
}
