/**
 * Which full nodes to dial where the operator names none: addresses that other nodes have told, one of a network group, and
 * first of all those that DNS seeds name. Anchors, the nodes of the last visit, are dialed first, so that whoever fills the
 * table of addresses has won nothing before.
 *
 * Memory: that of the book of addresses.
 */
import type { EventTime } from '@vision-light/protocol';
import type { AddressBook } from './addresses/address-book.js';
import {
  DIAL_INTERVAL_MS,
  FILTER_NODES_MIN,
  OUTBOUND_NODES,
  SEED_ADDRESSES_MAX,
  SEED_INTERVAL_MS,
  SEED_RETRY_MAX_MS,
  SEED_RETRY_MIN_MS,
} from './bridge-limits.js';
import { groupOf, type NetAddress } from './net-address.js';
import { serviceBits } from './wire/messages/handshake.js';

/** What nodes that a seed names are taken to offer until they say so themselves. */
const seededServices = serviceBits.NETWORK | serviceBits.WITNESS;
/** Seconds that a seed's addresses are taken to be old: between 3 and 7 days, as in Bitcoin Core. */
const SEEDED_AGE_MIN_S = 3 * 86_400;
const SEEDED_AGE_SPREAD_S = 4 * 86_400;

/** What dialing follows from. */
export interface OutboundOptions {
  readonly book: AddressBook;
  /** Host names that DNS answers with addresses of full nodes. */
  readonly seeds: readonly string[];
  /** Whether some of the nodes must serve compact filters. */
  readonly wantsFilters: boolean;
  /** Random numbers of [0, 1). */
  readonly random: () => number;
  /** Asks DNS; `found` follows. */
  readonly lookup: (host: string) => void;
  /** All seeds were asked, and there is nobody to dial. @param retryMs  when they are asked again */
  readonly stranded: (retryMs: number) => void;
}

/** A node that is connected, or being dialed. */
export interface OutboundNode {
  readonly address: NetAddress;
  /** Undefined until it has said what it offers. */
  readonly servesFilters: boolean | undefined;
}

/** See the head of this file. */
export class Outbound {
  readonly #anchors: NetAddress[];
  #dialAt = Number.NEGATIVE_INFINITY;
  /** Seeds that were not asked since there was last somebody to dial. */
  #seeds: string[];
  #lookupAt = Number.NEGATIVE_INFINITY;
  #retryMs = SEED_RETRY_MIN_MS;
  /** The seed that was asked last, until the round is over. */
  #asked: string | undefined;
  /** Nobody was there to dial when it was last looked. */
  #isShort = false;

  constructor(readonly options: OutboundOptions) {
    this.#anchors = [...options.book.anchors];
    this.#seeds = [...options.seeds];
  }

  /** The next node to dial, if it is time and there is one. @param nodes  those that there are */
  next(nodes: readonly OutboundNode[], { now, wallTime }: EventTime): NetAddress | undefined {
    if (nodes.length >= OUTBOUND_NODES || now < this.#dialAt) return undefined;
    const address = this.#anchor(nodes, wallTime) ?? this.#choose(nodes, wallTime);
    this.#isShort = address === undefined;
    if (address === undefined) {
      this.#askSeed(now, nodes.length);
      return undefined;
    }
    this.#dialAt = now + DIAL_INTERVAL_MS;
    this.options.book.attempted(address, wallTime);
    return address;
  }

  /** Whether a node is of less use than one that serves filters would be in its place. */
  isSurplus(nodes: readonly OutboundNode[]): boolean {
    const without = nodes.filter(({ servesFilters }) => servesFilters === false).length;
    return this.options.wantsFilters && without > OUTBOUND_NODES - FILTER_NODES_MIN;
  }

  /** DNS has answered. @param addresses  none if it has not */
  found(host: string, addresses: readonly NetAddress[], { now, wallTime }: EventTime): void {
    const { book, random } = this.options;
    // Whoever has no network knows it at once, and need not wait for each seed; but all of them for the next round.
    if (addresses.length === 0 && host === this.#asked) this.#lookupAt = Math.min(this.#lookupAt, now);
    const seen = addresses.slice(0, SEED_ADDRESSES_MAX).map((address) => ({
      address,
      services: seededServices,
      time: Math.floor(wallTime - SEEDED_AGE_MIN_S - random() * SEEDED_AGE_SPREAD_S),
    }));
    book.add(seen, host, wallTime);
  }

  /** There are addresses that were not there before, or there is room for one more of a group. */
  mayChoose(): void {
    this.#isShort = false;
  }

  /** A node has completed its handshake: the seeds are of no concern for now. */
  reached(): void {
    this.#retryMs = SEED_RETRY_MIN_MS;
    this.#seeds = [...this.options.seeds];
  }

  /** @param count  nodes that there are */
  nextWake(count: number): number | undefined {
    if (count >= OUTBOUND_NODES) return undefined;
    return this.#isShort ? Math.max(this.#dialAt, this.#lookupAt) : this.#dialAt;
  }

  /** The next of the last visit's nodes, unless it is discouraged or in the group of another one. */
  #anchor(nodes: readonly OutboundNode[], wallTime: number): NetAddress | undefined {
    for (let anchor = this.#anchors.shift(); anchor !== undefined; anchor = this.#anchors.shift()) {
      const group = groupOf(anchor);
      const isTaken = nodes.some(({ address }) => groupOf(address) === group);
      if (!isTaken && !this.options.book.isDiscouraged(anchor, wallTime)) return anchor;
    }
    return undefined;
  }

  #choose(nodes: readonly OutboundNode[], wallTime: number): NetAddress | undefined {
    const groups = new Set(nodes.map(({ address }) => groupOf(address)));
    const isTaken = (group: string): boolean => groups.has(group);
    const serving = nodes.filter(({ servesFilters }) => servesFilters !== false).length;
    const places = OUTBOUND_NODES - nodes.length;
    const needsFilters =
      this.options.wantsFilters && serving < FILTER_NODES_MIN && places <= FILTER_NODES_MIN;
    const { book } = this.options;
    const filters = needsFilters ? serviceBits.COMPACT_FILTERS : 0n;
    return (
      book.choose({ isTaken, needs: serviceBits.WITNESS | filters, wallTime }) ??
      // Seeds do not say who serves filters: only a node itself does.
      (needsFilters ? book.choose({ isTaken, needs: serviceBits.WITNESS, wallTime }) : undefined)
    );
  }

  #askSeed(now: number, count: number): void {
    if (now < this.#lookupAt) return;
    const index = Math.floor(this.options.random() * this.#seeds.length);
    const [seed] = this.#seeds.splice(index, 1);
    if (seed !== undefined) {
      this.#lookupAt = now + SEED_INTERVAL_MS;
      this.#asked = seed;
      this.options.lookup(seed);
      return;
    }
    this.#seeds = [...this.options.seeds];
    this.#asked = undefined;
    this.#lookupAt = now + this.#retryMs;
    if (count === 0) this.options.stranded(this.#retryMs);
    this.#retryMs = Math.min(SEED_RETRY_MAX_MS, 2 * this.#retryMs);
  }
}
