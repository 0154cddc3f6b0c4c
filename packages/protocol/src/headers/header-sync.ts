/**
 * Header download. One peer leads: its answers follow one another without a pause, since each request names the same
 * locator and passes over what the requests before it ask for. Another peer takes over when the leader does not answer,
 * or when it has led for LEADER_SLICE_MS while others claim more work than is verified.
 *
 * Memory: HEADER_REQUESTS_IN_FLIGHT_MAX answers of the leader, and a few fields of each peer.
 */
import { defined } from '../assert.js';
import { areEqual } from '../bytes/compare-bytes.js';
import type { EventTime } from '../io/event.js';
import type { OpenReason } from '../io/notice.js';
import {
  DUPLICATE_COST,
  HEADER_REQUESTS_IN_FLIGHT_MAX,
  HEADERS_PER_MESSAGE_MAX,
  LEADER_SLICE_MS,
  PAUSE_MS,
  UNPROVEN_CLAIMS_MAX,
} from '../limits.js';
import { isClockBehind } from '../peer/clock-evidence.js';
import type { Outbox } from '../peer/outbox.js';
import { earliest, type Part, type Reception } from '../peer/part.js';
import type { Peer } from '../peer/peer.js';
import type { PeerFault } from '../peer/peer-fault.js';
import type { PeerSet } from '../peer/peer-set.js';
import type { RequestLedger } from '../peer/request-ledger.js';
import type { SeenFilter } from '../peer/seen-filter.js';
import type { HeaderTree } from '../tree/header-tree.js';
import type { Announce } from '../wire/messages/announce.js';
import type { Headers } from '../wire/messages/headers.js';
import type { HeldHeaders } from './held-headers.js';
import { headerRequests, Lead } from './lead.js';
import type { Standing } from './standing.js';
import { TipClaims } from './tip-claims.js';
import { type BatchOutcome, sourceOf, type Verifier } from './verifier.js';

/** What the sync asks of the node around it. */
export interface SyncListener {
  /** Says why, and disconnects. */
  punish(peer: Peer, code: string, detail: string): void;
  /** Something on this side keeps headers out. */
  failed(code: 'POW_UNAVAILABLE'): void;
  /** All headers of an answer are in the tree, `payload` in the batch codec; see `ChainWriter.received`. */
  verified(parentHeight: number, count: number, payload: Uint8Array, lastHash: Uint8Array): void;
}

const never = Number.NEGATIVE_INFINITY;

/** Decides which peer is asked for headers, and for how many at a time. */
export class HeaderSync implements Part<Headers> {
  readonly name = 'headerSync';
  readonly #claims: TipClaims;
  readonly #standings = new Map<Peer, Standing>();
  #lead: Lead | undefined;
  #now = 0;
  /** No peer leads before this: hashing failed. */
  #idleUntil = never;
  /** After this no peer is kept from leading, but for the ledger's pauses. */
  #lastFreeAt = never;

  constructor(
    readonly tree: HeaderTree,
    readonly held: HeldHeaders,
    /** Verified headers that the tree had no room for. */
    dropped: SeenFilter,
    readonly verifier: Verifier,
    readonly peers: PeerSet,
    readonly outbox: Outbox,
    readonly ledger: RequestLedger,
    readonly listener: SyncListener,
  ) {
    this.#claims = new TipClaims(tree, held, dropped);
  }

  /** The peer that leads, if one does. */
  get leader(): Peer | undefined {
    return this.#lead?.peer;
  }

  /** True while a peer leads. */
  get isActive(): boolean {
    return this.#lead !== undefined;
  }

  /** True if a peer may have more than is verified: it claims more work, or a header that is not known here. */
  isAhead(peer: Peer): boolean {
    this.#claims.settle(peer);
    return this.#claims.isAhead(peer) || peer.announced !== undefined || this.#isHeldBack(peer);
  }

  /** Why what a peer claims is open for a reason of this side; undefined if there is none. */
  refusal(peer: Peer): OpenReason | undefined {
    const refusal = this.#standings.get(peer)?.refusal;
    return refusal !== undefined && this.isAhead(peer) ? refusal : undefined;
  }

