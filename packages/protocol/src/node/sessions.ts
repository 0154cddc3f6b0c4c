/**
 * Peers from the opening of their channel to its end: greeting, pings, and the deadlines of what has begun and not ended.
 * Every peer leaves by one way, whoever ends the connection.
 *
 * Memory: the options' `peersMax` peers, each with the fields of `Session`.
 */
import { assert, defined } from '../assert.js';
import { areEqual } from '../bytes/compare-bytes.js';
import type { EventTime, NodeEventBody } from '../io/event.js';
import type { SignaturePort } from '../io/signature-port.js';
import {
  GATEWAY_SERVED_BYTES_PER_SECOND_MAX,
  HELLO_TIMEOUT_MS,
  MESSAGE_TIMEOUT_MS,
  PING_EARLY_MS,
  PING_INTERVAL_MS,
  PING_SLACK_MS,
  SERVED_BYTES_PER_SECOND_MAX,
} from '../limits.js';
import type { Outbox } from '../peer/outbox.js';
import { earliest, type Part, type Reception } from '../peer/part.js';
import { Peer } from '../peer/peer.js';
import type { PeerFault } from '../peer/peer-fault.js';
import type { PeerSet } from '../peer/peer-set.js';
import type { RequestLedger } from '../peer/request-ledger.js';
import { UploadLimit } from '../peer/served.js';
import { mayPing, pings, pingTime, type Session } from '../peer/session.js';
import { type Offence, verdictOn } from '../peer/verdicts.js';
import type { HeaderTree } from '../tree/header-tree.js';
import type { Challenge } from '../wire/messages/challenge.js';
import type { Hello } from '../wire/messages/hello.js';
import { type Ping, type Pong, VERSION_WITH_TIPS } from '../wire/messages/ping.js';
import type { Reject } from '../wire/messages/reject.js';
import { SpareBuffers } from '../wire/spare-buffers.js';
import { type GreetingOptions, Greetings } from './greeting/greetings.js';

/** What a node says of itself, and how many peers it admits. */
export interface SessionOptions extends GreetingOptions {
  readonly isGateway: boolean;
  readonly peersMax: number;
  /** Of one network, those that this node chose not counted. */
  readonly peersPerGroupMax: number;
  /** What all peers may be served together for long, at first. */
  readonly uploadBytesPerSecond: number;
}

/** What the sessions tell the node around them. */
export interface SessionListener {
  /** Monotonic ms of the step that is being taken. */
  now(): number;
  /** A peer has said hello, and has proven who it is. */
  ready(peer: Peer): void;
  /** A peer is gone, perhaps before it said hello. `code` is absent for one that left by itself. */
  gone(peer: Peer, code: string | undefined, now: number, detail: string | undefined): void;
  /** It says which tip it has. @param tip  32 bytes, a view */
  namedTip(peer: Peer, tip: Uint8Array): void;
  /** Its round-trip time is another, or known for the first time. */
  measured(peer: Peer, isFirst: boolean): void;
  /** A peer has done what no honest one does. */
  discourage(peer: Peer): void;
  /** Whether a peer with this key did so within a day. */
  isDiscouraged(key: Uint8Array): boolean;
  /** Something went wrong that the application should know. */
  error(code: string, detail: string): void;
}

/** What sessions take. */
type SessionMessage = Challenge | Hello | Ping | Pong | Reject;

/** All peers of a node; see the head of this file. */
export class Sessions implements Part<SessionMessage> {
  readonly name = 'sessions';
  readonly #greetings: Greetings;

  /** Peers are greeted from the moment on when the stored chain is loaded. */
  #isOpen = false;
  readonly #sessions = new Map<Peer, Session>();
  readonly #spares = new SpareBuffers();
  /** What all peers may be served together. */
  readonly #upload: UploadLimit;
  /** Before this nothing is due, as far as is known: what a peer sends only puts its deadlines off. */
  #dueAt = Number.NEGATIVE_INFINITY;

