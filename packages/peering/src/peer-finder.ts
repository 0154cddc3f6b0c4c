/**
 * Finds peers through introducers, such as signaling servers, and dials them. Decides how many peers are dialed, and when
 * which introducer is asked; the links decide whether a peer may be dialed.
 *
 * Any introducer may lie, and one that does names peers of its own, which can all be reached. So where there are several,
 * no one decides alone whom the node knows: each gets an equal share of what is dialed, and the node keeps
 * two links through each of them (`places.ts`). What an introducer leaves of its share goes to the others, to those
 * first through which there are the fewest links. One that is slow, or whose peers are not there, is asked less often.
 *
 * Memory: {@link CANDIDATES_MAX} peers of each introducer.
 */
import type { Clock } from '@vision-light/signaling';
import type { Connection } from './connection.js';
import type { Introducer, IntroducerEvents, SignalRoute } from './introducer.js';
import { type DialOutcome, IntroducerStanding } from './introducer-standing.js';
import { LEFT, type LinksOwner, type PeerLinks } from './peer-links.js';
import { placesOf } from './places.js';

/** Peers that are dialed on joining: as many as a node looks for, so that it need not ask again. */
const DIALS_ON_JOIN = 8;

/** Peers asked for beyond those wanted, since some are known already or cannot be reached. */
const SAMPLE_SURPLUS = 8;

/** Peers of one introducer that are remembered for the next dial: those of a sample. */
const CANDIDATES_MAX = 32;

/** Milliseconds that what is left to an introducer waits for it; afterwards others have it. A join takes half a second. */
const SHARE_WAIT_MS = 2000;

/**
 * Milliseconds until an introducer is asked again through which there are too few links, the first time and at most; they
 * double while nobody new is named. A room may have no more members.
 */
const UPKEEP_MS = 30_000;
const UPKEEP_MAX_MS = 600_000;

/** What is known of one introducer. */
interface Known {
  readonly introducer: Introducer;
  readonly standing: IntroducerStanding;
  /** Peers of the newest sample that were not dialed: the next ones where a peer is full or out of reach. */
  candidates: string[];
  isAsked: boolean;
}

/** Finds peers through all introducers. */
export class PeerFinder<C extends Connection> implements LinksOwner {
  readonly #links: PeerLinks<C>;
  readonly #clock: Clock;
  readonly #known: readonly Known[];
  /** Links to open: at first a few, later what the node asks for. */
  #wanted = DIALS_ON_JOIN;
  #cancelShareWait: () => void = () => {};
  #cancelUpkeep: (() => void) | undefined;
  #upkeepMs = UPKEEP_MS;
  #isClosed = false;

