import { PeerLinks, type PeerLinksOptions, type SignalRoute } from './peer-links.js';
import {
  SignalingServer,
  type SignalingServerEvents,
  type SignalingServerOptions,
} from './signaling-server.js';

/** What a {@link PeerFinder} is made of. */
export interface PeerFinderOptions extends Omit<PeerLinksOptions, 'refused'> {
  readonly servers: readonly SignalingServerOptions[];
  readonly failed: SignalingServerEvents['failed'];
}

/** Peers that are dialled on joining: what a node looks for, so that it need not ask again. */
const DIALS_ON_JOIN = 8;

/** Peers asked for beyond those wanted, since some are known already or cannot be reached. */
const SAMPLE_SURPLUS = 8;

/** Finds peers through all signaling servers and keeps the links to them. */
export class PeerFinder {
  readonly links: PeerLinks;
  readonly #servers: readonly SignalingServer[];
  /** Connections to open when a server is joined: at first a few, later what the node asks for during an outage. */
  #wanted = DIALS_ON_JOIN;
  #isFinding = false;
  #isRefused = false;

  constructor({ servers, failed: report, ...links }: PeerFinderOptions) {
    const failed: SignalingServerEvents['failed'] = (code, detail) => {
      // Once: it is the browser's doing, whichever server or peer it was met with.
      if (code === 'PEER_CONNECTION_FAILED') {
        if (this.#isRefused) return;
        this.#isRefused = true;
      }
      report(code, detail);
    };
    this.links = new PeerLinks({
      ...links,
      refused: (error) => failed('PEER_CONNECTION_FAILED', String(error)),
    });
    const events: SignalingServerEvents = {
      joined: (route, peerIds) => this.#onJoined(route, peerIds),
      signal: (route, from, data) => this.links.receive(route, from, data),
      failed,
    };
    this.#servers = servers.map((server) => new SignalingServer(server, events));
  }

  /** Dials up to `count` peers that the servers know and this node is not connected to. */
  async find(count: number): Promise<void> {
    const joined = this.#servers.filter((server) => server.isJoined);
    this.#wanted = joined.length === 0 ? count : 0;
    if (joined.length < this.#servers.length) this.nudge();
    if (this.#isFinding) return;
    this.#isFinding = true;
    let wanted = count;
    for (const server of joined) {
      if (wanted <= 0) break;
      const peerIds = await server.samplePeers(count + this.links.size + SAMPLE_SURPLUS);
      wanted -= this.#dial(server, peerIds, wanted);
    }
    this.#isFinding = false;
  }

  /** Servers out of reach are tried again now, without waiting for a timer. */
  nudge(): void {
    for (const server of this.#servers) server.nudge();
  }

  /** Takes leave of all peers and servers, as a page does that is hidden for good; `nudge` comes back. */
  leave(): void {
    this.#wanted = DIALS_ON_JOIN;
    for (const server of this.#servers) server.leave();
    this.links.dropAll();
  }

  /** Leaves the servers for good. The links stay, for last words; `links.dropAll` ends them. */
  close(): void {
    for (const server of this.#servers) server.close();
  }

  #onJoined(route: SignalRoute, peerIds: readonly string[]): void {
    // After an outage nothing more is wanted than what the node asked for: the links of before are still there, perhaps
    // under ids that the server does not know any more.
    this.#wanted -= this.#dial(route, peerIds, this.#wanted);
  }

  #dial(route: SignalRoute, peerIds: readonly string[], count: number): number {
    let dialled = 0;
    for (const peerId of peerIds) {
      if (dialled >= count) break;
      if (this.links.dial(route, peerId)) dialled += 1;
    }
    return dialled;
  }
}
