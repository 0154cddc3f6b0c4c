/**
 * A peer's connection to one WebTorrent tracker, used as an introducer: it announces itself in the swarm of its network,
 * announces again whenever the connection was lost, and passes offers and answers on. Nothing at the tracker is ours: the
 * swarm is open to everyone, and whoever is met there has to prove what it is on the channel.
 *
 * A tracker knows no names of peers that could be asked for. It hands each offer to some peer of the swarm. So the ids
 * that {@link TrackerClient.samplePeers} gives are names of offers yet to be made, and a peer that has offered is named by
 * its id and that of its offer. A refusal (`full`) has no place in the protocol and is not sent; such a set-up times out.
 *
 * Whoever is met already would be met again and again in a small swarm. So the client notes which peer is behind a link, until
 * it hears that the link has ended: only others are answered, and none is offered to while the tracker counts no others.
 *
 * What bounds it: one socket and its three timers; offers of one round; a note for each link; of the tracker so many frames,
 * of them so many offers a second as {@link FRAMES} and {@link OFFERS} say, each of `FRAME_CHARS_MAX` at most. What is above a
 * rate is not read.
 */
import type { Clock } from '../clock.js';
import type { IceServer } from '../ice-server.js';
import { ANSWER_TIMEOUT_MS, ServerContact, type SignalingFault } from '../server-contact.js';
import type { Description, SignalData } from '../signal-data.js';
import { trackerSocketUrl } from '../tracker-address.js';
import { newId } from './new-id.js';
import { OFFERS_MAX, OfferRounds } from './offer-rounds.js';
import { RateLimit } from './rate-limit.js';
import {
  decodeTrackerMessage,
  infoHashOf,
  nameOf,
  placeOf,
  type TrackerMessage,
} from './tracker-messages.js';

/** What a {@link TrackerSocket} reports, until it is closed. */
export interface TrackerSocketEvents {
  opened(): void;
  /** A frame has come: text, unless the tracker is no tracker. */
  received(frame: unknown): void;
  /** The connection is gone, or never came about. */
  closed(reason: string): void;
}

/** The platform's WebSocket. */
export interface TrackerSocket {
  send(text: string): void;
  close(): void;
}

/** Opens a WebSocket. @throws if the platform refuses the address */
export type OpenTrackerSocket = (url: string, events: TrackerSocketEvents) => TrackerSocket;

/** Which swarm to join, and where. */
export interface TrackerClientOptions {
  /** Address of the tracker, ws(s), with `#tracker` after it. */
  readonly url: string;
  /** 64 hex digits: of them follows the swarm. */
  readonly networkId: string;
  /** A tracker names none. */
  readonly iceServers?: readonly IceServer[] | undefined;
  readonly clock: Clock;
  readonly openSocket: OpenTrackerSocket;
}

/** What a {@link TrackerClient} reports. */
export interface TrackerClientEvents {
  /** Announced, for the first time or again, with names of offers that may be made now. */
  joined(client: TrackerClient, names: readonly string[]): void;
  /** A peer has offered, or has answered an offer of ours. */
  signal(client: TrackerClient, from: string, data: SignalData): void;
  /** The tracker cannot be used. An outage is reported once until the client has joined again. */
  failed(fault: SignalingFault, detail: string): void;
}

/** Milliseconds in which the offers of one moment are gathered, so that they leave as one announce. Arbitrary. */
const BATCH_MS = 250;

/** Milliseconds between two announces that are there to stay in the swarm: what the tracker wants, within these bounds. */
const INTERVAL_MIN_MS = 30_000;
const INTERVAL_MAX_MS = 600_000;

/** Frames that are read at once and a second. A busy tracker sends a few a second. */
const FRAMES = [200, 20] as const;

/** Offers of others that are taken at once and a second: each makes a connection. */
const OFFERS = [16, 2] as const;

interface NamedOffer {
  readonly offerId: string;
  readonly description: Description;
}

