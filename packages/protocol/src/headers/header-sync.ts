/**
 * Header download. One peer leads: its answers follow one another without a pause, since each request names the same
 * locator and passes over what the requests before it ask for. Another peer takes over when the leader does not answer,
 * or when it has led for LEADER_SLICE_MS while others claim more work than is verified.
 */
import { defined } from '../assert.js';
import { areEqual } from '../bytes/compare-bytes.js';
import type { EventTime } from '../io/event.js';
import {
  ANSWER_BYTES_PER_SECOND_MIN,
  DUPLICATE_COST,
  FAILURES_BEFORE_PAUSE,
  HEADER_REQUESTS_IN_FLIGHT_MAX,
  HEADERS_PER_MESSAGE_MAX,
  LEADER_SLICE_MS,
  MESSAGE_TIMEOUT_MS,
  PAUSE_MS,
  PAUSES_MAX,
  UNPROVEN_CLAIMS_MAX,
} from '../limits.js';
import type { Outbox } from '../peer/outbox.js';
import { earliest, type Part, type Reception } from '../peer/part.js';
import type { AnnouncedTip, Peer } from '../peer/peer.js';
import type { PeerFault } from '../peer/peer-fault.js';
import type { PeerSet } from '../peer/peer-set.js';
import type { SeenFilter } from '../peer/seen-filter.js';
import type { HeaderTree } from '../tree/header-tree.js';
import { buildLocator } from '../tree/locator.js';
import type { Announce } from '../wire/messages/announce.js';
import type { Headers } from '../wire/messages/headers.js';
import type { HeldHeaders } from './held-headers.js';
import type { BatchOutcome, SourceKey, Verifier } from './verifier.js';

/** One peer's turn as leader. */
interface Lead {
  readonly peer: Peer;
  readonly since: number;
  readonly locator: readonly Uint8Array[];
  /** What the peer had announced when the turn began. */
  readonly announced: AnnouncedTip | undefined;
  /** True if the header before that was missing, too. */
  readonly isParentMissing: boolean;
  /** Requests under way, by id. */
  readonly requests: Map<number, { readonly sentAt: number; readonly skip: number }>;
  lastAnswerAt: number;
  /** Headers asked for, and those of full answers. */
  asked: number;
  delivered: number;
  /** True once the first answer told where its chain leaves ours. */
  isAnswered: boolean;
  /** Height after which its headers begin, as far as known. */
  baseHeight: number;
  /** True once an answer was not full: the peer has no more. */
  isExhausted: boolean;
  held: number;
}

/** What the sync asks of the node around it. */
export interface SyncListener {
  /** Says why, and disconnects. */
  punish(peer: Peer, code: string, detail: string): void;
  /** Something on this side keeps headers out. */
  failed(code: 'TREE_FULL' | 'POW_UNAVAILABLE'): void;
  /** All headers of an answer are in the tree, `payload` in the batch codec; see `ChainWriter.received`. */
  verified(parentHeight: number, count: number, payload: Uint8Array, lastHash: Uint8Array): void;
  /** Hands out a number that no request of this peer carries. */
  nextRequestId(): number;
}

/** What the sync remembers of a peer. */
interface Standing {
  unprovenClaims: number;
  /** When its last turn as leader ended: the longest waiting leads next. */
  lastLedAt: number;
}

/** Decides which peer is asked for headers, and for how many at a time. */
export class HeaderSync implements Part<Headers> {
  readonly name = 'headerSync';
  readonly #standings = new Map<Peer, Standing>();
  #lead: Lead | undefined;
  #now = 0;
  /** No peer leads before this: hashing failed. */
  #idleUntil = Number.NEGATIVE_INFINITY;

  constructor(
    readonly tree: HeaderTree,
    readonly held: HeldHeaders,
    /** Verified headers that the tree had no room for. */
    readonly dropped: SeenFilter,
    readonly verifier: Verifier,
    readonly peers: PeerSet,
    readonly outbox: Outbox,
    readonly listener: SyncListener,
  ) {}

  /** The peer that leads, if one does. */
  get leader(): Peer | undefined {
    return this.#lead?.peer;
  }

  /** True while a peer leads. */
  get isActive(): boolean {
    return this.#lead !== undefined;
  }

  /** True if a peer claims, credibly, more work than is verified. */
  isAhead(peer: Peer): boolean {
    return peer.isReady && peer.claimedChainwork > this.tree.chainwork(this.tree.tip);
  }

