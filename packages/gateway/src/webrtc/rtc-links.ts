/** WebRTC as a kind of links: the links of `peering`, each with the connection that Node makes. */
import { type ConnectionOptions, leaveReasonOf, PeerLinks } from '@vision-light/peering';
import { addressGroup, addressKey, type Clock } from '@vision-light/signaling';
import type { Logger } from 'pino';
import { LINKS_MAX, PEERS_MAX } from '../limits.js';
import type { LinkEvents, LinkKind } from '../links/link-kind.js';
import { RtcLink } from './rtc-link.js';

/** What {@link RtcLinks} need from outside. */
export interface RtcLinksOptions {
  readonly clock: Clock;
  readonly log: Logger;
  /** Dials up to `count` more peers. */
  requestPeers(count: number): void;
}

/** The WebRTC links of a gateway. No peer is dialed, and no offer answered, but through {@link RtcLinks.links}. */
export class RtcLinks implements LinkKind {
  readonly name = 'webrtc';
  readonly peersMax = PEERS_MAX;
  /** What dials peers, and takes their signals. */
  readonly links: PeerLinks<RtcLink>;
  readonly #options: RtcLinksOptions;
  #events: LinkEvents | undefined;

  constructor(options: RtcLinksOptions) {
    this.#options = options;
    this.links = new PeerLinks({
      linksMax: LINKS_MAX,
      setupsMax: LINKS_MAX,
      clock: options.clock,
      connect: (connection) => this.#connect(connection),
      events: {
        described: (link, facts) => this.links.connectionOf(link)?.describe(facts),
        gone: (link, reason, phase) => {
          if (phase === 'open') this.#events?.disconnected(link, reason);
        },
        refused: (error) => options.log.warn({ error: String(error) }, 'no connection can be made'),
      },
    });
  }

  attach(events: LinkEvents): void {
    this.#events = events;
  }

  send(link: string, bytes: Uint8Array): void {
    this.links.connectionOf(link)?.send(bytes);
  }

  disconnect(link: string, code: string | undefined): void {
    this.links.leave(link, leaveReasonOf(code));
  }

  requestPeers(count: number): void {
    this.#options.requestPeers(count);
  }

  close(): Promise<void> {
    return this.links.close();
  }

  #connect(options: ConnectionOptions): RtcLink {
    const { name } = options;
    return new RtcLink(options, {
      opened: (facts, address) => {
        this.links.markOpen(name);
        const group = address === undefined ? undefined : addressGroup(addressKey(address) ?? address);
        this.#events?.connected(name, { ...facts, group });
      },
      received: (bytes) => this.#events?.received(name, bytes),
      drained: (bufferedBytes) => this.#events?.drained(name, bufferedBytes),
    });
  }
}
