/**
 * The links to other peers, from the first signal to the last byte. Decides which peer is dialed, which offer is
 * answered, and when an attempt is given up. The platform makes the connections ({@link Connection}) and carries the
 * bytes.
 *
 * Every node keeps a place for those who come: the last one goes only to a peer that has no other link, and is never used
 * for a peer that this node dials while it has others. An offer for which there is no place is refused at once, so that
 * its sender goes on to the next peer.
 *
 * What bounds it: `linksMax` links, of them `setupsMax` on their way; each attempt, and each ending, has a time-out; of
 * one peer one description and {@link CANDIDATES_MAX} candidates are taken.
 */
import {
  type Clock,
  type ConnectionSignal,
  type Description,
  fingerprintOf,
  maxMessageBytesOf,
  type SignalData,
} from '@vision-light/signaling';
import { AvoidedPeers, type AvoidReason } from './avoided-peers.js';
import type { Connection, ConnectionOptions } from './connection.js';
import { judgeOffer } from './glare.js';
import type { SignalRoute } from './introducer.js';
import type { DialOutcome } from './introducer-standing.js';
import { hasPlace, linksThrough, type PlaceLimits } from './places.js';

/** What {@link PeerLinks} need from outside. */
export interface PeerLinksOptions<C extends Connection> extends PlaceLimits {
  readonly clock: Clock;
  /** Makes a connection. @throws if the platform refuses to */
  readonly connect: (options: ConnectionOptions) => C;
  readonly events: PeerLinksEvents<C>;
}

/** What {@link PeerLinks} report. `name` names one link, not one peer: a second link to a peer has another name. */
export interface PeerLinksEvents<C> {
  /** A link has begun. Called in the task in which the connection was made. */
  made?(name: string, connection: C): void;
  /** Both session descriptions are known. Comes once, before the channel is open. */
  described(name: string, facts: LinkFacts): void;
  /** Last event of a link, whoever ended it; `phase` says how far it had come. */
  gone(name: string, reason: string, phase: LinkPhase): void;
  /** The platform refuses connections. Called for each one. */
  refused(error: unknown): void;
}

/** Whoever decides which peers are dialed. */
export interface LinksOwner {
  /** Introducers that have places of their own. */
  readonly kept: readonly SignalRoute[];
  /** What became of a peer that was dialed. */
  dialEnded(route: SignalRoute, outcome: DialOutcome): void;
  /** A link has ended that had been open. */
  linkGone(): void;
}

/**
 * Why the node disconnects a peer that is not to be dialed for a while: it broke a rule, or there is another link to it.
 */
export type LeaveReason = 'faulty' | 'known';

/** The reason that follows from the core's fault code; undefined if the peer may be dialed again at once. */
export function leaveReasonOf(code: string | undefined): LeaveReason | undefined {
  if (code === undefined) return undefined;
  return code === 'PEER_DUPLICATE' ? 'known' : 'faulty';
}

const noOwner: LinksOwner = { kept: [], dialEnded: () => {}, linkGone: () => {} };

/** Who made a link, and what its two session descriptions say. */
export interface LinkFacts {
  /** True if this side dialed the other one; false if the other one came. */
  readonly isChosen: boolean;
  /** The largest message that the other side takes, in bytes. */
  readonly maxMessageBytes: number;
  /** Between which ends the link is. */
  readonly channel: {
    /** SHA-256 of the certificate of this side, 32 bytes. */
    readonly localFingerprint: Uint8Array;
    /** SHA-256 of the certificate that the other side must have, 32 bytes: whoever introduced the two has passed it on. */
    readonly remoteFingerprint: Uint8Array;
    /** Who introduced them. */
    readonly introducer: string;
  };
}

/** `setup`: no open channel yet; `leaving`: the node has disconnected. */
export type LinkPhase = 'setup' | 'open' | 'leaving';

/**
 * Milliseconds from the first signal to the open channel: TURN over a bad mobile link takes 10 s. Afterwards the attempt
 * is given up.
 */
const SETUP_TIMEOUT_MS = 20_000;

/** Milliseconds that what was sent before a disconnect has to leave. Arbitrary. Afterwards it is dropped. */
const LEAVE_TIMEOUT_MS = 2000;

/** Candidates that are taken of the other side; more are ignored. A host with many interfaces has about 20. */
const CANDIDATES_MAX = 64;

/** Why a link is gone that this node itself has given up. */
export const LEFT = 'left';

/** The session descriptions of a link, as far as they are known. */
interface Descriptions {
  own?: string;
  remote?: string;
}

interface Link<C> {
  readonly name: string;
  readonly route: SignalRoute;
  /** The other side's id on the server of `route`. */
  readonly remoteId: string;
  /** Our id there when the link was begun. What is answered goes to it. */
  readonly ownId: string;
  readonly isInitiator: boolean;
  readonly connection: C;
  readonly descriptions: Descriptions;
  phase: LinkPhase;
  /** The other side's description has been taken. */
  isDescribed: boolean;
  candidates: number;
  /** The other side's offer crossed ours and lost: its candidates, up to its answer, belong to that offer. */
  hasWonGlare: boolean;
  cancelTimer: () => void;
}