  /** Ends a turn that is over, looks for a leader if there is none, and keeps its requests flowing. */
  advance({ now }: EventTime): void {
    this.#now = now;
    if (this.#lead !== undefined) this.#endIfDue(this.#lead, now);
    if (this.#lead === undefined) {
      const peer = now < this.#idleUntil ? undefined : this.#choose(now);
      if (peer === undefined) return;
      this.#lead = this.#begin(peer, now);
    }
    this.#fill(this.#lead, now);
  }

  receive(peer: Peer, message: Headers, { now, wallTime }: EventTime): Reception {
    this.#now = now;
    const lead = this.#lead?.peer === peer ? this.#lead : undefined;
    const request = lead?.requests.get(message.requestId);
    if (lead === undefined || request === undefined) {
      return peer.takeExpired(message.requestId) ? undefined : 'PEER_UNSOLICITED';
    }
    lead.requests.delete(message.requestId);
    peer.failures = 0;
    lead.lastAnswerAt = now;
    if (lead.isExhausted) {
      this.#finishIfDone(lead);
      return undefined;
    }
    if (message.count < HEADERS_PER_MESSAGE_MAX) lead.isExhausted = true;
    if (!lead.isAnswered) {
      if (!lead.locator.some((hash) => areEqual(hash, message.parent))) return 'PEER_UNCONNECTED_HEADERS';
      const base = this.tree.find(message.parent);
      if (base === undefined) {
        // A side branch that was dropped here after it was named.
        this.#end(lead);
        return undefined;
      }
      lead.isAnswered = true;
      lead.baseHeight = this.tree.height(base);
    }
    lead.delivered += message.count;
    if (message.count > 0) {
      const { count } = message;
      // Copies: it waits for its turn, and what it came in is gone by then.
      const parent = message.parent.slice();
      const content = message.payload.slice();
      // Each answer begins where its request says, or a peer could send the same headers for ever.
      const parentHeight = lead.baseHeight + request.skip;
      const done = (outcome: BatchOutcome): void => {
        const { isVerbatim, lastHash } = outcome;
        if (isVerbatim && lastHash !== undefined)
          this.listener.verified(parentHeight, count, content, lastHash);
        this.#verified(peer, lead, outcome);
      };
      this.verifier.submit({ source: sourceOf(peer), parent, parentHeight, count, content, done }, wallTime);
    }
    this.#finishIfDone(lead);
    return undefined;
  }

  /** Time-outs and turns. */
  #endIfDue(lead: Lead, now: number): void {
    if (lead.requests.size > 0 && now >= this.#deadline(lead)) {
      this.#fail(lead);
    } else if (now >= lead.since + LEADER_SLICE_MS && this.#choose(now, lead.peer) !== undefined) {
      // Whoever owes an answer and has brought nothing in a whole turn has failed as much as one that is silent.
      if (lead.requests.size > 0 && lead.delivered === 0) this.#fail(lead);
      else this.#end(lead);
    }
  }