  /** Whether headers of a peer wait for the clock. */
  #isHeldBack(peer: Peer): boolean {
    return this.held.countOf(sourceOf(peer)) > 0;
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
    const answer = this.ledger.take(peer.id, headerRequests, message.requestId, now);
    if (answer === 'unsolicited') return 'PEER_UNSOLICITED';
    if (answer === 'late') return undefined;
    const lead = defined(this.#lead, 'only the leader owes headers');
    const skip = defined(lead.requests.get(message.requestId), 'only the leader owes headers');
    lead.requests.delete(message.requestId);
    if (lead.isExhausted) {
      this.#finishIfDone(lead);
      return undefined;
    }
    if (message.count < HEADERS_PER_MESSAGE_MAX) lead.isExhausted = true;
    if (!lead.isAnswered) {
      if (!lead.locator.some((hash) => areEqual(hash, message.parent))) return 'PEER_UNCONNECTED_HEADERS';
      const base = this.tree.find(message.parent);
      if (base === undefined) {
        // A side branch that was dropped here after it was named; or genesis, below the base of this tree.
        if (areEqual(message.parent, this.tree.family.genesis.hash)) this.#putOff(lead);
        else this.#end(lead);
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
      const parentHeight = lead.baseHeight + skip;
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

  /** The platform slept: the turn begins anew. */
  overslept(now: number): void {
    if (this.#lead !== undefined) this.#lead.since = now;
  }

  /** Time-outs and turns. */
  #endIfDue(lead: Lead, now: number): void {
    if (this.ledger.overdue(headerRequests, now).size > 0) {
      this.#fail(lead);
    } else if (now >= lead.since + LEADER_SLICE_MS && this.#choose(now, lead.peer) !== undefined) {
      // Whoever owes an answer and has brought nothing in a whole turn has failed as much as one that is silent.
      if (lead.requests.size > 0 && lead.delivered === 0) this.#fail(lead);
      else this.#end(lead);
    }
  }

  nextWake({ now }: EventTime): number | undefined {
    const lead = this.#lead;
    if (lead === undefined) return this.#nextTurn(now);
    const sliceEnd = lead.since + LEADER_SLICE_MS;
    // Past the end of its turn a leader goes on until another peer has something to give, and that comes as an event.
    const turn = sliceEnd > now ? sliceEnd : undefined;
    return earliest(this.ledger.dueAt(headerRequests), turn);
  }

  /** When a pause ends; undefined if there is none. */
  #nextTurn(now: number): number | undefined {
    let next: number | undefined;
    if (now >= Math.max(this.#lastFreeAt, this.ledger.lastPauseEnd)) return next;
    for (const peer of this.peers.ready) {
      const at = Math.max(this.#freeAt(peer), this.#idleUntil);
      if (at > now) next = earliest(next, at);
    }
    return next;
  }

  peerReady(peer: Peer): void {
    this.#standings.set(peer, {
      unprovenClaims: 0,
      putOffUntil: never,
      refusal: undefined,
      lastLedAt: never,
    });
  }

  peerGone(peer: Peer): void {
    this.verifier.drop(sourceOf(peer));
    if (this.#lead?.peer === peer) this.#end(this.#lead);
    this.#standings.delete(peer);
  }

  /** What was asked for has no place in the tree any more. */
  chainReplaced(): void {
    if (this.#lead !== undefined) this.#end(this.#lead);
  }

  /** A peer announces its tip; @returns whether that is known here */
  announced(peer: Peer, message: Announce): boolean {
    return this.#claims.announced(peer, message);
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

  /** When a peer may lead, as far as pauses go. */
  #freeAt(peer: Peer): number {
    return Math.max(this.ledger.pausedUntil(peer.id), this.#standingOf(peer).putOffUntil);
  }

  #hasMore(peer: Peer, now: number): boolean {
    this.#claims.settle(peer);
    // Mostly no peer has more than is known here, and that is quickly seen. What waits for the clock need not come again.
    const isAhead = this.#claims.isAhead(peer) && !this.#isHeldBack(peer);
    if (peer.announced === undefined && !isAhead) return false;
    if (now < this.#freeAt(peer)) return false;
    // What it brought in an earlier turn comes first: asking again would bring the same.
    return this.verifier.pending(sourceOf(peer)) === 0;
  }

  #begin(peer: Peer, now: number): Lead {
    const lead = new Lead(peer, now, this.tree, this.#claims);
    if (lead.isParentMissing) this.outbox.counters.count('vision_p2p_parent_request_sent_total');
    return lead;
  }

  /** Asks for more while the peer has more and what came is being verified fast enough. */
  #fill(lead: Lead, now: number): void {
    const { peer } = lead;
    for (;;) {
      if (lead.isExhausted) return;
      const inFlight = lead.requests.size + this.verifier.pending(sourceOf(peer));
      if (inFlight >= HEADER_REQUESTS_IN_FLIGHT_MAX) return;
      if (!lead.isWorthAsking) return;
      const requestId = this.ledger.ask(peer.id, headerRequests, peer.roundTrip.timeoutMs, now);
      this.outbox.send(peer, lead.nextRequest(requestId));
    }
  }

  #verified(peer: Peer, lead: Lead, outcome: BatchOutcome): void {
    if (outcome.held > 0) lead.refusal ??= 'HEADERS_AHEAD';
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
        if (this.peers.get(peer.id) === peer) this.#countUnproven(peer, 'PEER_UNCONNECTED_HEADERS');
        return;
      case 'TREE_FULL':
        this.#refuse(lead, 'BRANCH_REFUSED');
        return;
      case 'HEADER_TIME_TOO_NEW':
        // Where the peers' clocks say that ours is wrong, those headers are right.
        if (isClockBehind(this.peers.ready)) this.#refuse(lead, 'HEADERS_AHEAD');
        else this.listener.punish(peer, outcome.fault, outcome.detail);
        return;
      case 'POW_UNAVAILABLE':
        this.verifier.drop(sourceOf(peer));
        this.#idleUntil = this.#now + PAUSE_MS;
        this.#lastFreeAt = this.#idleUntil;
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

  /** The base of this tree is not on the peer's chain, which may still be too short: it is asked again after a pause. */
  #putOff(lead: Lead): void {
    this.#end(lead);
    lead.peer.announced = undefined;
    this.#pause(lead.peer);
  }

  #pause(peer: Peer): void {
    this.#standingOf(peer).putOffUntil = this.#now + PAUSE_MS;
    this.#lastFreeAt = this.#now + PAUSE_MS;
  }

  /** This side does not take the rest of what the peer has. */
  #refuse(lead: Lead, reason: OpenReason): void {
    lead.refusal = reason;
    this.verifier.drop(sourceOf(lead.peer));
    if (this.#lead === lead) this.#finish(lead);
  }

  /** The peer has given all it has, or all that is taken here. In the first case what it claimed beyond that was not true. */
  #finish(lead: Lead): void {
    const { peer, refusal } = lead;
    this.#end(lead);
    this.#claims.settle(peer);
    this.#standingOf(peer).refusal = refusal;
    if (refusal !== undefined) {
      const mayAskAgain =
        refusal === 'HEADERS_AHEAD' && !this.held.isFullFor(sourceOf(peer)) && this.#isHeldBack(peer);
      if (!mayAskAgain) this.#pause(peer);
      return;
    }
    const isOverclaimed = this.#claims.lower(peer);
    // By what it announced when its turn began: it may have announced something else since, again and again.
    const isInvented = lead.announced !== undefined && !this.#claims.isKnown(lead.announced.hash);
    if (isInvented && peer.announced === lead.announced) peer.announced = undefined;
    if (isOverclaimed || isInvented) {
      peer.height = this.#claims.provenHeight(peer);
      this.#countUnproven(peer, 'PEER_CLAIM_UNPROVEN');
    }
  }

  #countUnproven(peer: Peer, code: PeerFault): void {
    const standing = this.#standingOf(peer);
    standing.unprovenClaims++;
    if (standing.unprovenClaims >= UNPROVEN_CLAIMS_MAX) this.listener.punish(peer, code, '');
  }

  #fail(lead: Lead): void {
    const { peer } = lead;
    this.#end(lead);
    if (this.ledger.failed(peer.id, headerRequests, this.#now) === 'unresponsive')
      this.listener.punish(peer, 'PEER_UNRESPONSIVE', 'no answers to getHeaders');
  }

  #standingOf(peer: Peer): Standing {
    return defined(this.#standings.get(peer), 'a ready peer has a standing');
  }

  #end(lead: Lead): void {
    if (lead.isParentMissing && lead.announced !== undefined && !this.#claims.isKnown(lead.announced.prev))
      this.outbox.counters.count('vision_p2p_parent_request_failed_total');
    for (const requestId of lead.requests.keys()) this.ledger.giveUp(lead.peer.id, headerRequests, requestId);
    lead.requests.clear();
    this.#standingOf(lead.peer).lastLedAt = this.#now;
    if (this.#lead === lead) this.#lead = undefined;
  }
}