/** One tracker, to which the client stays connected until it is told to leave. */
export class TrackerClient {
  readonly url: string;
  readonly sendsWhole = true;
  readonly namesAttempts = true;
  /** It knows peers by itself. */
  readonly keepsPlaces = true;
  readonly iceServers: readonly IceServer[];
  readonly #options: TrackerClientOptions;
  readonly #events: TrackerClientEvents;
  readonly #infoHash: string;
  readonly #contact: ServerContact;
  readonly #frames = new RateLimit(...FRAMES);
  readonly #offers = new RateLimit(...OFFERS);
  #socket: TrackerSocket | undefined;
  #isJoined = false;
  #isClosed = false;
  #ownId = '';
  #intervalMs = INTERVAL_MIN_MS;
  /** Until the next announce of a client that has nobody to offer to: it doubles, up to the interval. */
  #idleMs = INTERVAL_MIN_MS;
  /** Other peers in the swarm, as the tracker said last. */
  #others = OFFERS_MAX;
  readonly #rounds = new OfferRounds();
  /** Who is behind a link, by the link's name. */
  readonly #met = new Map<string, string>();
  #batch: NamedOffer[] = [];
  #cancelBatch: () => void = () => {};
  #cancelAnnounce: () => void = () => {};
  #cancelDeadline: () => void = () => {};

  /** Begins to connect. */
  constructor(options: TrackerClientOptions, events: TrackerClientEvents) {
    this.url = options.url;
    this.iceServers = options.iceServers ?? [];
    this.#options = options;
    this.#events = events;
    this.#infoHash = infoHashOf(options.networkId);
    this.#contact = new ServerContact(options.url, options.clock, (...fault) => events.failed(...fault));
    this.#connect();
  }

  /** Our id in the swarm: a new one for each connection. */
  get ownId(): string {
    return this.#ownId;
  }

  /** Whether offers can be made now. */
  get isJoined(): boolean {
    return this.#isJoined;
  }

  /**
   * Makes the offer of a name, or answers an offer. Nothing else can be sent through a tracker.
   *
   * @param refused  called if the name is one of an earlier round, and if whoever answers has a link already
   */
  send(to: string, data: SignalData, refused: () => void): void {
    if (data.type === 'full') this.ended(to);
    if (!this.#isJoined) return;
    if (data.type === 'answer') this.#answer(to, data);
    if (data.type !== 'offer') return;
    if (this.#rounds.offer(to, refused)) this.#offer(to, data);
    else refused();
  }

  /** A link has ended, so whoever was behind it may be met again. */
  ended(name: string): void {
    this.#met.delete(name);
    // Who answers from now on answers nobody.
    this.#rounds.answer(name);
  }

  /** @returns names for offers to peers that the tracker chooses; none if the last round was a moment ago */
  samplePeers(count: number): Promise<readonly string[]> {
    return Promise.resolve(this.#beginRound(count));
  }

  /** Tries to connect now, if the last attempt was a while ago and the tracker did not refuse this client. */
  nudge(): void {
    if (!this.#isClosed && this.#contact.mayTry) this.#connect();
  }

  /** Leaves the swarm. `nudge` comes back. */
  leave(): void {
    this.#disconnect();
    this.#contact.noteLeft();
  }

  /** Leaves the swarm for good. */
  close(): void {
    this.#isClosed = true;
    this.leave();
  }

  #beginRound(count: number): readonly string[] {
    if (!this.#isJoined || !this.#isAnyoneUnmet) return [];
    // No fewer for those that are met: the tracker does not know them, and would hand them what the others are to have.
    return this.#rounds.begin(Math.min(count, this.#others), this.#options.clock.now(), this.#intervalMs);
  }

  get #isAnyoneUnmet(): boolean {
    return this.#others > this.#met.size;
  }

  #connect(): void {
    if (this.#socket !== undefined) return;
    this.#contact.noteAttempt();
    this.#ownId = newId();
    let socket: TrackerSocket | undefined;
    const isCurrent = (): boolean => socket !== undefined && socket === this.#socket;
    const url = trackerSocketUrl(this.url) ?? this.url;
    try {
      socket = this.#options.openSocket(url, {
        opened: () => {
          if (isCurrent()) this.#announce({ event: 'started' });
        },
        received: (frame) => {
          if (isCurrent()) this.#receive(frame);
        },
        closed: (reason) => {
          if (isCurrent()) this.#lose(reason);
        },
      });
    } catch (error) {
      this.#lose(String(error));
      return;
    }
    this.#socket = socket;
    this.#expectAnswer();
  }

  /** The connection is gone: tries again after a pause that grows. */
  #lose(reason: string): void {
    this.#disconnect();
    this.#contact.retryAfter(this.#contact.choosePause(), () => this.#connect());
    this.#contact.reportOutage('SIGNAL_UNREACHABLE', reason);
  }