  /** The platform slept: the leader is given its time again. */
  overslept(now: number): void {
    if (this.#lead !== undefined) this.#lead.lastAnswerAt = now;
  }

  nextWake({ now }: EventTime): number | undefined {
    const lead = this.#lead;
    if (lead === undefined) return this.#nextTurn(now);
    const sliceEnd = lead.since + LEADER_SLICE_MS;
    const deadline = lead.requests.size > 0 ? this.#deadline(lead) : undefined;
    // Past the end of its turn a leader goes on until another peer has something to give, and that comes as an event.
    const turn = sliceEnd > now ? sliceEnd : undefined;
    return earliest(deadline, turn);
  }

  /** When a pause ends; undefined if there is none. */
  #nextTurn(now: number): number | undefined {
    let next: number | undefined;
    for (const peer of this.peers) {
      const at = Math.max(peer.pausedUntil, this.#idleUntil);
      if (at > now) next = earliest(next, at);
    }
    return next;
  }

  peerReady(peer: Peer): void {
    this.#standings.set(peer, { unprovenClaims: 0, lastLedAt: Number.NEGATIVE_INFINITY });
  }

  peerGone(peer: Peer): void {
    this.verifier.drop(sourceOf(peer));
    if (this.#lead?.peer === peer) this.#end(this.#lead);
    this.#standings.delete(peer);
  }

  /** A peer speaks of its tip; @returns whether that is known here */
  announced(peer: Peer, { height, hash, prev }: Announce): boolean {
    if (this.#settle(peer, hash)) return true;
    peer.announced = { height, hash: hash.slice(), prev: prev.slice() };
    return false;
  }

  /** Whether a header was verified, be it that it is still held or was dropped again: asking for it brings nothing. */
  isKnown(hash: Uint8Array): boolean {
    return this.tree.find(hash) !== undefined || this.#isKnownBeside(hash);
  }

  #isKnownBeside(hash: Uint8Array): boolean {
    return this.held.has(hash) || this.dropped.has(hash);
  }

  /** An announcement of what is known asks for nothing; @returns whether it is one */
  #settle(peer: Peer, hash: Uint8Array): boolean {
    const isInTree = this.tree.find(hash) !== undefined;
    if (!isInTree && !this.#isKnownBeside(hash)) return false;
    peer.announced = undefined;
    const isNew = peer.bestKnown === undefined || !areEqual(peer.bestKnown, hash);
    if (isInTree && isNew) peer.bestKnown = hash.slice();
    return true;
  }

  /** The peer that waited longest of those that have something to give; of equals the one that claims most. */
  #choose(now: number, except?: Peer): Peer | undefined {
    let best: Peer | undefined;
    let bestLedAt = 0;
    for (const peer of this.peers.ready) {
      if (peer === except || !this.#hasMore(peer, now)) continue;
      const { lastLedAt } = this.#standingOf(peer);
      const isBetter =
        best === undefined ||
        lastLedAt < bestLedAt ||
        (lastLedAt === bestLedAt && peer.claimedChainwork > best.claimedChainwork);
      if (!isBetter) continue;
      best = peer;
      bestLedAt = lastLedAt;
    }
    return best;
  }

  #hasMore(peer: Peer, now: number): boolean {
    if (peer.announced !== undefined) this.#settle(peer, peer.announced.hash);
    if (peer.pausedUntil > now) return false;
    if (peer.announced === undefined && !this.isAhead(peer)) return false;
    // What it brought in an earlier turn comes first: asking again would bring the same.
    return this.verifier.pending(sourceOf(peer)) === 0;
  }

  #begin(peer: Peer, now: number): Lead {
    const { announced } = peer;
    const isParentMissing = announced !== undefined && !this.isKnown(announced.prev);
    if (isParentMissing) this.outbox.counters.count('vision_p2p_parent_request_sent_total');
    const known = peer.bestKnown === undefined ? undefined : this.tree.find(peer.bestKnown);
    const isBeside = known !== undefined && !this.tree.isOnBestChain(known);
    const locator = buildLocator(this.tree);
    if (isBeside) locator.unshift(this.tree.hash(known).slice());
    return {
      peer,
      since: now,
      locator,
      announced,
      isParentMissing,
      requests: new Map(),
      lastAnswerAt: now,
      asked: 0,
      delivered: 0,
      isAnswered: false,
      baseHeight: this.tree.tipHeight,
      isExhausted: false,
      held: 0,
    };
  }

