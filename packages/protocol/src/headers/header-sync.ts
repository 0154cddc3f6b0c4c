/**
 * Header download. One peer leads: its answers follow one another without a pause, since each request names the same
 * locator and passes over what the requests before it ask for. Another peer takes over when the leader does not answer,
 * or when it has led for LEADER_SLICE_MS while others claim more work than is verified.
 *
 * A branch that may have too little work has to show it first: it is downloaded twice, and kept the second time
 * (presync/presync.ts). What was walked over stays when a turn ends, and the peer's next turn goes on from there.
 *
 * Memory: HEADER_REQUESTS_IN_FLIGHT_MAX answers of the leader, a few fields of each peer, and the passes of
 * presync/low-work.ts.
 */
import { defined } from '../assert.js';
import { areEqual } from '../bytes/compare-bytes.js';
import type { SecretStream } from '../bytes/secret-stream.js';
import type { EventTime } from '../io/event.js';
import type { OpenReason } from '../io/notice.js';
import { DUPLICATE_COST, LEADER_SLICE_MS, UNPROVEN_CLAIMS_MAX } from '../limits.js';
import { isClockBehind } from '../peer/clock-evidence.js';
import type { Outbox } from '../peer/outbox.js';
import { earliest, type Part, type Reception } from '../peer/part.js';
import type { Peer } from '../peer/peer.js';
import type { PeerFault } from '../peer/peer-fault.js';
import type { PeerSet } from '../peer/peer-set.js';
import type { RequestLedger } from '../peer/request-ledger.js';
import type { HeaderTree } from '../tree/header-tree.js';
import type { Announce } from '../wire/messages/announce.js';
import type { Headers } from '../wire/messages/headers.js';
import { AnswerFeed } from './answer-feed.js';
import { type Answer, type BatchOutcome, sourceOf } from './batch-request.js';
import { headerRequests, Lead } from './lead.js';
import { LeaderChoice } from './leader-choice.js';
import { LowWork } from './presync/low-work.js';
import type { Presync } from './presync/presync.js';
import type { SyncListener } from './sync-listener.js';
import type { TipClaims } from './tip-claims.js';
import type { Verifier } from './verifier.js';

/** Decides which peer is asked for headers, and for how many at a time. */
export class HeaderSync implements Part<Headers> {
  readonly name = 'headerSync';
  readonly #choice: LeaderChoice;
  readonly lowWork: LowWork;
  readonly #feed: AnswerFeed;
  #lead: Lead | undefined;
  #time: EventTime = { now: 0, wallTime: 0 };