  /** @param makeIntroducers  makes them all; they begin to connect by themselves */
  constructor(
    links: PeerLinks<C>,
    clock: Clock,
    makeIntroducers: (events: IntroducerEvents) => readonly Introducer[],
  ) {
    this.#links = links;
    this.#clock = clock;
    const introducers = makeIntroducers({
      joined: (route, peerIds) => this.#onJoined(route, peerIds),
      signal: (route, from, data) => links.receive(route, from, data),
    });
    this.#known = introducers.map((introducer) => ({
      introducer,
      standing: new IntroducerStanding(),
      candidates: [],
      isAsked: false,
    }));
    const kept = introducers.filter(({ keepsPlaces }) => keepsPlaces);
    this.kept = introducers.length < 2 ? [] : kept;
    links.attach(this);
  }

  /** Introducers that can be asked now. */
  get joined(): number {
    return this.#joined.length;
  }

  /** Dials up to `count` peers that introducers know and this node has no link to. Resolves when all have answered. */
  async find(count: number): Promise<void> {
    this.#wanted = count;
    if (this.#isAnyAway) this.nudge();
    const free = this.#joined.filter(({ isAsked }) => !isAsked);
    const due = free.filter(({ standing }) => standing.takesTurn());
    const asked = due.length > 0 ? due : free;
    const share = Math.ceil(count / asked.length);
    this.#shareWait();
    await Promise.all(asked.map((known) => this.#ask(known, count, () => Math.min(share, this.#wanted))));
    if (asked.length > 0) this.#fill();
  }

  /** Introducers out of reach are tried again now, without waiting for a timer. */
  nudge(): void {
    for (const { introducer } of this.#known) introducer.nudge();
  }

  /** Leaves all peers and introducers, as a page does that is hidden for good; `nudge` comes back. */
  leave(): void {
    this.#forget();
    this.#wanted = DIALS_ON_JOIN;
    for (const { introducer } of this.#known) introducer.leave();
    this.#links.dropAll(LEFT);
  }

  /** Leaves the introducers for good. The links stay, so that what was sent can still leave. */
  close(): void {
    this.#isClosed = true;
    this.#forget();
    for (const { introducer } of this.#known) introducer.close();
  }

  /**
   * Introducers that have places of their own, also while they are away: those who have filled a node up before an honest
   * server comes back would not go. A server alone has them where peers introduce, too; the only introducer needs none.
   */
  readonly kept: readonly SignalRoute[];

  dialEnded(route: SignalRoute, outcome: DialOutcome): void {
    this.#find(route)?.standing.dialEnded(outcome);
    if (outcome === 'opened' || this.#isClosed) return;
    this.#wanted += 1;
    this.#fill();
  }

  linkGone(): void {
    this.#upkeepLater();
  }

  get #joined(): readonly Known[] {
    return this.#known.filter(({ introducer }) => introducer.isJoined);
  }

  /** Whether one cannot be asked now of those that can be asked at all. */
  get #isAnyAway(): boolean {
    return this.#known.some(({ introducer }) => introducer.keepsPlaces && !introducer.isJoined);
  }

  #find(route: SignalRoute): Known | undefined {
    return this.#known.find(({ introducer }) => introducer === route);
  }

  #onJoined(route: SignalRoute, peerIds: readonly string[]): void {
    const known = this.#find(route);
    if (known === undefined) return;
    // After an outage no more is wanted than the node asked for: the links of before are still there, perhaps under ids
    // that the introducer does not know any more.
    const share = Math.ceil(this.#wanted / Math.max(1, this.kept.length));
    this.#take(known, peerIds, Math.max(share, this.#missing(known)));
    if (this.#isAnyAway) this.#shareWait();
    else this.#fill();
    if (!known.introducer.keepsPlaces) return;
    this.#upkeepMs = UPKEEP_MS;
    this.#upkeepLater();
  }

  /** @param share  how many of its peers are dialed, once it has answered */
  async #ask(known: Known, count: number, share: () => number): Promise<number> {
    const askedAt = this.#clock.now();
    known.isAsked = true;
    // Peers with a link are in the room too: enough is asked for that others are among the answer.
    const peerIds = await known.introducer.samplePeers(count + this.#links.size + SAMPLE_SURPLUS);
    known.isAsked = false;
    known.standing.answered(this.#clock.now() - askedAt);
    return this.#isClosed ? 0 : this.#take(known, peerIds, share());
  }

  /** @returns how many were dialed */
  #take(known: Known, peerIds: readonly string[], count: number): number {
    const rest: string[] = [];
    let dialed = 0;
    for (const peerId of peerIds) {
      if (dialed < count && this.#links.dial(known.introducer, peerId)) dialed += 1;
      else rest.push(peerId);
    }
    known.candidates = rest.slice(0, CANDIDATES_MAX);
    this.#wanted = Math.max(0, this.#wanted - dialed);
    return dialed;
  }

  /** Dials what is still wanted: those first whose introducer serves well, and through whom there are the fewest links. */
  #fill(): void {
    while (this.#wanted > 0) {
      const [next] = this.#known
        .filter(({ candidates }) => candidates.length > 0)
        .toSorted(
          (a, b) =>
            Number(a.standing.isPoor) - Number(b.standing.isPoor) || this.#through(a) - this.#through(b),
        );
      const peerId = next?.candidates.shift();
      if (next === undefined || peerId === undefined) return;
      if (this.#links.dial(next.introducer, peerId)) this.#wanted -= 1;
    }
  }

  #through({ introducer }: Known): number {
    return this.#links.through(introducer);
  }

  #shareWait(): void {
    this.#cancelShareWait();
    this.#cancelShareWait = this.#clock.setTimer(SHARE_WAIT_MS, () => this.#fill());
  }

  /** Links that an introducer lacks of those that are kept for it. */
  #missing(known: Known): number {
    if (!known.introducer.isJoined || !this.kept.includes(known.introducer)) return 0;
    return Math.max(0, placesOf(known.introducer) - this.#through(known));
  }

  #upkeepLater(): void {
    const isDue = this.#known.some((known) => this.#missing(known) > 0);
    if (this.#isClosed || this.#cancelUpkeep !== undefined || !isDue) return;
    this.#cancelUpkeep = this.#clock.setTimer(this.#upkeepMs, () => {
      this.#cancelUpkeep = undefined;
      void this.#upkeep();
    });
  }

  async #upkeep(): Promise<void> {
    const due = this.#known.filter((known) => this.#missing(known) > 0 && !known.isAsked);
    const dialed = await Promise.all(
      due.map((known) => this.#ask(known, this.#missing(known), () => this.#missing(known))),
    );
    const isFruitless = dialed.every((count) => count === 0);
    this.#upkeepMs = isFruitless ? Math.min(2 * this.#upkeepMs, UPKEEP_MAX_MS) : UPKEEP_MS;
    this.#upkeepLater();
  }

  #forget(): void {
    this.#cancelShareWait();
    this.#cancelUpkeep?.();
    this.#cancelUpkeep = undefined;
    for (const known of this.#known) known.candidates = [];
  }
}
