/**
 * Answers what peers ask about filters: from those that are kept, and of older blocks from full nodes. Requests of one peer are
 * answered one after another, no faster than it takes them and than it may be served.
 *
 * Memory: FILTER_REQUESTS_WAITING_MAX requests of each peer, and FORWARDED_FILTERS_MAX filters.
 */
import { BODY_SEND_BUFFER_BYTES_MAX, FILTER_REQUESTS_WAITING_MAX, FORWARDED_FILTERS_MAX } from '../limits.js';
import type { Outbox } from '../peer/outbox.js';
import type { Peer } from '../peer/peer.js';
import type { PeerFault } from '../peer/peer-fault.js';
import { findOnChain } from '../tree/find-on-chain.js';
import type { GetFilterHeaders, GetFilters } from '../wire/messages/filters.js';
import { downloadFilters } from './filter-download.js';
import type { FilterKeeper } from './filter-keeper.js';
import { type FilterRange, partOf, rangeOf } from './filter-range.js';

interface Request {
  readonly requestId: number;
  readonly range: FilterRange | undefined;
  readonly count: number;
  answered: number;
}

interface Queue {
  readonly requests: Request[];
  /** The next filters of the first request. */
  ready: readonly Uint8Array[];
  isReading: boolean;
}

const none = new Uint8Array(0);

/** See the head of this file. */
export class FilterServer {
  readonly #queues = new Map<Peer, Queue>();

  constructor(
    readonly keeper: FilterKeeper,
    readonly outbox: Outbox,
  ) {}

  /** A peer asks for what commits to filters. */
  hashes(peer: Peer, { requestId, stop, count }: GetFilterHeaders, now: number): void {
    const { hashes, context } = this.keeper;
    const slot = findOnChain(context.tree, stop);
    const first = slot === undefined ? -1 : context.tree.height(slot) + 1 - count;
    const isHere = first >= 0 && first + count <= hashes.count;
    const answer = isHere
      ? { previous: hashes.headerBefore(first), hashes: hashes.slice(first, count) }
      : { previous: new Uint8Array(32), hashes: none };
    peer.served.charge(now, this.outbox.send(peer, { type: 'filterHeaders', requestId, ...answer }));
  }

  /** A peer asks for filters. */
  filters(peer: Peer, { requestId, stop, count }: GetFilters, now: number): PeerFault | undefined {
    const queue = this.#queues.get(peer) ?? { requests: [], ready: [], isReading: false };
    if (queue.requests.length >= FILTER_REQUESTS_WAITING_MAX) return 'PEER_FLOOD';
    this.#queues.set(peer, queue);
    const { tree } = this.keeper.context;
    const slot = findOnChain(tree, stop);
    const last = slot === undefined ? -1 : tree.height(slot);
    const isHere = last + 1 >= count && last < this.keeper.hashes.count;
    const range = isHere ? rangeOf(tree, last + 1 - count, last) : undefined;
    queue.requests.push({ requestId, range, count, answered: 0 });
    this.#pump(peer, queue, now);
    return undefined;
  }

  isServing(peer: Peer): boolean {
    return this.#queues.has(peer);
  }

  forget(peer: Peer): void {
    this.#queues.delete(peer);
  }

  advance(now: number): void {
    for (const [peer, queue] of [...this.#queues]) this.#pump(peer, queue, now);
  }

  nextWake(): number | undefined {
    let next: number | undefined;
    for (const [peer, { isReading }] of this.#queues) {
      if (isReading || peer.sendBufferBytes >= BODY_SEND_BUFFER_BYTES_MAX) continue;
      if (next === undefined || peer.served.freeAt < next) next = peer.served.freeAt;
    }
    return next;
  }

  #pump(peer: Peer, queue: Queue, now: number): void {
    while (
      !queue.isReading &&
      peer.sendBufferBytes < BODY_SEND_BUFFER_BYTES_MAX &&
      peer.served.freeAt <= now
    ) {
      const [request] = queue.requests;
      if (request === undefined) {
        this.#queues.delete(peer);
        return;
      }
      const { range, answered } = request;
      const [ready] = queue.ready;
      if (range === undefined || ready !== undefined) {
        queue.ready = queue.ready.slice(1);
        this.#send(peer, queue, request, ready ?? none, now);
        continue;
      }
      queue.isReading = true;
      this.#find(partOf(range, answered, FORWARDED_FILTERS_MAX), (filters) => {
        queue.isReading = false;
        queue.ready = filters;
      });
    }
  }

  #send(peer: Peer, { requests }: Queue, request: Request, filter: Uint8Array, now: number): void {
    request.answered++;
    if (request.answered === request.count) requests.shift();
    const { requestId } = request;
    peer.served.charge(now, this.outbox.send(peer, { type: 'filters', requestId, filters: [filter] }));
  }

  /** The filter of the first of some blocks; where full nodes have to be asked, of all that are not kept. Calls back once. */
  #find(range: FilterRange, done: (filters: readonly Uint8Array[]) => void): void {
    const { keeper } = this;
    const [first] = range.blocks;
    // The chain may have changed since the request came.
    const hash = first && keeper.hashOf(first, range.first);
    if (first === undefined || hash === undefined) done([none]);
    else if (keeper.has(first))
      keeper.read(first, hash, (filter) => {
        if (filter === undefined) this.#forward(partOf(range, 0, 1), done);
        else done([filter]);
      });
    else {
      const kept = range.blocks.findIndex((block) => keeper.has(block));
      this.#forward(partOf(range, 0, kept < 0 ? range.blocks.length : kept), done);
    }
  }

  /** From full nodes: whoever has them from us would ask us in turn. */
  #forward(range: FilterRange, done: (filters: readonly Uint8Array[]) => void): void {
    const { keeper } = this;
    const hashes = range.blocks.flatMap((block, i) => keeper.hashOf(block, range.first + i) ?? []);
    const missing = range.blocks.map(() => none);
    if (hashes.length < missing.length) {
      done(missing);
      return;
    }
    const sources = keeper.context.sources().filter(({ isBridged }) => isBridged);
    // None of them need have said these hashes, so none lies that gives other filters.
    const context = { ...keeper.context, punish: () => {} };
    downloadFilters(context, range, hashes, sources, (filters) => done(filters ?? missing));
  }
}
