/**
 * Receives peers and what they say: hello first, then everything in its turn. Deadlines for what is begun and not
 * ended, and the one way out for whoever breaks a rule.
 */

import type { BlockSync } from '../blocks/block-sync.js';
import { areEqual } from '../bytes/compare-bytes.js';
import type { BodyFault } from '../chain/body-fault.js';
import type { HeaderServer } from '../headers/header-server.js';
import type { HeaderSync } from '../headers/header-sync.js';
import {
  DUPLICATE_COST,
  GATEWAY_SERVED_BYTES_PER_SECOND_MAX,
  HELLO_TIMEOUT_MS,
  MESSAGE_TIMEOUT_MS,
  PING_INTERVAL_MAX_MS,
  PING_INTERVAL_MS,
  PING_SLACK_MS,
  SERVED_BYTES_PER_SECOND_MAX,
} from '../limits.js';
import type { Outbox } from '../peer/outbox.js';
import { Peer } from '../peer/peer.js';
import type { PeerFault } from '../peer/peer-fault.js';
import type { PeerSet } from '../peer/peer-set.js';
import type { HeaderTree } from '../tree/header-tree.js';
import { decodeMessage } from '../wire/codec.js';
import type { Message } from '../wire/message.js';
import type { Announce } from '../wire/messages/announce.js';
import type { GetBlocks } from '../wire/messages/blocks.js';
import type { GetHeaders } from '../wire/messages/headers.js';
import { type Hello, PROTOCOL_VERSION, SERVICE_ARCHIVE, SERVICE_GATEWAY } from '../wire/messages/hello.js';
import { SpareBuffers } from '../wire/spare-buffers.js';
import type { WireFault } from '../wire/wire-fault.js';

/** What the desk says of itself, and how many it admits. */
export interface PeerDeskOptions {
  readonly userAgent: string;
  readonly isGateway: boolean;
  /** True if the body of every header is kept. */
  readonly isArchive: boolean;
  readonly peersMax: number;
  /** What `hello` says to tell this run of the node from others; not 0. */
  readonly session: bigint;
}

/** What the desk tells the node around it. */
export interface PeerDeskListener {
  arrived(peer: Peer): void;
  /** @param heightBefore  what it claimed until now; @returns whether that is news to more than who looks at the peer */
  updated(peer: Peer, heightBefore: number): boolean;
  /** A peer speaks of a tip that is not known here; @returns whether anything may follow from it now */
  announced(peer: Peer, message: Announce): boolean;
  /** `code` is absent for a peer that left by itself. */
  left(peer: Peer, code: string | undefined): void;
  /** As `left`, also for peers that never said hello, and before it. */
  removed(peer: Peer, code: string | undefined): void;
}

/** All peers, from their channel's opening to its end. */
export class PeerDesk {
  /** Peers are greeted from the moment on when the stored chain is loaded. */
  #isOpen = false;
  #lastRequestId = 0;
  readonly #spares = new SpareBuffers();
  /** Before this nothing is due, as far as is known: what a peer sends only puts its deadlines off. */
  #dueAt = Number.NEGATIVE_INFINITY;
  /** Whether what came concerns more than the one peer's own state. */
  #isNews = false;

  constructor(
    readonly tree: HeaderTree,
    readonly peers: PeerSet,
    readonly outbox: Outbox,
    readonly server: HeaderServer,
    readonly listener: PeerDeskListener,
    readonly options: PeerDeskOptions,
  ) {}

  /** Set by the node: the two know each other. */
  sync: HeaderSync | undefined;
  blocks: BlockSync | undefined;

  nextRequestId(): number {
    this.#lastRequestId++;
    return this.#lastRequestId;
  }

  /** The chain is loaded: greets those who came before. */
  open(): void {
    this.#isOpen = true;
    this.#dueAt = Number.NEGATIVE_INFINITY;
    for (const peer of this.peers) this.#greet(peer);
  }

  /** Takes leave of everyone. */
  close(): void {
    this.#isOpen = false;
    for (const peer of [...this.peers]) this.#remove(peer, undefined);
  }

