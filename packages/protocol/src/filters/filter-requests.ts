/**
 * Requests for filters and for what commits to them: each is answered once, with what came, or with nothing if the peer has
 * nothing, does not answer in time, or goes.
 *
 * Memory: of each request its answer, which its asker bounds.
 */
import { defined } from '../assert.js';
import {
  ANSWER_BYTES_PER_SECOND_MIN,
  FILTER_TIMEOUT_MS,
  MESSAGE_TIMEOUT_MS,
  REQUEST_TIMEOUT_MIN_MS,
} from '../limits.js';
import type { Outbox } from '../peer/outbox.js';
import { earliest, type Reception } from '../peer/part.js';
import type { Peer } from '../peer/peer.js';
import type { PeerFault } from '../peer/peer-fault.js';
import type { RequestKind, RequestLedger } from '../peer/request-ledger.js';
import type { FilterHeaders, Filters } from '../wire/messages/filters.js';
import type { FilterRange } from './filter-range.js';

const kindOf = (name: string): RequestKind => ({
  name,
  longestMs: MESSAGE_TIMEOUT_MS,
  graceUntil: ({ partialBytes }, deadline) => deadline + (1000 * partialBytes) / ANSWER_BYTES_PER_SECOND_MIN,
});
const headerKind = kindOf('getFilterHeaders');
const filterKind = kindOf('getFilters');

/** What takes an answer; undefined if there is none. */
export type Taker<Answer> = (answer: Answer | undefined) => void;

interface HeaderRequest {
  readonly peer: Peer;
  readonly count: number;
  readonly done: Taker<readonly Uint8Array[]>;
}

interface FilterRequest {
  readonly peer: Peer;
  readonly count: number;
  /** What has come, in order; copies. */
  readonly filters: Uint8Array[];
  readonly done: Taker<readonly Uint8Array[]>;
}

/** See the head of this file. */
export class FilterRequests {
  readonly #headers = new Map<number, HeaderRequest>();
  readonly #filters = new Map<number, FilterRequest>();
  /** Requests in a row that a peer had no answer for. */
  readonly #failures = new WeakMap<Peer, number>();

  /** @param now  monotonic ms of the step that is being taken */
  constructor(
    readonly ledger: RequestLedger,
    readonly outbox: Outbox,
    readonly now: () => number,
  ) {}

  /** How many requests in a row a peer had no answer for: others are asked before it. */
  failures(peer: Peer): number {
    return this.#failures.get(peer) ?? 0;
  }

  /** Asks for the hashes of a range's filters. */
  askHashes(peer: Peer, { blocks }: FilterRange, done: Taker<readonly Uint8Array[]>): void {
    const requestId = this.ledger.ask(peer.id, headerKind, timeoutOf(peer), this.now());
    const count = blocks.length;
    this.#headers.set(requestId, { peer, count, done });
    this.outbox.send(peer, { type: 'getFilterHeaders', requestId, stop: lastOf(blocks), count });
  }

  /** Asks for a range's filters. */
  askFilters(peer: Peer, { blocks }: FilterRange, done: Taker<readonly Uint8Array[]>): void {
    const count = blocks.length;
    // Each has its own time: a hundred of them are megabytes.
    const keys = blocks.map((_, i) => String(i));
    const requestId = this.ledger.ask(peer.id, filterKind, timeoutOf(peer), this.now(), keys);
    this.#filters.set(requestId, { peer, count, filters: [], done });
    this.outbox.send(peer, { type: 'getFilters', requestId, stop: lastOf(blocks), count });
  }

  receive(peer: Peer, message: FilterHeaders | Filters, now: number): Reception {
    return message.type === 'filterHeaders'
      ? this.#hashes(peer, message, now)
      : this.#some(peer, message, now);
  }

  peerGone(peer: Peer): void {
    for (const [id, request] of [...this.#headers]) if (request.peer === peer) this.#end(this.#headers, id);
    for (const [id, request] of [...this.#filters]) if (request.peer === peer) this.#end(this.#filters, id);
  }

  advance(now: number): void {
    this.#expire(headerKind, this.#headers, now);
    this.#expire(filterKind, this.#filters, now);
  }

  nextWake(): number | undefined {
    return earliest(this.ledger.dueAt(headerKind), this.ledger.dueAt(filterKind));
  }

  #hashes(peer: Peer, { requestId, hashes }: FilterHeaders, now: number): PeerFault | undefined {
    const answer = this.ledger.take(peer.id, headerKind, requestId, now);
    if (answer === 'unsolicited') return 'PEER_UNSOLICITED';
    const request = this.#headers.get(requestId);
    this.#headers.delete(requestId);
    if (answer === 'late' || request === undefined) return undefined;
    const count = hashes.length / 32;
    // All or none: it has them, or has another chain.
    const isWhole = count === request.count;
    if (!isWhole && count > 0) return 'PEER_UNSOLICITED';
    const own = hashes.slice();
    const taken = Array.from({ length: count }, (_, i) => own.subarray(32 * i, 32 * i + 32));
    this.#settled(peer, isWhole);
    request.done(isWhole ? taken : undefined);
    return undefined;
  }

  #some(peer: Peer, { requestId, filters }: Filters, now: number): PeerFault | undefined {
    const request = this.#filters.get(requestId);
    // What was given up may still come, in several messages.
    if (request === undefined || request.peer !== peer)
      return this.#late.has(requestId) ? undefined : 'PEER_UNSOLICITED';
    if (request.filters.length + filters.length > request.count) return 'PEER_UNSOLICITED';
    for (const filter of filters) {
      this.ledger.take(peer.id, filterKind, requestId, now, String(request.filters.length));
      request.filters.push(filter.slice());
    }
    if (request.filters.length < request.count) return undefined;
    this.#filters.delete(requestId);
    const isWhole = request.filters.every(({ length }) => length > 0);
    this.#settled(peer, isWhole);
    request.done(isWhole ? request.filters : undefined);
    return undefined;
  }

  /** The newest requests for filters that were given up. */
  readonly #late = new Set<number>();

  #expire(kind: RequestKind, requests: Map<number, HeaderRequest | FilterRequest>, now: number): void {
    for (const [peerId, answers] of this.ledger.overdue(kind, now)) {
      for (const { requestId, key } of answers) this.ledger.giveUp(peerId, kind, requestId, key);
      this.ledger.failed(peerId, kind, now);
      for (const requestId of new Set(answers.map((each) => each.requestId))) {
        const peer = requests.get(requestId)?.peer;
        if (peer !== undefined) this.#settled(peer, false);
        this.#end(requests, requestId);
      }
    }
  }

  #settled(peer: Peer, isAnswered: boolean): void {
    this.#failures.set(peer, isAnswered ? 0 : this.failures(peer) + 1);
  }

  #end(requests: Map<number, HeaderRequest | FilterRequest>, requestId: number): void {
    const request = requests.get(requestId);
    requests.delete(requestId);
    this.#late.add(requestId);
    const [oldest] = this.#late;
    if (this.#late.size > LATE_MAX && oldest !== undefined) this.#late.delete(oldest);
    request?.done(undefined);
  }
}

/** Whoever asks this node waits longer than this node waits for a full node, or each silence would be handed on. */
function timeoutOf({ isBridged }: Peer): number {
  return isBridged ? REQUEST_TIMEOUT_MIN_MS : FILTER_TIMEOUT_MS;
}

/** Requests that are remembered after they were given up. */
const LATE_MAX = 64;

function lastOf(blocks: readonly Uint8Array[]): Uint8Array {
  return defined(blocks.at(-1), 'a range has a block');
}
