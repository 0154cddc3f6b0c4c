/**
 * Finds peers through introducers, such as signaling servers, and dials them. Decides how many peers are dialed and when
 * introducers are asked; the links decide whether a peer may be dialed.
 */
import type { Connection } from './connection.js';
import type { Introducer, IntroducerEvents, SignalRoute } from './introducer.js';
import type { PeerLinks } from './peer-links.js';

/** Peers that are dialed on joining: as many as a node looks for, so that it need not ask again. */
const DIALS_ON_JOIN = 8;

/** Peers asked for beyond those wanted, since some are known already or cannot be reached. */
const SAMPLE_SURPLUS = 8;

/** Peers that are remembered for the next dial: those of two samples. Above it the oldest are forgotten. */
const CANDIDATES_MAX = 64;

/** Finds peers through all introducers. */
export class PeerFinder<C extends Connection> {
  readonly #links: PeerLinks<C>;
  readonly #introducers: readonly Introducer[];
  /** Links to open when an introducer is joined: at first a few, later what the node asks for during an outage. */
  #wanted = DIALS_ON_JOIN;
  #isFinding = false;
  /** Peers of the newest samples that were not dialed: the next ones where a peer is full or out of reach. */
  #candidates: { readonly route: SignalRoute; readonly peerId: string }[] = [];

  /** @param makeIntroducers  makes them all; they begin to connect by themselves */
  constructor(links: PeerLinks<C>, makeIntroducers: (events: IntroducerEvents) => readonly Introducer[]) {
    this.#links = links;
    links.onDialFailed(() => this.#dialNext());
    this.#introducers = makeIntroducers({
      joined: (route, peerIds) => this.#onJoined(route, peerIds),
      signal: (route, from, data) => links.receive(route, from, data),
    });
  }

  /** Introducers that can be asked now. */
  get joined(): number {
    return this.#introducers.filter(({ isJoined }) => isJoined).length;
  }

  /** Dials up to `count` peers that introducers know and this node has no link to. */
  async find(count: number): Promise<void> {
    const joined = this.#introducers.filter(({ isJoined }) => isJoined);
    this.#wanted = joined.length === 0 ? count : 0;
    if (joined.length < this.#introducers.length) this.nudge();
    if (this.#isFinding) return;
    this.#isFinding = true;
    this.#candidates = [];
    let wanted = count;
    for (const introducer of joined) {
      if (wanted <= 0) break;
      // Peers with a link are in the room too: enough is asked for that others are among the answer.
      const peerIds = await introducer.samplePeers(count + this.#links.size + SAMPLE_SURPLUS);
      wanted -= this.#dial(introducer, peerIds, wanted);
    }
    this.#isFinding = false;
  }

  /** Introducers out of reach are tried again now, without waiting for a timer. */
  nudge(): void {
    for (const introducer of this.#introducers) introducer.nudge();
  }

  /** Leaves all peers and introducers, as a page does that is hidden for good; `nudge` comes back. */
  leave(): void {
    this.#wanted = DIALS_ON_JOIN;
    this.#candidates = [];
    for (const introducer of this.#introducers) introducer.leave();
    this.#links.dropAll('left');
  }

  /** Leaves the introducers for good. The links stay, so that what was sent can still leave. */
  close(): void {
    this.#candidates = [];
    for (const introducer of this.#introducers) introducer.close();
  }

  #onJoined(route: SignalRoute, peerIds: readonly string[]): void {
    // After an outage no more is wanted than the node asked for: the links of before are still there, perhaps under ids
    // that the introducer does not know any more.
    this.#wanted -= this.#dial(route, peerIds, this.#wanted);
  }

  #dial(route: SignalRoute, peerIds: readonly string[], count: number): number {
    let dialed = 0;
    for (const peerId of peerIds) {
      if (dialed < count && this.#links.dial(route, peerId)) dialed += 1;
      else this.#candidates.push({ route, peerId });
    }
    this.#candidates.splice(0, this.#candidates.length - CANDIDATES_MAX);
    return dialed;
  }

  /** One dial has failed, so another peer is dialed in its place. */
  #dialNext(): void {
    for (let next = this.#candidates.shift(); next !== undefined; next = this.#candidates.shift())
      if (this.#links.dial(next.route, next.peerId)) return;
  }
}
