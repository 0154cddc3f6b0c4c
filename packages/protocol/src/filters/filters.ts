/**
 * The part of the node that uses and serves compact filters. It asks peers that serve them; what it is asked, its source of
 * filters answers, if it has one.
 *
 * Memory: what `filter-requests.ts`, `filter-agreement.ts` and `filter-search.ts` state.
 */
import type { BlockSync } from '../blocks/block-sync.js';
import type { FilterRules } from '../chain/filter/filter-rules.js';
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
import type { ArchiveContext, FilterArchive } from './filter-archive.js';
import { rangeOf } from './filter-range.js';
import { FilterRequests } from './filter-requests.js';
import { type FilterMatches, FilterSearch } from './filter-search.js';

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
  readonly #archive: FilterArchive | undefined;

  /**
   * @param rules  undefined for a node that has nothing to do with filters
   * @param archive  makes what keeps and serves filters, if the node is to do that
   * @param punish  says why, and disconnects
   */
  constructor(
    readonly context: FilterContext,
    rules: FilterRules | undefined,
    archive: ((context: ArchiveContext) => FilterArchive) | undefined,
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
          .sort(
            (a, b) =>
              this.requests.failures(a) - this.requests.failures(b) ||
              Number(b.isGateway) - Number(a.isGateway),
          ),
      fetch: (block: Uint8Array, done: Parameters<BlockSync['requested']['request']>[1] & object) =>
        blocks.requested.request(block, done, context.listener.now()),
      punish,
    };
    this.agreement = new FilterAgreement(agreement);
    this.#search = new FilterSearch(agreement, this.agreement);
    const { tree, storage, sync, listener } = context;
    this.#archive = archive?.({
      ...agreement,
      agreement: this.agreement,
      tree,
      storage,
      outbox,
      now: () => listener.now(),
      isSyncing: () => sync.isActive,
    });
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
      default:
        // Whoever keeps none does not offer any.
        return this.#archive === undefined
          ? 'PEER_UNSOLICITED'
          : (this.#archive.request(peer, message, now) ?? 'quiet');
    }
  }

  /** The node begins to read its store. */
  start(): void {
    this.#archive?.start();
  }

  /** The best chain is another one above a height. */
  changed(ancestorHeight: number): void {
    this.#archive?.changed(ancestorHeight);
  }

  chainReplaced(): void {
    this.#archive?.restart();
  }

  isServing(peer: Peer): boolean {
    return this.#archive?.isServing(peer) ?? false;
  }

  peerGone(peer: Peer): void {
    this.requests.peerGone(peer);
    this.#archive?.peerGone(peer);
  }

  advance({ now }: EventTime): void {
    this.requests.advance(now);
    this.#archive?.advance(now);
  }

  nextWake(): number | undefined {
    return earliest(this.requests.nextWake(), this.#archive?.nextWake());
  }
}
