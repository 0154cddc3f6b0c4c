/**
 * Fetches and verifies backwards what lies below the header that a node began with, down to genesis: topmost headers first,
 * from several peers, a request to each of them at a time.
 *
 * It asks with `getHeaders`: the locator is genesis, and `skip` says at which height the answer begins. A peer that has to
 * be at genesis itself for that, and is not yet, answers with nothing and is asked again later.
 *
 * It does not hold up a sync: while one is under way, it does one thing each PROVE_INTERVAL_MS, and does not ask the leader.
 *
 * If what is linked to the header breaks a rule, has another work, or does not end with genesis, the header is false. If all
 * peers have come as far and none of them has the header, it is given up after CHECKPOINT_DOUBT_MS: claims alone prove nothing,
 * so the node then follows no chain with less work than the header has (`abandoned`).
 *
 * Memory: BELOW_HEADERS_MAX headers and those that the rules look at, and what `below-peers.ts` keeps.
 */
import { defined } from '../../assert.js';
import { ByteReader } from '../../bytes/byte-reader.js';
import { areEqual } from '../../bytes/compare-bytes.js';
import type { EventTime } from '../../io/event.js';
import {
  BELOW_FAULTS_MAX,
  BELOW_HEADERS_MAX,
  BELOW_REQUESTS_MAX,
  CHECKPOINT_DOUBT_MS,
  PROVE_INTERVAL_MS,
  STORE_RETRY_MS,
} from '../../limits.js';
import type { Outbox } from '../../peer/outbox.js';
import { earliest, type Part, type Reception } from '../../peer/part.js';
import type { Peer } from '../../peer/peer.js';
import type { PeerSet } from '../../peer/peer-set.js';
import type { RequestLedger } from '../../peer/request-ledger.js';
import type { Offence } from '../../peer/verdicts.js';
import type { HeaderTree } from '../../tree/header-tree.js';
import type { Headers } from '../../wire/messages/headers.js';
import type { ChainBottom, ChainLayout } from '../storage/stored-chain.js';
import { BelowChain, type SentBatch } from './below-chain.js';
import { BelowPeers, belowRequests } from './below-peers.js';

/** What this part asks of the node around it. */
export interface BelowListener {
  punish(peer: Peer, code: Offence): void;
  /** Whether the chain rests on a header that was not proven, and what is stored of it is verified. */
  isDue(): boolean;
  /** Whether nothing is being verified that matters more. */
  isAtRest(): boolean;
  /** Whether a peer is asked for newer headers. */
  isLeader(peer: Peer): boolean;
  /** A peer that has come as far has another header there. */
  unknown(peer: Peer): void;
  /** What the chain rests on is false. */
  falsified(reason: string): void;
  /** No peer has it. */
  abandoned(): void;
}

interface Range {
  /** Height of the header before the first, and how many. */
  readonly before: number;
  readonly count: number;
}

interface Request extends Range {
  readonly peer: Peer;
  /** True if it asks for the header alone that the chain rests on. */
  readonly isProbe: boolean;
}

/** Brings the tree down to genesis; see the head of this file. */
export class BelowSync implements Part<Headers> {
  readonly name = 'belowSync';
  readonly #peers: BelowPeers;
  #chain: BelowChain | undefined;
  readonly #requests = new Map<number, Request>();
  /** What came and does not connect yet, by its last height. */
  readonly #received = new Map<number, SentBatch>();
  /** What was asked for and did not come. */
  #again: Range[] = [];
  /** Lowest height that was asked for. */
  #askedFrom = 0;
  /** Batches with a fault since one was good. */
  #faults = 0;
  #doubtSince: number | undefined;
  #steppedAt = Number.NEGATIVE_INFINITY;
  #retryAt = Number.NEGATIVE_INFINITY;

  constructor(
    readonly tree: HeaderTree,
    peers: PeerSet,
    readonly outbox: Outbox,
    readonly ledger: RequestLedger,
    readonly layout: ChainLayout,
    readonly bottom: ChainBottom,
    readonly nextJob: () => number,
    readonly jobsMax: number,
    readonly listener: BelowListener,
  ) {
    this.#peers = new BelowPeers(peers, ledger);
  }

  /** Peers that have come as far and have another header there. */
  get unknowing(): number {
    return this.#peers.counts.unknowing;
  }