  constructor(
    readonly tree: HeaderTree,
    readonly peers: PeerSet,
    readonly outbox: Outbox,
    readonly ledger: RequestLedger,
    signatures: SignaturePort,
    readonly listener: SessionListener,
    readonly options: SessionOptions,
  ) {
    this.#upload = new UploadLimit(options.uploadBytesPerSecond, 0);
    this.#greetings = new Greetings(
      tree,
      peers,
      outbox,
      signatures,
      {
        ready: (peer) => this.#ready(peer),
        punish: (peer, code, detail) => this.punish(peer, code, listener.now(), detail),
        isDiscouraged: (key) => listener.isDiscouraged(key),
        error: (code, detail) => listener.error(code, detail),
      },
      options,
    );
  }

  /** All peers together may be served so much from now on. */
  limitUpload(bytesPerSecond: number, now: number): void {
    this.#upload.set(bytesPerSecond, now);
  }

  // Coming and going

  /** The chain is loaded: greets those that came before. @param wallTime  Unix seconds */
  open(wallTime: number): void {
    this.#isOpen = true;
    this.#dueAt = Number.NEGATIVE_INFINITY;
    for (const peer of this.peers) this.#greetings.begin(peer, wallTime);
  }

  /** Disconnects everyone. */
  close(now: number): void {
    this.#isOpen = false;
    for (const peer of [...this.peers]) this.#disconnect(peer, undefined, now);
  }

  /** The platform says that a channel is open. */
  connected(
    {
      peer: id,
      maxMessageBytes,
      isChosen = false,
      group,
      channel,
      isBridged = false,
    }: Extract<NodeEventBody, { type: 'peerConnected' }>,
    { now, wallTime }: EventTime,
  ): void {
    this.disconnected(id, now);
    const { messageBytesMax } = this.tree.family;
    const { codec } = this.outbox;
    const peer = new Peer(id, messageBytesMax, maxMessageBytes, now, {
      servedBytesPerSecond: this.options.isGateway
        ? GATEWAY_SERVED_BYTES_PER_SECOND_MAX
        : SERVED_BYTES_PER_SECOND_MAX,
      upload: this.#upload,
      isChosen,
      group,
      introducer: channel?.introducer,
      isBridged,
      spares: this.#spares,
      bytesMaxOf: (typeByte) => codec.bytesMaxOf(typeByte),
    });
    const code = this.#refusalOf(peer);
    if (code !== undefined) {
      this.outbox.send(peer, { type: 'reject', code });
      this.outbox.push({ type: 'disconnect', peer: id, code });
      return;
    }
    this.peers.add(peer);
    this.#sessions.set(peer, {
      connectedAt: now,
      isPingWanted: false,
      isPinged: false,
      pongAt: Number.NEGATIVE_INFINITY,
    });
    this.#dueAt = Number.NEGATIVE_INFINITY;
    this.#greetings.add(peer, channel);
    if (this.#isOpen) this.#greetings.begin(peer, wallTime);
  }

  /** Why there is no place for one more peer, if there is none. Those that this node chose take no place of their network. */
  #refusalOf({ isChosen, group }: Peer): PeerFault | undefined {
    const { peersMax, peersPerGroupMax } = this.options;
    if (this.peers.size >= peersMax) return 'PEER_TOO_MANY';
    const isFull = !isChosen && group !== undefined && this.peers.countOf(group) >= peersPerGroupMax;
    return isFull ? 'PEER_GROUP_FULL' : undefined;
  }

  /** The platform says that a channel is closed. */
  disconnected(id: string, now: number): void {
    const peer = this.peers.get(id);
    if (peer !== undefined) this.#forget(peer, undefined, now);
  }

  /** Says why, disconnects and forgets, if the verdict on the fault is no other. @param detail  what is known beyond the code, for this side */
  punish(peer: Peer, code: Offence, now: number, detail?: string): void {
    const verdict = verdictOn(code);
    if (this.peers.get(peer.id) !== peer || verdict === 'ignore') return;
    if (verdict === 'discourage') this.listener.discourage(peer);
    this.outbox.send(peer, { type: 'reject', code });
    this.#disconnect(peer, code, now, detail);
  }

  #disconnect(peer: Peer, code: string | undefined, now: number, detail?: string): void {
    this.outbox.push({ type: 'disconnect', peer: peer.id, ...(code === undefined ? {} : { code }) });
    this.#forget(peer, code, now, detail);
  }

  #forget(peer: Peer, code: string | undefined, now: number, detail?: string): void {
    this.peers.delete(peer.id);
    this.#sessions.delete(peer);
    this.#greetings.end(peer);
    this.listener.gone(peer, code, now, detail);
  }

  #ready(peer: Peer): void {
    this.#sessionOf(peer).isPingWanted = true;
    this.#dueAt = Number.NEGATIVE_INFINITY;
    this.listener.ready(peer);
  }

  // What peers say

  namedTip(peer: Peer, tip: Uint8Array): void {
    this.listener.namedTip(peer, tip);
  }

  /** Bytes came. @returns whether a message began or ended that had not, so that a deadline came or went */
  heard(peer: Peer, wasPartial: boolean, messages: number, now: number): boolean {
    const { isPartial } = peer;
    peer.lastBytesAt = now;
    if (!isPartial) peer.partialSince = undefined;
    else if (!wasPartial || messages > 0) {
      peer.partialSince = now;
      this.#dueAt = Math.min(this.#dueAt, now + MESSAGE_TIMEOUT_MS);
    }
    return isPartial !== wasPartial;
  }

  receive(peer: Peer, message: SessionMessage, time: EventTime): Reception {
    const { now } = time;
    switch (message.type) {
      case 'challenge':
        return this.#greetings.challenge(peer, message, time.wallTime);
      case 'hello':
        return this.#greetings.hello(peer, message, time);
      case 'ping':
        this.outbox.send(peer, { type: 'pong', requestId: message.requestId, ...this.#tipFor(peer) });
        return 'quiet';
      case 'pong':
        return this.#pong(peer, message, now);
      case 'reject':
        // It says why it is about to close; nobody else needs to know more.
        this.#disconnect(peer, message.code, now);
        return undefined;
    }
  }

  /** What a ping or a pong to a peer tells of the tip: nothing that it was told before. */
  #tipFor(peer: Peer): Pick<Ping, 'tip'> {
    const tip = this.tree.hash(this.tree.tip);
    if (peer.version < VERSION_WITH_TIPS || peer.wasToldOf(tip)) return {};
    if (peer.namedTip !== undefined && areEqual(peer.namedTip, tip)) return {};
    peer.namedTip = tip.slice();
    return { tip };
  }

  #pong(peer: Peer, { requestId }: Pong, now: number): Reception {
    const answer = this.ledger.take(peer.id, pings, requestId, now);
    if (answer === 'unsolicited') return 'PEER_UNSOLICITED';
    assert(answer !== 'late', 'a ping is never given up: its peer is disconnected');
    const isFirst = peer.roundTrip.smoothedMs === undefined;
    peer.roundTrip.add(now - answer.sentAt);
    const session = this.#sessionOf(peer);
    session.isPinged = false;
    session.pongAt = now;
    this.#dueAt = Math.min(this.#dueAt, pingTime(peer, session));
    this.listener.measured(peer, isFirst);
    // After the last of them the deadline of none of them is to wake the node.
    return this.ledger.dueAt(pings) === undefined ? undefined : 'quiet';
  }

  // Deadlines

  /** The platform slept: every deadline begins anew. */
  overslept(now: number): void {
    for (const [peer, session] of this.#sessions) {
      session.connectedAt = now;
      peer.lastBytesAt = now;
      if (peer.partialSince !== undefined) peer.partialSince = now;
    }
  }

  /** Pings every peer now: the network may have changed under us. */
  resumed(): void {
    this.#dueAt = Number.NEGATIVE_INFINITY;
    for (const [peer, session] of this.#sessions) if (peer.isReady) session.isPingWanted = true;
  }

  /** Disconnects peers that are overdue, and pings those whose turn it is. */
  advance({ now }: EventTime): void {
    for (const id of this.ledger.overdue(pings, now).keys()) {
      const peer = this.peers.get(id);
      if (peer !== undefined) this.punish(peer, 'PEER_UNRESPONSIVE', now);
    }
    if (now < this.#dueAt) return;
    let dueAt = Number.POSITIVE_INFINITY;
    let pingAt = Number.POSITIVE_INFINITY;
    for (const [peer, session] of this.#sessions) {
      const deadline = this.#deadlineOf(peer, session);
      if (now >= deadline) {
        this.punish(peer, overdueCode(peer), now);
        continue;
      }
      dueAt = Math.min(dueAt, deadline);
      if (mayPing(peer, session)) pingAt = Math.min(pingAt, pingTime(peer, session));
    }
    this.#dueAt = Math.min(dueAt, pingAt > now + PING_EARLY_MS ? pingAt : this.#pingDue(now));
  }

  nextWake(): number | undefined {
    return earliest(this.ledger.dueAt(pings), Number.isFinite(this.#dueAt) ? this.#dueAt : undefined);
  }

  /** Pings those whose turn it is, or soon will be; @returns when there is something to do next */
  #pingDue(now: number): number {
    let dueAt = Number.POSITIVE_INFINITY;
    for (const [peer, session] of this.#sessions) {
      if (!mayPing(peer, session)) continue;
      if (now >= pingTime(peer, session) - PING_SLACK_MS) this.#ping(peer, session, now);
      else dueAt = Math.min(dueAt, pingTime(peer, session));
    }
    return dueAt;
  }

  #ping(peer: Peer, session: Session, now: number): void {
    session.isPingWanted = false;
    session.isPinged = true;
    const requestId = this.ledger.ask(peer.id, pings, PING_INTERVAL_MS, now);
    this.outbox.send(peer, { type: 'ping', requestId, ...this.#tipFor(peer) });
  }

  #deadlineOf(peer: Peer, { connectedAt }: Session): number {
    const never = Number.POSITIVE_INFINITY;
    const hello = peer.isReady || !this.#isOpen ? never : connectedAt + HELLO_TIMEOUT_MS;
    const message = peer.partialSince === undefined ? never : peer.partialSince + MESSAGE_TIMEOUT_MS;
    return Math.min(hello, message);
  }

  #sessionOf(peer: Peer): Session {
    return defined(this.#sessions.get(peer), 'a peer that speaks is connected');
  }
}

function overdueCode(peer: Peer): PeerFault {
  return peer.isReady ? 'PEER_MESSAGE_TIMEOUT' : 'PEER_HELLO_TIMEOUT';
}