  /** The tracker wants nothing of us, or does not know its own protocol. */
  #giveUp(fault: SignalingFault, detail: string): void {
    this.#disconnect();
    this.#contact.pause(() => this.#connect());
    this.#contact.reportOutage(fault, detail);
  }

  #disconnect(): void {
    const socket = this.#socket;
    this.#socket = undefined;
    this.#isJoined = false;
    this.#batch = [];
    this.#cancelBatch();
    this.#cancelAnnounce();
    this.#cancelDeadline();
    socket?.close();
  }

  #receive(frame: unknown): void {
    if (!this.#frames.take(this.#options.clock.now())) return;
    const message = decodeTrackerMessage(frame, this.#infoHash);
    if (message === undefined) this.#giveUp('SIGNAL_MALFORMED', 'a frame that cannot be read');
    else if (message.kind === 'refused') this.#giveUp('SIGNAL_REFUSED', message.reason);
    else if (message.kind === 'announced') this.#onAnnounced(message);
    else if (message.kind === 'offer') this.#onOffer(message);
    else if (message.kind === 'answer') this.#onAnswer(message);
  }

  #onAnnounced({ intervalS, others }: Extract<TrackerMessage, { kind: 'announced' }>): void {
    this.#cancelDeadline();
    this.#intervalMs = Math.min(Math.max(intervalS * 1000, INTERVAL_MIN_MS), INTERVAL_MAX_MS);
    this.#others = others ?? OFFERS_MAX;
    if (this.#isJoined) return;
    this.#isJoined = true;
    this.#rounds.restart();
    this.#idleMs = INTERVAL_MIN_MS;
    this.#contact.noteJoined();
    this.#announceLater();
    this.#events.joined(this, this.#beginRound(OFFERS_MAX));
  }

  #onOffer({ peerId, offerId, description }: Extract<TrackerMessage, { kind: 'offer' | 'answer' }>): void {
    // Some trackers hand a peer its own offers.
    if (!this.#isJoined || peerId === this.#ownId || this.#hasMet(peerId)) return;
    if (!this.#offers.take(this.#options.clock.now())) return;
    const name = nameOf({ peerId, offerId });
    this.#met.set(name, peerId);
    this.#events.signal(this, name, description);
  }

  #onAnswer({ peerId, offerId, description }: Extract<TrackerMessage, { kind: 'offer' | 'answer' }>): void {
    const useless = this.#rounds.answer(offerId);
    if (useless === undefined) return;
    if (this.#hasMet(peerId)) {
      useless();
      return;
    }
    this.#met.set(offerId, peerId);
    this.#events.signal(this, offerId, description);
  }

  #hasMet(peerId: string): boolean {
    return [...this.#met.values()].includes(peerId);
  }

  #offer(offerId: string, description: Description): void {
    this.#batch.push({ offerId, description });
    if (this.#batch.length === 1)
      this.#cancelBatch = this.#options.clock.setTimer(BATCH_MS, () => this.#sendBatch());
  }

  #sendBatch(): void {
    const offers = this.#batch.map(({ offerId, description }) => ({ offer: description, offer_id: offerId }));
    this.#batch = [];
    this.#announce({ numwant: offers.length, offers });
  }

  #answer(to: string, answer: Description): void {
    const place = placeOf(to);
    if (place === undefined) return;
    this.#write({ answer, to_peer_id: place.peerId, offer_id: place.offerId });
  }

  /** Says that we are in the swarm, which the tracker answers. */
  #announce(more: object): void {
    // A swarm lists how much of a torrent its members lack. There is no torrent; only those who lack something look for peers.
    this.#write({ uploaded: 0, downloaded: 0, left: 1, numwant: 0, ...more });
    this.#expectAnswer();
    this.#announceLater();
  }

  #announceLater(): void {
    this.#cancelAnnounce();
    if (!this.#isJoined) return;
    // Whoever came before everyone else hears of the others by an announce alone: they may have none to offer to, either.
    const isIdle = !this.#isAnyoneUnmet;
    const pauseMs = isIdle ? Math.min(this.#idleMs, this.#intervalMs) : this.#intervalMs;
    this.#cancelAnnounce = this.#options.clock.setTimer(pauseMs, () => {
      this.#idleMs = isIdle ? 2 * pauseMs : INTERVAL_MIN_MS;
      this.#announce({});
    });
  }

  #expectAnswer(): void {
    this.#cancelDeadline();
    this.#cancelDeadline = this.#options.clock.setTimer(ANSWER_TIMEOUT_MS, () => this.#lose('no answer'));
  }

  #write(message: object): void {
    const head = { action: 'announce', info_hash: this.#infoHash, peer_id: this.#ownId };
    this.#socket?.send(JSON.stringify({ ...head, ...message }));
  }
}