  /** An answer to `getHeaders` that is not of the sync. */
  receive(peer: Peer, message: Headers, { now }: EventTime): Reception {
    const answer = this.ledger.take(peer.id, belowRequests, message.requestId, now);
    if (answer === 'unsolicited') return 'PEER_UNSOLICITED';
    const request = this.#requests.get(message.requestId);
    this.#requests.delete(message.requestId);
    if (answer === 'late' || request === undefined) return undefined;
    if (message.count !== request.count) {
      this.#peers.putOff(peer, now);
      this.#repeat(request);
    } else if (request.isProbe) {
      this.#compare(peer, request, message, now);
    } else {
      const { before, count } = request;
      const { parent, payload } = message;
      this.#received.set(before + count, {
        peer,
        before,
        count,
        parent: parent.slice(),
        payload: payload.slice(),
      });
      this.#link();
    }
    return undefined;
  }

  peerGone(peer: Peer): void {
    for (const [id, request] of this.#requests) {
      if (request.peer !== peer) continue;
      this.#requests.delete(id);
      this.#repeat(request);
    }
    this.#peers.delete(peer);
  }

  chainReplaced(): void {
    this.#peers.clear();
    this.#drop();
    this.#chain = undefined;
    this.#faults = 0;
    this.#doubtSince = undefined;
  }

  /** The answer to a `verifyPow`; one that is not of this part is passed over. */
  powVerified(job: number, hashes: Uint8Array | undefined): void {
    this.#chain?.powVerified(job, hashes);
  }

  advance({ now }: EventTime): void {
    if (!this.listener.isDue()) return;
    this.#chain ??= this.#begin();
    this.#giveUpLate(now);
    this.#doubt(now);
    while (this.#chain !== undefined && this.#mayStep(now) && this.#step(now)) this.#steppedAt = now;
  }

  nextWake({ now }: EventTime): number | undefined {
    if (!this.listener.isDue()) return undefined;
    if (this.#chain === undefined) return now;
    const doubtEnd = this.#doubtSince === undefined ? undefined : this.#doubtSince + CHECKPOINT_DOUBT_MS;
    const wake = earliest(this.ledger.dueAt(belowRequests), doubtEnd);
    const freeAt = this.#peers.nextFreeAt(this.bottom.base.height, now);
    const canStep = this.#canStep(now);
    return earliest(wake, canStep ? this.#nextStepAt(now) : freeAt);
  }

  #begin(): BelowChain {
    const { base } = this.bottom;
    this.#askedFrom = base.height;
    return new BelowChain(this.tree, base, this.outbox, this.nextJob, this.jobsMax);
  }

  #nextStepAt(now: number): number {
    const soon = this.listener.isAtRest() ? now : this.#steppedAt + PROVE_INTERVAL_MS;
    return Math.max(soon, this.#retryAt);
  }

  #mayStep(now: number): boolean {
    return this.#nextStepAt(now) <= now;
  }

  #canStep(now: number): boolean {
    return this.#chain?.hasNext === true || (this.#hasWanted && this.#choose(now) !== undefined);
  }

  /** @returns whether anything was done, or begun */
  #step(now: number): boolean {
    const chain = defined(this.#chain, 'it was begun');
    if (chain.hasNext) {
      this.#verify(chain, now);
      return true;
    }
    if (!this.#hasWanted) return false;
    const peer = this.#choose(now);
    if (peer !== undefined) this.#ask(peer, now);
    return peer !== undefined;
  }

  #verify(chain: BelowChain, now: number): void {
    chain.verifyNext((outcome) => {
      if (this.#chain !== chain) return;
      if (outcome.kind === 'extended') this.#faults = 0;
      if (outcome.kind === 'unavailable') this.#retryAt = now + STORE_RETRY_MS;
      if (outcome.kind !== 'false') return;
      const { reason, peer } = outcome;
      if (this.tree.family.hashCommits || ++this.#faults >= BELOW_FAULTS_MAX) {
        this.listener.falsified(reason);
        return;
      }
      // Another header may have the same hash, so the peer may be at fault. All that is not verified is fetched anew.
      this.#drop();
      this.#chain = new BelowChain(this.tree, chain.footing, this.outbox, this.nextJob, this.jobsMax);
      this.#askedFrom = chain.footing.height;
      this.listener.punish(peer, 'PEER_UNCONNECTED_HEADERS');
    });
  }

  // Requests

  get #hasWanted(): boolean {
    if (this.#requests.size >= BELOW_REQUESTS_MAX) return false;
    if (this.#again.length > 0) return true;
    const { height } = defined(this.#chain, 'it was begun').footing;
    const lowest = this.tree.family.firstAncestor(Math.max(0, height - this.layout.batchHeaders));
    return this.#askedFrom > Math.max(0, lowest - BELOW_HEADERS_MAX);
  }

  #choose(now: number): Peer | undefined {
    const { isLeader } = this.listener;
    return this.#peers.choose(this.bottom.base.height, now, isLeader);
  }

  #ask(peer: Peer, now: number): void {
    const isProbe = this.#peers.standing(peer).knows === undefined;
    const range = isProbe ? { before: this.bottom.base.height - 1, count: 1 } : this.#take();
    const requestId = this.ledger.ask(peer.id, belowRequests, peer.roundTrip.timeoutMs, now);
    this.#requests.set(requestId, { ...range, peer, isProbe });
    const locator = [this.tree.family.genesis.hash];
    const { before: skip, count: max } = range;
    this.outbox.send(peer, { type: 'getHeaders', requestId, locator, stop: undefined, skip, max });
  }

  #take(): Range {
    const range = this.#again.shift();
    if (range !== undefined) return range;
    const count = Math.min(this.layout.batchHeaders, this.#askedFrom);
    this.#askedFrom -= count;
    return { before: this.#askedFrom, count };
  }

  #repeat({ before, count, isProbe }: Request): void {
    if (isProbe) return;
    this.#again.push({ before, count });
    this.#again.sort((a, b) => b.before - a.before);
  }

  /** Forgets what was asked for and what came. An answer that is still on its way is passed over, as a late one. */
  #drop(): void {
    for (const [id, { peer }] of this.#requests) this.ledger.giveUp(peer.id, belowRequests, id);
    this.#requests.clear();
    this.#received.clear();
    this.#again = [];
  }

  #giveUpLate(now: number): void {
    for (const [id, answers] of this.ledger.overdue(belowRequests, now)) {
      let peer: Peer | undefined;
      for (const { requestId } of answers) {
        this.ledger.giveUp(id, belowRequests, requestId);
        const request = this.#requests.get(requestId);
        this.#requests.delete(requestId);
        if (request === undefined) continue;
        this.#repeat(request);
        peer = request.peer;
      }
      if (this.ledger.failed(id, belowRequests, now) === 'unresponsive' && peer !== undefined)
        this.listener.punish(peer, 'PEER_UNRESPONSIVE');
    }
  }

  // Answers

  /** The header that a peer has where the chain rests on one. */
  #compare(peer: Peer, { before }: Range, { parent, count, payload }: Headers, now: number): void {
    const { family } = this.tree;
    const { height, records } = this.bottom.base;
    // It may rest on a lower one by now: then the peer is asked again.
    if (before !== height - 1) return;
    const batch = family.decodeBatch(new ByteReader(payload), count, parent, height - 1);
    if (typeof batch === 'string' || batch.fault !== undefined) {
      this.listener.punish(peer, typeof batch === 'string' ? batch : 'HEADER_MALFORMED');
      return;
    }
    const standing = this.#peers.standing(peer);
    standing.knows = areEqual(batch.records, records.subarray(-family.recordBytes));
    if (standing.knows) this.#doubtSince = undefined;
    else {
      this.#doubtSince ??= now;
      this.listener.unknown(peer);
    }
  }

  #link(): void {
    const chain = defined(this.#chain, 'it was begun');
    for (;;) {
      const sent = this.#received.get(chain.next.height);
      if (sent === undefined) return;
      this.#received.delete(chain.next.height);
      const fault = chain.link(sent);
      if (fault === undefined) continue;
      const { peer, before, count } = sent;
      this.#repeat({ peer, before, count, isProbe: false });
      this.#peers.standing(peer).knows = undefined;
      this.listener.punish(peer, fault === 'UNKNOWN_PARENT' ? 'PEER_UNCONNECTED_HEADERS' : fault);
    }
  }

  /** No peer has what the chain rests on, and all of them could. */
  #doubt(now: number): void {
    if (this.#doubtSince === undefined) return;
    const { knowing, unknowing } = this.#peers.counts;
    const hasBegun = defined(this.#chain, 'it was begun').footing.height < this.layout.start;
    if (knowing > 0 || unknowing === 0 || hasBegun) this.#doubtSince = undefined;
    else if (now >= this.#doubtSince + CHECKPOINT_DOUBT_MS) {
      this.#doubtSince = undefined;
      this.listener.abandoned();
    }
  }
}
