/**
 * The part of the node that uses and serves compact filters. It asks peers that serve them; what it is asked, its source of
 * filters answers, if it has one.
 *
 * Memory: what `filter-requests.ts`, `filter-agreement.ts` and `filter-search.ts` state.
 */
import type { BlockSync } from '../blocks/block-sync.js';
import type { FilterRules } from '../chain/filter-rules.js';
import type { EventTime } from '../io/event.js';
import type { StoragePort } from '../io/storage-port.js';
import type { Outbox } from '../peer/outbox.js';
import { earliest, type Part, type Reception } from '../peer/part.js';
import type { Peer } from '../peer/peer.js';
import type { PeerSet } from '../peer/peer-set.js';
import type { RequestLedger } from '../peer/request-ledger.js';
import type { HeaderTree } from '../tree/header-tree.js';
import type {
  FilterHeaders,
  Filters as FiltersMessage,
  GetFilterHeaders,
  GetFilters,
} from '../wire/messages/filters.js';
import { SERVICE_FILTERS } from '../wire/messages/hello.js';
import { FilterAgreement } from './filter-agreement.js';
import { FilterKeeper } from './filter-keeper.js';
import { rangeOf } from './filter-range.js';
import { FilterRequests } from './filter-requests.js';
import { type FilterMatches, FilterSearch } from './filter-search.js';
import { FilterServer } from './filter-server.js';

/** What it takes of the node around it. */
export interface FilterContext {
  readonly tree: HeaderTree;
  readonly peers: PeerSet;
  readonly outbox: Outbox;
  readonly ledger: RequestLedger;
  readonly blocks: BlockSync;
  readonly storage: StoragePort;
  /** Says whether headers are being downloaded. */
  readonly sync: { readonly isActive: boolean };
  readonly listener: {
    /** Monotonic ms of the step that is being taken. */
    now(): number;
  };
}

/** See the head of this file. */
export class Filters implements Part<GetFilterHeaders | FilterHeaders | GetFilters | FiltersMessage> {
  readonly name = 'filters';
  readonly requests: FilterRequests;
  readonly agreement: FilterAgreement | undefined;
  readonly #search: FilterSearch | undefined;
  readonly #keeper: FilterKeeper | undefined;
  readonly #server: FilterServer | undefined;

  /**
   * @param rules  undefined for a node that has nothing to do with filters
   * @param kept  how many of the newest filters it keeps and serves; 0 for none
   * @param punish  says why, and disconnects
   */
  constructor(
    readonly context: FilterContext,
    rules: FilterRules | undefined,
    kept: number,
    punish: (peer: Peer, code: 'PEER_FILTER_FALSE') => void,
  ) {
    const { ledger, outbox, peers, blocks } = context;
    this.requests = new FilterRequests(ledger, outbox, () => context.listener.now());
    if (rules === undefined) return;
    const agreement = {
      rules,
      requests: this.requests,
      sources: () =>
        peers.ready
          .filter((peer) => peer.serves(SERVICE_FILTERS) && !ledger.isPaused(peer.id, context.listener.now()))
          .sort((a, b) => Number(b.isGateway) - Number(a.isGateway)),
      fetch: (block: Uint8Array, done: Parameters<BlockSync['requested']['request']>[1] & object) =>
        blocks.requested.request(block, done, context.listener.now()),
      punish,
    };
    this.agreement = new FilterAgreement(agreement);
    this.#search = new FilterSearch(agreement, this.agreement);
    if (kept === 0) return;
    const { tree, storage, sync, listener } = context;
    const keeper = { ...agreement, tree, storage, now: () => listener.now(), isSyncing: () => sync.isActive };
    this.#keeper = new FilterKeeper(keeper, this.agreement, kept);
    this.#server = new FilterServer(this.#keeper, outbox);
  }

  /**
   * Which blocks of the best chain may concern some scripts.
   *
   * @param first  height of the first block
   * @param last  height of the last one, at most FILTERS_REQUESTED_MAX blocks in all
   */
  search(
    first: number,
    last: number,
    scripts: readonly Uint8Array[],
    done: (found: FilterMatches | 'FILTERS_BUSY' | 'FILTERS_UNAVAILABLE') => void,
  ): void {
    const range = rangeOf(this.context.tree, first, last);
    if (this.#search === undefined || range === undefined || range.blocks.length === 0)
      done('FILTERS_UNAVAILABLE');
    else this.#search.find(range, scripts, done);
  }

  receive(
    peer: Peer,
    message: GetFilterHeaders | FilterHeaders | GetFilters | FiltersMessage,
    { now }: EventTime,
  ): Reception {
    switch (message.type) {
      case 'filterHeaders':
      case 'filters':
        return this.requests.receive(peer, message, now);
      case 'getFilterHeaders':
        if (this.#server === undefined) this.#sayNone(peer, message.requestId);
        else this.#server.hashes(peer, message, now);
        return 'quiet';
      case 'getFilters':
        return this.#server === undefined ? 'PEER_UNSOLICITED' : this.#server.filters(peer, message, now);
    }
  }

  #sayNone(peer: Peer, requestId: number): void {
    const none = { previous: new Uint8Array(32), hashes: new Uint8Array(0) };
    this.context.outbox.send(peer, { type: 'filterHeaders', requestId, ...none });
  }

  /** The node begins to read its store. */
  start(): void {
    this.#keeper?.start();
  }

  /** The best chain is another one above a height. */
  changed(ancestorHeight: number): void {
    this.#keeper?.changed(ancestorHeight);
  }

  chainReplaced(): void {
    this.#keeper?.restart();
  }

  isServing(peer: Peer): boolean {
    return this.#server?.isServing(peer) ?? false;
  }

  peerGone(peer: Peer): void {
    this.requests.peerGone(peer);
    this.#server?.forget(peer);
  }

  advance({ now }: EventTime): void {
    this.requests.advance(now);
    this.#keeper?.advance();
    this.#server?.advance(now);
  }

  nextWake(): number | undefined {
    return earliest(earliest(this.requests.nextWake(), this.#keeper?.nextWake()), this.#server?.nextWake());
  }
}
