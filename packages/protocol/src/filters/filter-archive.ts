/**
 * The filters that a gateway keeps, and its answers to peers that ask for them. A node is given this part of its code if it is to
 * keep filters; pages are not.
 *
 * Memory: what `filter-keeper.ts` and `filter-server.ts` state.
 */
import type { Outbox } from '../peer/outbox.js';
import { earliest } from '../peer/part.js';
import type { Peer } from '../peer/peer.js';
import type { PeerFault } from '../peer/peer-fault.js';
import type { GetFilterHeaders, GetFilters } from '../wire/messages/filters.js';
import type { FilterAgreement } from './filter-agreement.js';
import { FilterKeeper, type KeeperContext } from './filter-keeper.js';
import { FilterServer } from './filter-server.js';

/** What it takes of the node around it. */
export interface ArchiveContext extends KeeperContext {
  /** Finds the hashes about which peers agree. */
  readonly agreement: FilterAgreement;
  /** Takes the answers to peers. */
  readonly outbox: Outbox;
}

/** See the head of this file. */
export class FilterArchive {
  readonly #keeper: FilterKeeper;
  readonly #server: FilterServer;

  /** @param count  how many of the newest filters are kept */
  constructor(context: ArchiveContext, count: number) {
    this.#keeper = new FilterKeeper(context, context.agreement, count);
    this.#server = new FilterServer(this.#keeper, context.outbox);
  }

  /** The node begins to read its store. */
  start(): void {
    this.#keeper.start();
  }

  /** The best chain is another one above a height, or has grown. */
  changed(ancestorHeight: number): void {
    this.#keeper.changed(ancestorHeight);
  }

  /** The chain begins anew. */
  restart(): void {
    this.#keeper.restart();
  }

  /** A peer asks for filters, or for what commits to them. */
  request(peer: Peer, message: GetFilterHeaders | GetFilters, now: number): PeerFault | undefined {
    if (message.type === 'getFilters') return this.#server.filters(peer, message, now);
    this.#server.hashes(peer, message, now);
    return undefined;
  }

  /** Whether a peer waits for filters. */
  isServing(peer: Peer): boolean {
    return this.#server.isServing(peer);
  }

  /** A peer waits no more. */
  peerGone(peer: Peer): void {
    this.#server.forget(peer);
  }

  /** Does what is due. @param now  monotonic ms */
  advance(now: number): void {
    this.#keeper.advance();
    this.#server.advance(now);
  }

  /** Monotonic ms at which {@link advance} wants to be called. */
  nextWake(): number | undefined {
    return earliest(this.#keeper.nextWake(), this.#server.nextWake());
  }
}
