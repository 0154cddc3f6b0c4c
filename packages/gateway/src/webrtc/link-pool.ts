/** All links of this gateway: who dials whom, how many there are, and which of two that cross survives. */
import { LINKS_MAX } from '../limits.js';
import { Link } from './link.js';
import { decodeLinkSignal, type IceServer, type LinkSignal } from './link-signal.js';

/** How to reach a peer through the signaling server on which it was met. */
export interface LinkRoute {
  /** Our id on that server. */
  readonly selfId: string;
  /** The peer's id on that server. */
  readonly remoteId: string;
  readonly iceServers: readonly IceServer[];
  /** Passes a signal on. `refused` is called if the server says that there is no such peer. */
  send(signal: LinkSignal, refused: () => void): void;
}

/** What a pool tells its owner. A peer is named by the key under which it was dialed or heard. */
export interface LinkPoolEvents {
  connected(key: string, maxMessageBytes: number): void;
  received(key: string, bytes: Uint8Array): void;
  drained(key: string, bufferedBytes: number): void;
  /** Only for peers that were connected, and only if not `end` was called for them. */
  disconnected(key: string, reason: string): void;
}

interface Entry {
  readonly link: Link;
  readonly route: LinkRoute;
  /** The other side's offer crossed ours and lost: its candidates, up to its answer, belong to that offer. */
  isPassingOverOffer: boolean;
}

/** Links by the key of their peer. At {@link LINKS_MAX} nobody is dialed and offers are not answered. */
export class LinkPool {
  readonly #events: LinkPoolEvents;
  readonly #entries = new Map<string, Entry>();
  /** Every link that is not wholly gone, those that are ending included. */
  readonly #links = new Set<Link>();
  #isClosed = false;
  #whenEmpty: (() => void) | undefined;

  constructor(events: LinkPoolEvents) {
    this.#events = events;
  }

  /** Links that are not wholly gone. */
  get size(): number {
    return this.#links.size;
  }

  /** Peers that are connected or on their way. */
  get peers(): number {
    return this.#entries.size;
  }

  /** Peers that are on their way. */
  get pending(): number {
    let count = 0;
    for (const { link } of this.#entries.values()) if (!link.isOpen) count++;
    return count;
  }

  has(key: string): boolean {
    return this.#entries.has(key);
  }

  /** Offers a link to a peer, unless there is one or no room for one. */
  dial(key: string, route: LinkRoute): void {
    if (this.#entries.has(key)) return;
    this.#open(key, route, true);
  }

  /** Takes what came for us through a signaling server. What fits nowhere is ignored. */
  signal(key: string, route: LinkRoute, data: unknown): void {
    const signal = decodeLinkSignal(data);
    if (signal === undefined) return;
    const entry = this.#entries.get(key);
    if (signal.type === 'offer') this.#takeOffer(key, route, signal, entry);
    else if (entry !== undefined) takeReply(entry, signal);
  }

  send(key: string, bytes: Uint8Array): void {
    this.#entries.get(key)?.link.send(bytes);
  }

  /** Closes a link once what was sent has left. The peer is forgotten at once. */
  end(key: string): void {
    const entry = this.#entries.get(key);
    this.#entries.delete(key);
    entry?.link.end();
  }

  /** Ends every link; resolves when all are gone. No new ones are opened. */
  async close(): Promise<void> {
    this.#isClosed = true;
    for (const key of [...this.#entries.keys()]) this.end(key);
    if (this.#links.size === 0) return;
    await new Promise<void>((resolve) => {
      this.#whenEmpty = resolve;
    });
  }

  /**
   * When both dial at once, the link whose offerer has the lower id survives, on both sides. An offer of a peer to
   * which there is a link otherwise means that the peer has lost it, or that we have another id since we offered: then
   * no answer to our offer can come any more.
   */
  #takeOffer(key: string, route: LinkRoute, signal: LinkSignal, entry: Entry | undefined): void {
    if (entry !== undefined) {
      const { selfId, remoteId } = entry.route;
      const isCrossing = entry.link.isOfferer && !entry.link.isOpen && selfId === route.selfId;
      if (isCrossing && selfId < remoteId) {
        entry.isPassingOverOffer = true;
        return;
      }
      this.#drop(key, entry, 'replaced');
    }
    this.#open(key, route, false)?.signal(signal);
  }

  #open(key: string, route: LinkRoute, isOfferer: boolean): Link | undefined {
    if (this.#isClosed || this.#links.size >= LINKS_MAX) return undefined;
    const isCurrent = () => this.#entries.get(key)?.link === link;
    const link: Link = new Link(isOfferer, route.iceServers, {
      signal: (signal) => route.send(signal, () => link.destroy('no such peer')),
      open: (maxMessageBytes) => {
        if (isCurrent()) this.#events.connected(key, maxMessageBytes);
      },
      message: (bytes) => {
        if (isCurrent()) this.#events.received(key, bytes);
      },
      drained: (bufferedBytes) => {
        if (isCurrent()) this.#events.drained(key, bufferedBytes);
      },
      closed: (reason, wasOpen) => {
        this.#links.delete(link);
        if (isCurrent()) {
          this.#entries.delete(key);
          if (wasOpen) this.#events.disconnected(key, reason);
        }
        if (this.#links.size === 0) this.#whenEmpty?.();
      },
    });
    this.#links.add(link);
    this.#entries.set(key, { link, route, isPassingOverOffer: false });
    return link;
  }

  #drop(key: string, { link }: Entry, reason: string): void {
    this.#entries.delete(key);
    if (link.isOpen) this.#events.disconnected(key, reason);
    link.destroy(reason);
  }
}

function takeReply(entry: Entry, signal: LinkSignal): void {
  if (signal.type === 'answer') entry.isPassingOverOffer = false;
  else if (entry.isPassingOverOffer) return;
  entry.link.signal(signal);
}