  /** @param minChainwork  what a chain must have at least to be followed */
  constructor(
    readonly tree: HeaderTree,
    readonly claims: TipClaims,
    readonly verifier: Verifier,
    readonly peers: PeerSet,
    readonly outbox: Outbox,
    readonly ledger: RequestLedger,
    readonly listener: SyncListener,
    secrets: SecretStream,
    minChainwork: bigint,
  ) {
    this.#choice = new LeaderChoice(claims, verifier, peers, ledger);
    this.lowWork = new LowWork(tree, minChainwork, secrets);
    this.#feed = new AnswerFeed(verifier, {
      verified: (...headers) => listener.verified(...headers),
      done: (lead, outcome) => this.#verified(lead, outcome),
      walked: (...walked) => this.#walked(...walked),
    });
  }

  /** The peer that leads, if one does. */
  get leader(): Peer | undefined {
    return this.#lead?.peer;
  }

  /** True while a peer leads. */
  get isActive(): boolean {
    return this.#lead !== undefined;
  }

  /** True if a peer may have more than is verified. */
  isAhead(peer: Peer): boolean {
    return this.#choice.isOpen(peer);
  }

  /** Why what a peer claims is open for a reason of this side; undefined if there is none. */
  refusal(peer: Peer): OpenReason | undefined {
    return this.isAhead(peer) ? this.#choice.refusal(peer) : undefined;
  }

  /** Bytes of branches that have yet to show their work: of one peer's, or of all together. */
  presyncBytes(peer?: Peer): number {
    return this.lowWork.bytes(peer);
  }

  /** Ends a turn that is over, looks for a leader if there is none, and keeps its requests flowing. */
  advance(time: EventTime): void {
    this.#time = time;
    const { now } = time;
    if (this.#lead !== undefined) this.#endIfDue(this.#lead, now);
    if (this.#lead === undefined) {
      const peer = this.#choice.choose(now);
      if (peer === undefined) return;
      this.#begin(peer, now);
    }
    this.#lead?.fill(this.ledger, this.outbox, this.#pending(this.#lead), now);
  }

  receive(peer: Peer, message: Headers, time: EventTime): Reception {
    this.#time = time;
    const answer = this.ledger.take(peer.id, headerRequests, message.requestId, time.now);
    if (answer === 'unsolicited') return this.listener.unsolicited(peer, message, time);
    if (answer === 'late') return undefined;
    const lead = defined(this.#lead, 'only the leader owes headers');
    const skip = defined(lead.requests.get(message.requestId), 'only the leader owes headers');
    lead.requests.delete(message.requestId);
    if (lead.isExhausted) {
      this.#finishIfDone(lead);
      return undefined;
    }
    const { count, parent, payload } = message;
    if (count < lead.answerHeaders) lead.isExhausted = true;
    if (!lead.isAnswered) {
      if (!lead.locator.some((hash) => areEqual(hash, parent))) return 'PEER_UNCONNECTED_HEADERS';
      if (!this.#connect(lead, message)) return undefined;
    }
    lead.delivered += count;
    // Each answer begins where its request says, or a peer could send the same headers for ever.
    const parentHeight = lead.baseHeight + skip;
    if (count > 0)
      lead.waiting.push({ parent: parent.slice(), parentHeight, count, content: payload.slice() });
    this.#feed.hand(lead, time.wallTime);
    this.#finishIfDone(lead);
    return undefined;
  }

  /** The platform slept: the turn begins anew. */
  overslept(now: number): void {
    if (this.#lead !== undefined) this.#lead.since = now;
  }

  nextWake({ now }: EventTime): number | undefined {
    const lead = this.#lead;
    if (lead === undefined) return this.#choice.nextTurn(now);
    const sliceEnd = lead.since + LEADER_SLICE_MS;
    // Past the end of its turn a leader goes on until another peer has something to give, and that comes as an event.
    const turn = sliceEnd > now ? sliceEnd : undefined;
    return earliest(this.ledger.dueAt(headerRequests), turn);
  }

  peerReady(peer: Peer): void {
    this.#choice.add(peer);
  }

  peerGone(peer: Peer): void {
    this.verifier.drop(sourceOf(peer));
    this.lowWork.drop(peer);
    if (this.#lead?.peer === peer) this.#end(this.#lead);
    this.#choice.delete(peer);
    this.lowWork.unreserve(peer);
  }

  /** What was asked for has no place in the tree any more. */
  chainReplaced(): void {
    if (this.#lead !== undefined) this.#end(this.#lead);
    this.lowWork.restart();
    this.#choice.restart();
  }

  /** A peer announces its tip; @returns whether that is known here */
  announced(peer: Peer, message: Announce): boolean {
    return this.claims.announced(peer, message);
  }

  // Turns

  #begin(peer: Peer, now: number): void {
    const lead = new Lead(peer, now, this.tree, this.claims, this.lowWork.resume(peer));
    if (lead.isParentMissing) this.outbox.counters.count('vision_p2p_parent_request_sent_total');
    this.#lead = lead;
    this.#reserve(lead);
  }

  /** Time-outs and turns. */
  #endIfDue(lead: Lead, now: number): void {
    if (this.ledger.overdue(headerRequests, now).size > 0) {
      this.#fail(lead);
    } else if (now >= lead.since + LEADER_SLICE_MS && this.#choice.choose(now, lead.peer) !== undefined) {
      // Whoever owes an answer and has brought nothing in a whole turn has failed as much as one that is silent.
      if (lead.requests.size > 0 && lead.delivered === 0) this.#fail(lead);
      else this.#end(lead);
    }
  }

  /** Answers of the leader that are being verified. */
  #pending({ peer }: Lead): number {
    return this.verifier.pending(sourceOf(peer));
  }

  #finishIfDone(lead: Lead): void {
    if (this.#lead === lead && lead.isAllHanded && this.#pending(lead) === 0) this.#finish(lead);
  }

  /** The peer has given all it has, or all that is taken here. In the first case what it claimed beyond that was not true. */
  #finish(lead: Lead): void {
    const { peer, presync, refusal } = lead;
    if (presync?.pass === 'second') {
      this.listener.punish(peer, 'PEER_HEADERS_CHANGED', 'fewer headers');
    } else if (presync?.pass === 'first') {
      this.#refuse(lead, 'LOW_WORK', presync.work);
    } else if (refusal !== undefined) {
      this.#refuse(lead, refusal);
    } else {
      this.#end(lead);
      this.lowWork.unreserve(peer);
      this.#choice.take(peer);
      const isUnproven = this.claims.isUnproven(peer, lead.announced);
      if (isUnproven) this.#countUnproven(peer, 'PEER_CLAIM_UNPROVEN');
    }
  }

  /**
   * This side does not take the rest of what the peer has.
   *
   * @param shown  chainwork of its branch, if that is too little
   */
  #refuse(lead: Lead, reason: OpenReason, shown?: bigint): void {
    const { peer } = lead;
    this.verifier.drop(sourceOf(peer));
    if (this.#lead === lead) this.#end(lead);
    this.lowWork.unreserve(peer);
    this.claims.settle(peer);
    this.#choice.refuse(peer, reason, this.#time.now);
    if (shown === undefined) return;
    if (peer.announced === lead.announced) peer.announced = undefined;
    if (this.claims.lower(peer, shown)) this.#countUnproven(peer, 'PEER_CLAIM_UNPROVEN');
  }

  #countUnproven(peer: Peer, code: PeerFault): void {
    if (++this.#choice.standing(peer).unprovenClaims >= UNPROVEN_CLAIMS_MAX)
      this.listener.punish(peer, code, '');
  }

  #fail(lead: Lead): void {
    const { peer } = lead;
    this.#end(lead);
    if (this.ledger.failed(peer.id, headerRequests, this.#time.now) === 'unresponsive')
      this.listener.punish(peer, 'PEER_UNRESPONSIVE', 'no answers to getHeaders');
  }

  #end(lead: Lead): void {
    if (lead.isParentMissing && lead.announced !== undefined && !this.claims.isKnown(lead.announced.prev))
      this.outbox.counters.count('vision_p2p_parent_request_failed_total');
    lead.giveUp(this.ledger);
    this.#choice.standing(lead.peer).lastLedAt = this.#time.now;
    if (this.#lead === lead) this.#lead = undefined;
  }

  /** The first answer of a turn. @returns whether the turn goes on */
  #connect(lead: Lead, message: Headers): boolean {
    const obstacle = this.lowWork.connect(lead, message, this.#time.wallTime);
    if (obstacle === undefined) lead.isAnswered = true;
    else if (obstacle.kind === 'too little work') this.#refuse(lead, 'LOW_WORK', obstacle.shown);
    else this.#end(lead);
    if (obstacle?.kind === 'below the base') {
      // Its chain may still be too short: it is asked again after a pause.
      lead.peer.announced = undefined;
      this.#choice.putOff(lead.peer, this.#time.now);
    }
    return obstacle === undefined;
  }

  /** An answer of a branch that has to show its work was looked at. */
  #walked(lead: Lead, presync: Presync, answer: Answer, outcome: BatchOutcome): void {
    const { peer } = lead;
    if (outcome.proven === undefined) {
      this.lowWork.drop(peer);
      this.#verified(lead, outcome);
      return;
    }
    const passBefore = presync.pass;
    const fault = presync.take(outcome.proven, answer);
    if (fault !== undefined) {
      this.listener.punish(peer, fault, '');
      return;
    }
    this.listener.walked();
    for (const released of presync.release()) this.#feed.verify(lead, released, this.#time.wallTime);
    const { pass } = presync;
    if (pass === 'done') {
      this.lowWork.drop(peer);
      lead.presync = undefined;
    }
    if (this.#lead !== lead) return;
    if (pass === 'second' && passBefore === 'first') this.#turnAround(lead, presync);
    else this.#feed.hand(lead, this.#time.wallTime);
    this.#finishIfDone(lead);
  }

  /** The branch has shown its work: the same turn goes on with the second pass, from where the branch begins. */
  #turnAround(lead: Lead, presync: Presync): void {
    lead.giveUp(this.ledger);
    this.#lead = new Lead(lead.peer, lead.since, this.tree, this.claims, presync, lead);
    this.#reserve(this.#lead);
  }

  /** A branch in its second pass has a place in the tree; where there is none for it, it is refused. */
  #reserve(lead: Lead): void {
    if (!this.lowWork.reserve(lead.peer)) this.#refuse(lead, 'BRANCH_REFUSED');
  }

  #verified(lead: Lead, outcome: BatchOutcome): void {
    const { peer } = lead;
    if (outcome.held > 0) lead.refusal ??= 'HEADERS_AHEAD';
    // Headers that are proven and new are worth more than what a peer said before.
    if (outcome.accepted > outcome.duplicates) this.#choice.standing(peer).unprovenClaims = 0;
    this.outbox.counters.count('vision_p2p_dupes_dropped_total', outcome.duplicates);
    if (outcome.duplicates > 0 && !peer.messages.take(this.#time.now, DUPLICATE_COST)) {
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
        this.lowWork.drop(peer);
        if (this.#lead !== lead) return;
        this.#fail(lead);
        if (this.peers.get(peer.id) === peer) this.#countUnproven(peer, 'PEER_UNCONNECTED_HEADERS');
        return;
      case 'TREE_FULL':
        this.lowWork.drop(peer);
        this.#refuse(lead, 'BRANCH_REFUSED');
        return;
      case 'HEADER_TIME_TOO_NEW':
        // Where the peers' clocks say that ours is wrong, those headers are right.
        if (isClockBehind(this.peers.ready)) this.#refuse(lead, 'HEADERS_AHEAD');
        else this.listener.punish(peer, outcome.fault, outcome.detail);
        return;
      case 'POW_UNAVAILABLE':
        this.verifier.drop(sourceOf(peer));
        this.#choice.rest(this.#time.now);
        this.listener.failed(outcome.fault);
        if (this.#lead === lead) this.#end(lead);
        return;
      default:
        this.listener.punish(peer, outcome.fault, outcome.detail);
    }
  }
}