/** All links of a node. */
export class PeerLinks<C extends Connection> {
  readonly #options: PeerLinksOptions<C>;
  readonly #links = new Map<string, Link<C>>();
  readonly #avoided = new AvoidedPeers();
  #namesGiven = 0;
  #isClosed = false;
  #whenEmpty: () => void = () => {};
  #owner = noOwner;

  constructor(options: PeerLinksOptions<C>) {
    this.#options = options;
  }

  /** Links, those that are being set up and those that are ending included. */
  get size(): number {
    return this.#links.size;
  }

  /** Links that have no open channel yet. */
  get setups(): number {
    let setups = 0;
    for (const { phase } of this.#links.values()) if (phase === 'setup') setups += 1;
    return setups;
  }

  /** The connection of a link; undefined once it is gone. */
  connectionOf(name: string): C | undefined {
    return this.#links.get(name)?.connection;
  }

  /** Links through one introducer. */
  through(route: SignalRoute): number {
    return linksThrough(this.#links.values(), route);
  }

  /** Names who decides about dials. */
  attach(owner: LinksOwner): void {
    this.#owner = owner;
  }

  /**
   * Offers a link to a peer, unless there is one, the peer is avoided for now, or the limits are reached.
   *
   * @returns whether it did
   */
  dial(route: SignalRoute, remoteId: string): boolean {
    if (this.#avoided.has(route, remoteId, this.#options.clock.now())) return false;
    if (this.#find(route, remoteId) !== undefined || !this.#hasRoom(route, this.#isAlone)) return false;
    return this.#open(route, remoteId, true) !== undefined;
  }

  /** Takes a signal of a peer. What does not fit the state of the link is ignored. */
  receive(route: SignalRoute, remoteId: string, data: SignalData): void {
    const link = this.#find(route, remoteId);
    if (data.type === 'offer') this.#takeOffer(route, remoteId, data, link);
    else if (link === undefined) return;
    else if (data.type === 'answer') this.#takeAnswer(link, data);
    else if (data.type === 'candidate') this.#takeCandidate(link, data);
    else this.#takeRefusal(link);
  }

  /** The channel of a link is open. */
  markOpen(name: string): void {
    const link = this.#links.get(name);
    if (link?.phase !== 'setup') return;
    link.phase = 'open';
    link.cancelTimer();
    if (link.isInitiator) this.#owner.dialEnded(link.route, 'opened');
  }

  /**
   * The node disconnects: the link ends once what was sent has left, or after {@link LEAVE_TIMEOUT_MS}.
   *
   * @param reason  why it is not to be dialed again for a while
   */
  leave(name: string, reason: LeaveReason | undefined): void {
    const link = this.#links.get(name);
    if (link === undefined) return;
    if (reason !== undefined) this.#avoid(link.route, link.remoteId, reason);
    if (link.phase === 'setup') {
      this.drop(name, LEFT);
      return;
    }
    if (link.phase === 'leaving') return;
    link.phase = 'leaving';
    link.cancelTimer = this.#options.clock.setTimer(LEAVE_TIMEOUT_MS, () => this.drop(name, 'timed out'));
    link.connection.end();
  }

  /** Ends a link at once. */
  drop(name: string, reason: string): void {
    const link = this.#links.get(name);
    if (link !== undefined) this.#end(link, reason, 'unreachable');
  }

  /** @param why  what a dial that comes to nothing says of the peer; undefined if this node gave it up */
  #end(link: Link<C>, reason: string, why: 'unreachable' | 'full' | undefined): void {
    const failure = link.isInitiator && link.phase === 'setup' ? why : undefined;
    this.#links.delete(link.name);
    link.cancelTimer();
    if (failure !== undefined) this.#avoid(link.route, link.remoteId, failure);
    link.route.ended?.(link.remoteId);
    this.#options.events.gone(link.name, reason, link.phase);
    link.connection.destroy();
    if (this.#links.size === 0) this.#whenEmpty();
    if (failure !== undefined) this.#owner.dialEnded(link.route, failure);
    else if (link.phase !== 'setup') this.#owner.linkGone();
  }

  #avoid(route: SignalRoute, remoteId: string, reason: AvoidReason): void {
    this.#avoided.add(route, remoteId, reason, this.#options.clock.now());
  }

  /** Ends all links at once. */
  dropAll(reason: string): void {
    for (const link of [...this.#links.values()]) this.#end(link, reason, undefined);
  }

  /** Leaves all peers and opens no new link. Resolves when all links are gone. */
  async close(): Promise<void> {
    this.#isClosed = true;
    const empty = new Promise<void>((resolve) => {
      this.#whenEmpty = resolve;
    });
    for (const name of [...this.#links.keys()]) this.leave(name, undefined);
    if (this.#links.size > 0) await empty;
  }

  #takeOffer(route: SignalRoute, remoteId: string, offer: Description, link: Link<C> | undefined): void {
    if (link !== undefined && route.namesAttempts === true) return;
    const own = link && { isOffering: link.isInitiator && link.phase === 'setup', ownId: link.ownId };
    if (link !== undefined && judgeOffer(own, route.ownId, remoteId) === 'passOver') {
      link.hasWonGlare = true;
      return;
    }
    if (link !== undefined) this.drop(link.name, 'replaced');
    if (!this.#hasRoom(route, offer.isFirst === true)) {
      route.send(remoteId, { type: 'full' }, () => {});
      return;
    }
    const answering = this.#open(route, remoteId, false);
    if (answering !== undefined) this.#describe(answering, offer);
  }

  #takeAnswer(link: Link<C>, answer: Description): void {
    if (!link.isInitiator || link.isDescribed) return;
    link.hasWonGlare = false;
    this.#describe(link, answer);
  }

  #takeRefusal(link: Link<C>): void {
    const isOffered = link.isInitiator && link.phase === 'setup' && !link.isDescribed;
    if (isOffered) this.#end(link, 'the peer is full', 'full');
  }

  #takeCandidate(link: Link<C>, candidate: ConnectionSignal): void {
    if (link.hasWonGlare || link.candidates >= CANDIDATES_MAX) return;
    link.candidates += 1;
    try {
      link.connection.signal(candidate);
    } catch {
      // This platform cannot read the candidate. Others of the same peer may do.
    }
  }

  #describe(link: Link<C>, description: Description): void {
    link.isDescribed = true;
    link.descriptions.remote = description.sdp;
    this.#noteDescription(link.name, link.descriptions, link.route, link.isInitiator);
    if (this.#links.get(link.name) !== link) return;
    try {
      link.connection.signal(description);
    } catch (error) {
      this.drop(link.name, String(error));
    }
  }

  /** Which ends the two see is proven later by those who use the link. Without a certificate there is nothing to prove. */
  #noteDescription(
    name: string,
    { own, remote }: Descriptions,
    { url }: SignalRoute,
    isChosen: boolean,
  ): void {
    if (own === undefined || remote === undefined) return;
    const localFingerprint = fingerprintOf(own);
    const remoteFingerprint = fingerprintOf(remote);
    if (localFingerprint === undefined || remoteFingerprint === undefined) {
      this.drop(name, 'a certificate is not named by its SHA-256');
      return;
    }
    const channel = { localFingerprint, remoteFingerprint, introducer: url };
    const maxMessageBytes = maxMessageBytesOf(remote);
    this.#options.events.described(name, { isChosen, maxMessageBytes, channel });
  }

  #find(route: SignalRoute, remoteId: string): Link<C> | undefined {
    for (const link of this.#links.values())
      if (link.remoteId === remoteId && link.route === route) return link;
    return undefined;
  }

  /** There is no link but those that wait for a person. */
  get #isAlone(): boolean {
    for (const { phase, route } of this.#links.values())
      if (phase !== 'setup' || route.setupTimeoutMs === undefined) return false;
    return true;
  }

  /** @param isFirst  the link would be the only one of the side that offers it */
  #hasRoom(route: SignalRoute, isFirst: boolean): boolean {
    return (
      !this.#isClosed && hasPlace(this.#options, [...this.#links.values()], route, isFirst, this.#owner.kept)
    );
  }

  #open(route: SignalRoute, remoteId: string, isInitiator: boolean): Link<C> | undefined {
    const { clock, connect, events } = this.#options;
    this.#namesGiven += 1;
    const name = `${remoteId}.${this.#namesGiven}`;
    const isFirst = this.#isAlone;
    const descriptions: Descriptions = {};
    let connection: C;
    try {
      connection = connect({
        name,
        isInitiator,
        iceServers: route.iceServers,
        sendsWhole: route.sendsWhole ?? false,
        onSignal: (data) => {
          if (data.type !== 'candidate') {
            descriptions.own = data.sdp;
            this.#noteDescription(name, descriptions, route, isInitiator);
          }
          const signal: SignalData = data.type === 'offer' && isFirst ? { ...data, isFirst } : data;
          route.send(remoteId, signal, () => this.drop(name, 'no such peer'));
        },
        onClosed: (reason) => this.drop(name, reason),
      });
    } catch (error) {
      this.#avoid(route, remoteId, 'unreachable');
      route.ended?.(remoteId);
      events.refused(error);
      return undefined;
    }
    const link: Link<C> = {
      name,
      route,
      remoteId,
      ownId: route.ownId,
      isInitiator,
      connection,
      descriptions,
      phase: 'setup',
      isDescribed: false,
      candidates: 0,
      hasWonGlare: false,
      cancelTimer: clock.setTimer(route.setupTimeoutMs ?? SETUP_TIMEOUT_MS, () =>
        this.drop(name, 'timed out'),
      ),
    };
    this.#links.set(name, link);
    events.made?.(name, connection);
    return link;
  }
}