  /** Asks for more while the peer has more and what came is being verified fast enough. */
  #fill(lead: Lead, now: number): void {
    const { peer } = lead;
    for (;;) {
      if (lead.isExhausted) return;
      const inFlight = lead.requests.size + this.verifier.pending(sourceOf(peer));
      if (inFlight >= HEADER_REQUESTS_IN_FLIGHT_MAX) return;
      // One request beyond what came is always worth it; more only where the claimed height says so.
      const isWorthIt = lead.asked <= lead.delivered || lead.baseHeight + lead.asked < peer.height;
      if (!isWorthIt) return;
      const requestId = this.listener.nextRequestId();
      const { locator, asked: skip } = lead;
      lead.requests.set(requestId, { sentAt: now, skip });
      this.outbox.send(peer, {
        type: 'getHeaders',
        requestId,
        locator,
        stop: undefined,
        skip,
        max: HEADERS_PER_MESSAGE_MAX,
      });
      lead.asked += HEADERS_PER_MESSAGE_MAX;
    }
  }

  #verified(peer: Peer, lead: Lead, outcome: BatchOutcome): void {
    lead.held += outcome.held;
    // Headers that are proven and new are worth more than what a peer said before.
    if (outcome.accepted > outcome.duplicates) this.#standingOf(peer).unprovenClaims = 0;
    this.outbox.counters.count('vision_p2p_dupes_dropped_total', outcome.duplicates);
    if (outcome.duplicates > 0 && !peer.messages.take(this.#now, DUPLICATE_COST)) {
      this.listener.punish(peer, 'PEER_FLOOD', 'headers that are known');
      return;
    }
    if (outcome.lastHash !== undefined) peer.bestKnown = outcome.lastHash;
    switch (outcome.fault) {
      case undefined:
        this.#finishIfDone(lead);
        return;
      case 'UNKNOWN_PARENT':
        // The peer reorganised between two answers, or sent them in a strange order: a new locator tells.
        if (this.#lead !== lead) return;
        this.#fail(lead);
        this.#countUnproven(peer, 'PEER_UNCONNECTED_HEADERS');
        return;
      case 'TREE_FULL':
        // Its branch is longer than what there is room for beside the best chain: it shall not be asked for it again.
        this.verifier.drop(sourceOf(peer));
        this.listener.failed(outcome.fault);
        if (this.#lead === lead) this.#finish(lead);
        return;
      case 'POW_UNAVAILABLE':
        this.verifier.drop(sourceOf(peer));
        this.#idleUntil = this.#now + PAUSE_MS;
        this.listener.failed(outcome.fault);
        if (this.#lead === lead) this.#end(lead);
        return;
      default:
        this.listener.punish(peer, outcome.fault, outcome.detail);
    }
  }

  #finishIfDone(lead: Lead): void {
    const isDone =
      lead.isExhausted && lead.requests.size === 0 && this.verifier.pending(sourceOf(lead.peer)) === 0;
    if (isDone && this.#lead === lead) this.#finish(lead);
  }

  /** The peer has given all it has: what it claimed beyond that was not true. */
  #finish(lead: Lead): void {
    const { peer } = lead;
    this.#end(lead);
    if (peer.announced !== undefined) this.#settle(peer, peer.announced.hash);
    const best = peer.bestKnown === undefined ? undefined : this.tree.find(peer.bestKnown);
    const proven = best === undefined ? 0n : this.tree.chainwork(best);
    const isOverclaimed =
      peer.claimedChainwork > this.tree.chainwork(this.tree.tip) && peer.claimedChainwork > proven;
    // By what it announced when its turn began: it may have announced something else since, again and again.
    const isInvented = lead.announced !== undefined && !this.isKnown(lead.announced.hash);
    peer.claimedChainwork = proven < peer.claimedChainwork ? proven : peer.claimedChainwork;
    if (isInvented && peer.announced === lead.announced) peer.announced = undefined;
    if ((isOverclaimed || isInvented) && lead.held === 0) {
      peer.height = best === undefined ? 0 : this.tree.height(best);
      this.#countUnproven(peer, 'PEER_CLAIM_UNPROVEN');
    }
  }

  #countUnproven(peer: Peer, code: PeerFault): void {
    const standing = this.#standingOf(peer);
    standing.unprovenClaims++;
    if (standing.unprovenClaims >= UNPROVEN_CLAIMS_MAX) this.listener.punish(peer, code, '');
  }

  /** A peer that is sending a large message is given the time for what has come; one that sends nothing is not. */
  #deadline(lead: Lead): number {
    const { peer } = lead;
    const waitingSince = Math.max(
      lead.lastAnswerAt,
      Math.min(...[...lead.requests.values()].map(({ sentAt }) => sentAt)),
    );
    const receivingMs = (1000 * peer.assembler.partialBytes) / ANSWER_BYTES_PER_SECOND_MIN;
    return waitingSince + Math.min(peer.roundTrip.timeoutMs + receivingMs, MESSAGE_TIMEOUT_MS);
  }

  #fail(lead: Lead): void {
    const { peer } = lead;
    const now = this.#now;
    this.#end(lead);
    peer.failures++;
    if (peer.failures < FAILURES_BEFORE_PAUSE) return;
    peer.failures = 0;
    const isLast = !this.peers.ready.some((other) => other !== peer && other.pausedUntil <= now);
    if (isLast) return;
    peer.pauses++;
    peer.pausedUntil = now + PAUSE_MS;
    if (peer.pauses >= PAUSES_MAX)
      this.listener.punish(peer, 'PEER_UNRESPONSIVE', 'no answers to getHeaders');
  }

  #standingOf(peer: Peer): Standing {
    return defined(this.#standings.get(peer), 'a peer that leads or has led has said hello, and is not gone');
  }

  #end(lead: Lead): void {
    if (lead.isParentMissing && lead.announced !== undefined && !this.isKnown(lead.announced.prev))
      this.outbox.counters.count('vision_p2p_parent_request_failed_total');
    for (const requestId of lead.requests.keys()) lead.peer.expire(requestId);
    lead.requests.clear();
    this.#standingOf(lead.peer).lastLedAt = this.#now;
    if (this.#lead === lead) this.#lead = undefined;
  }
}

/** The key under which a peer's batches are verified. */
export function sourceOf(peer: Peer): SourceKey {
  return `peer:${peer.id}`;
}
