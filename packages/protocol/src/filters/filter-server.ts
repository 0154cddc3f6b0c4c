/**
 * Answers what peers ask about filters: from those that are kept, and of older blocks from full nodes. Requests of one peer are
 * answered one after another, no faster than it takes them and than it may be served.
 *
 * Memory: FILTER_REQUESTS_WAITING_MAX requests of each peer, and one filter.
 */
import { BODY_SEND_BUFFER_BYTES_MAX, FILTER_REQUESTS_WAITING_MAX } from '../limits.js';
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
    const queue = this.#queues.get(peer) ?? { requests: [], isReading: false };
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
      if (range === undefined) {
        this.#send(peer, queue, request, none, now);
        continue;
      }
      queue.isReading = true;
      this.#find(partOf(range, answered, 1), (filter = none) => {
        queue.isReading = false;
        if (this.#queues.get(peer) === queue)
          this.#send(peer, queue, request, filter, this.keeper.context.now());
      });
    }
  }

  #send(peer: Peer, { requests }: Queue, request: Request, filter: Uint8Array, now: number): void {
    request.answered++;
    if (request.answered === request.count) requests.shift();
    const { requestId } = request;
    peer.served.charge(now, this.outbox.send(peer, { type: 'filters', requestId, filters: [filter] }));
  }

  /** The filter of one block. Calls back once. */
  #find(block: FilterRange, done: (filter: Uint8Array | undefined) => void): void {
    const { keeper } = this;
    const [hash] = block.blocks;
    // The chain may have changed since the request came.
    const filterHash = hash && keeper.hashOf(hash, block.first);
    if (hash === undefined || filterHash === undefined) {
      done(undefined);
      return;
    }
    const askFullNodes = (): void => {
      // From full nodes: whoever has them from us would ask us in turn.
      const sources = keeper.context.sources().filter(({ isBridged }) => isBridged);
      // None of them need have said this hash, so none lies that gives another filter.
      const context = { ...keeper.context, punish: () => {} };
      downloadFilters(context, block, [filterHash], sources, (filters) => done(filters?.[0]));
    };
    if (!keeper.has(hash)) {
      askFullNodes();
      return;
    }
    keeper.read(hash, filterHash, (filter) => {
      if (filter === undefined) askFullNodes();
      else done(filter);
    });
  }
}