  connected(id: string, maxMessageBytes: number | undefined, now: number): void {
    this.disconnected(id);
    const { messageBytesMax } = this.tree.family;
    const peer = new Peer(id, messageBytesMax, maxMessageBytes, now, {
      servedBytesPerSecond: this.options.isGateway
        ? GATEWAY_SERVED_BYTES_PER_SECOND_MAX
        : SERVED_BYTES_PER_SECOND_MAX,
      spares: this.#spares,
    });
    if (this.peers.size >= this.options.peersMax) {
      this.outbox.send(peer, { type: 'reject', code: 'PEER_TOO_MANY' });
      this.outbox.push({ type: 'disconnect', peer: id, code: 'PEER_TOO_MANY' });
      return;
    }
    this.peers.add(peer);
    this.#dueAt = Number.NEGATIVE_INFINITY;
    if (this.#isOpen) this.#greet(peer);
  }

  /** The platform says that a channel is closed. */
  disconnected(id: string): void {
    const peer = this.peers.get(id);
    if (peer === undefined) return;
    this.peers.delete(id);
    this.server.forget(peer);
    this.sync?.forget(peer);
    this.listener.removed(peer, undefined);
    if (peer.isReady) this.listener.left(peer, undefined);
  }

  /**
   * @returns false if nothing follows from it but what was done here, and no deadline came nearer: most of what comes
   * tells that a peer lives, or of what is known
   */
  bytes(id: string, bytes: Uint8Array, now: number, wallTime: number): boolean {
    const peer = this.peers.get(id);
    if (peer === undefined) return false;
    const { assembler } = peer;
    const wasPartial = assembler.isPartial;
    const messages = assembler.push(bytes);
    peer.lastBytesAt = now;
    this.#isNews = assembler.isPartial !== wasPartial || assembler.fault !== undefined;
    if (!assembler.isPartial) peer.partialSince = undefined;
    else if (!wasPartial || messages.length > 0) {
      peer.partialSince = now;
      this.#dueAt = Math.min(this.#dueAt, now + MESSAGE_TIMEOUT_MS);
    }
    for (const message of messages) {
      const fault = this.#message(peer, message, now, wallTime);
      if (fault !== undefined) this.punish(peer, fault);
      if (this.peers.get(id) !== peer) return true;
    }
    if (assembler.fault !== undefined) this.punish(peer, assembler.fault);
    return this.#isNews || this.outbox.isOverfull;
  }

  /** @returns whether something waited for it */
  drained(id: string, bufferedBytes: number): boolean {
    const peer = this.peers.get(id);
    if (peer === undefined) return false;
    peer.sendBufferBytes = bufferedBytes;
    this.outbox.weigh(peer);
    const isAwaited = peer.deferred.length > 0 || this.blocks?.server.isServing(peer) === true;
    return isAwaited || this.outbox.isOverfull;
  }

  /** Says why, disconnects and forgets. */
  punish(peer: Peer, code: string): void {
    if (this.peers.get(peer.id) !== peer) return;
    this.outbox.send(peer, { type: 'reject', code });
    this.#remove(peer, code);
  }

  /** The platform slept: what did not come in that time may still come. */
  overslept(now: number): void {
    for (const peer of this.peers) {
      peer.connectedAt = now;
      peer.lastBytesAt = now;
      if (peer.partialSince !== undefined) peer.partialSince = now;
    }
  }

  /** Pings everyone now: the network may have changed under us. */
  pingAll(): void {
    this.#dueAt = Number.NEGATIVE_INFINITY;
    for (const peer of this.peers.ready) peer.isPingWanted = true;
  }

  /** Does what is due. Until {@link nextWake}, or something that begins, nothing is. */
  tick(now: number): void {
    if (this.outbox.isOverfull)
      for (const peer of this.outbox.takeOverfull()) this.punish(peer, 'PEER_UNRESPONSIVE');
    this.server.advance(now);
    if (now < this.#dueAt) return;
    let dueAt = Number.POSITIVE_INFINITY;
    let pingAt = Number.POSITIVE_INFINITY;
    for (const peer of this.peers) {
      const deadline = this.#deadlineOf(peer);
      if (now >= deadline) {
        this.punish(peer, this.#overdue(peer, now));
        continue;
      }
      dueAt = Math.min(dueAt, deadline);
      if (peer.isReady && peer.ping === undefined) pingAt = Math.min(pingAt, this.#pingAt(peer));
    }
    this.#dueAt = Math.min(dueAt, pingAt > now ? pingAt : this.#pingDue(now));
  }

  nextWake(): number | undefined {
    const dueAt = Math.min(this.#dueAt, this.server.nextWake() ?? Number.POSITIVE_INFINITY);
    return Number.isFinite(dueAt) ? dueAt : undefined;
  }

  /** Pings those whose turn it is, or soon will be; @returns when there is something to do next */
  #pingDue(now: number): number {
    let dueAt = Number.POSITIVE_INFINITY;
    for (const peer of this.peers.ready) {
      if (peer.ping === undefined && now >= this.#pingAt(peer) - PING_SLACK_MS) this.#ping(peer, now);
      dueAt = Math.min(dueAt, peer.ping === undefined ? this.#pingAt(peer) : this.#deadlineOf(peer));
    }
    return dueAt;
  }

  /** A peer that is heard of otherwise needs no ping for long. */
  #pingAt({ isPingWanted, lastBytesAt, pongAt }: Peer): number {
    if (isPingWanted) return Number.NEGATIVE_INFINITY;
    return Math.min(lastBytesAt + PING_INTERVAL_MS, pongAt + PING_INTERVAL_MAX_MS);
  }

  #deadlineOf(peer: Peer): number {
    const hello =
      peer.isReady || !this.#isOpen ? Number.POSITIVE_INFINITY : peer.connectedAt + HELLO_TIMEOUT_MS;
    const message =
      peer.partialSince === undefined ? Number.POSITIVE_INFINITY : peer.partialSince + MESSAGE_TIMEOUT_MS;
    // Whoever sends anything is alive: its pong may stand behind a large message.
    const heardAt = Math.max(peer.ping?.sentAt ?? 0, peer.lastBytesAt);
    const pong = peer.ping === undefined ? Number.POSITIVE_INFINITY : heardAt + PING_INTERVAL_MS;
    return Math.min(hello, message, pong);
  }

  #overdue(peer: Peer, now: number): PeerFault {
    if (!peer.isReady) return 'PEER_HELLO_TIMEOUT';
    const isSlow = peer.partialSince !== undefined && now >= peer.partialSince + MESSAGE_TIMEOUT_MS;
    return isSlow ? 'PEER_MESSAGE_TIMEOUT' : 'PEER_UNRESPONSIVE';
  }

  #remove(peer: Peer, code: string | undefined): void {
    this.outbox.push({ type: 'disconnect', peer: peer.id, ...(code === undefined ? {} : { code }) });
    this.peers.delete(peer.id);
    this.server.forget(peer);
    this.sync?.forget(peer);
    this.listener.removed(peer, code);
    if (peer.isReady || code !== undefined) this.listener.left(peer, code);
  }

  #greet(peer: Peer): void {
    const { tree, options } = this;
    peer.greetedWith = tree.hash(tree.tip).slice();
    this.outbox.send(peer, {
      type: 'hello',
      version: PROTOCOL_VERSION,
      networkId: tree.family.networkId,
      height: tree.tipHeight,
      chainwork: tree.chainwork(tree.tip),
      services: (options.isGateway ? SERVICE_GATEWAY : 0) + (options.isArchive ? SERVICE_ARCHIVE : 0),
      userAgent: options.userAgent,
      session: options.session,
      identity: new Uint8Array(0),
    });
  }

  #ping(peer: Peer, now: number): void {
    peer.isPingWanted = false;
    peer.ping = { requestId: this.nextRequestId(), sentAt: now };
    this.outbox.send(peer, { type: 'ping', requestId: peer.ping.requestId });
  }

  #message(
    peer: Peer,
    bytes: Uint8Array,
    now: number,
    wallTime: number,
  ): PeerFault | WireFault | BodyFault | undefined {
    const decoded = decodeMessage(bytes);
    if (!decoded.ok) return decoded.code;
    const { message } = decoded;
    // There are as many answers as were asked for: one too many is a fault of its own.
    if (!isAnswer(message) && !peer.messages.take(now)) return 'PEER_FLOOD';
    const isInTurn = message.type === 'reject' || (message.type === 'hello') !== peer.isReady;
    if (!isInTurn) return 'PEER_OUT_OF_TURN';
    this.outbox.counters.received(message);
    return this.#handle(peer, message, now, wallTime);
  }

  #handle(peer: Peer, message: Message, now: number, wallTime: number): PeerFault | BodyFault | undefined {
    if (!isPassing(message)) this.#isNews = true;
    switch (message.type) {
      case 'hello':
        return this.#hello(peer, message);
      case 'ping':
        this.outbox.send(peer, { type: 'pong', requestId: message.requestId });
        return undefined;
      case 'pong':
        return this.#pong(peer, message.requestId, now);
      case 'announce':
        return this.#announce(peer, message, now);
      case 'getHeaders':
        return this.#getHeaders(peer, message, now);
      case 'headers':
        return this.sync?.headers(peer, message, now, wallTime);
      case 'getBlocks':
        return this.#getBlocks(peer, message, now);
      case 'blocks':
        return this.blocks?.blocks(peer, message, now);
      case 'notFound':
        return this.blocks?.notFound(peer, message);
      case 'reject':
        // It says why it is about to close; that is between it and itself.
        this.#remove(peer, message.code);
        return undefined;
    }
  }

  #getHeaders(peer: Peer, message: GetHeaders, now: number): PeerFault | undefined {
    const fault = this.server.request(peer, message, now);
    if (peer.deferred.length > 0) this.#isNews = true;
    return fault;
  }

  #getBlocks(peer: Peer, message: GetBlocks, now: number): PeerFault | undefined {
    const fault = this.blocks?.server.request(peer, message, now);
    if (this.blocks?.server.isServing(peer)) this.#isNews = true;
    return fault;
  }

  #hello(peer: Peer, hello: Hello): PeerFault | undefined {
    if (hello.version !== PROTOCOL_VERSION) return 'PEER_WRONG_VERSION';
    if (!areEqual(hello.networkId, this.tree.family.networkId)) return 'PEER_WRONG_NETWORK';
    if (this.#isConnectedTo(hello.session)) return 'PEER_DUPLICATE';
    // Views point into the received frame, which must not be kept alive for them.
    peer.hello = { ...hello, networkId: this.tree.family.networkId, identity: hello.identity.slice() };
    peer.height = hello.height;
    peer.claimedChainwork = hello.chainwork;
    this.peers.greeted();
    peer.isPingWanted = true;
    this.#dueAt = Number.NEGATIVE_INFINITY;
    this.listener.arrived(peer);
    return undefined;
  }

  /**
   * Ids change when a signaling server restarts, and differ between servers, so the same two may meet twice. The first
   * connection stays. Nothing proves a session, so someone who knows a peer's can keep it away from here; whoever is
   * connected to many could do as much by taking all places.
   */
  #isConnectedTo(session: bigint): boolean {
    if (session === 0n) return false;
    return (
      session === this.options.session || this.peers.ready.some((peer) => peer.hello?.session === session)
    );
  }

  #pong(peer: Peer, requestId: number, now: number): PeerFault | undefined {
    if (peer.ping?.requestId !== requestId) return 'PEER_UNSOLICITED';
    peer.roundTrip.add(now - peer.ping.sentAt);
    peer.ping = undefined;
    peer.pongAt = now;
    this.listener.updated(peer, peer.height);
    return undefined;
  }

  /** An announcement leads to a request, never to trust; one of what is known costs its sender. */
  #announce(peer: Peer, message: Announce, now: number): PeerFault | undefined {
    if (peer.announced !== undefined) this.#isNews = true;
    const heightBefore = peer.height;
    peer.height = message.height;
    if (peer.height !== heightBefore && this.listener.updated(peer, heightBefore)) this.#isNews = true;
    if (this.sync?.announced(peer, message) === false) {
      if (this.listener.announced(peer, message)) this.#isNews = true;
      return undefined;
    }
    this.outbox.counters.count('vision_p2p_dupes_dropped_total');
    return peer.messages.take(now, DUPLICATE_COST) ? undefined : 'PEER_FLOOD';
  }
}

/** Whether a message is nothing to anyone but its sender and who handles it, unless that finds otherwise. */
function isPassing({ type }: Message): boolean {
  return (
    type === 'ping' || type === 'pong' || type === 'announce' || type === 'getHeaders' || type === 'getBlocks'
  );
}

function isAnswer({ type }: Message): boolean {
  return type === 'headers' || type === 'blocks' || type === 'notFound' || type === 'pong';
}
