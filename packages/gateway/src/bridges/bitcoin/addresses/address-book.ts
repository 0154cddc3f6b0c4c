/**
 * The full nodes that a gateway could connect to: those that it heard of, and those that answered, each in a table of buckets (as
 * Bitcoin Core's `AddrMan`). What is heard is a stranger's claim, so:
 *
 * - Which bucket and place an address has follows from a secret; nobody can aim at a place.
 * - What the nodes of one network group tell goes to few buckets, and takes no place that is in use.
 * - An address that answered is pushed out only after it failed, so nobody gains by making many of his own answer.
 * - A bucket is chosen first, then an address in it: many addresses in few buckets are no better chance.
 *
 * Only addresses that can be dialed are kept. An address stands in one place, under the source that told of it first; in Bitcoin
 * Core up to eight, which makes it likelier to be chosen the more sources tell of it. Memory and file are bounded by the
 * number of places, see `limits.ts`. Time and chance are given.
 */
import { ANCHORS_MAX, NEW_BUCKETS, TRIED_BUCKETS } from '../limits.js';
import { formatNetAddress, groupOf, isRoutable, type NetAddress, type SeenAddress } from '../net-address.js';
import type { AddressFileFault } from './address-faults.js';
import { readAddressFile, type StoredFacts, writeAddressFile } from './address-file.js';
import { BucketTable, Salt } from './bucket-table.js';
import { Discouraged } from './discouraged.js';
import { AHEAD_S, chanceOf, countFailure, isUseless, type KnownAddress } from './known-address.js';

/** Seconds that are taken off a time that somebody else tells: he may have it from others, and each takes his share. */
const HEARSAY_S = 2 * 3600;
/** A time that cannot be is taken for this many seconds ago. */
const UNKNOWN_AGE_S = 5 * 86_400;
/** Times before 1973 are none. */
const TIME_MIN = 100_000_000;
/** A time that is heard again counts once it is this many seconds later: of an address that was seen within a day, and of others. */
const NEWS_S = { recent: 3600, older: 86_400 } as const;
/** At each step of the search in a table all chances grow, so that it ends soon, whatever they are. */
const CHANCE_GROWTH = 1.2;
const SERVICES_MASK = 0xffffn;

/** What a book is made of. */
export interface AddressBookOptions {
  /** 0 ≤ x < 1, evenly; whoever can predict it can predict which node is dialed. */
  readonly random: () => number;
  /** 16 bytes that nobody else knows. They are stored with the book. */
  readonly secret: Uint8Array;
}

/** What an address is wanted for. */
export interface AddressWish {
  /** True of a network group (see `groupOf`) that has a connection already. */
  isTaken(group: string): boolean;
  /** Service bits that it must have, by what is known of it; none if absent. */
  readonly needs?: bigint;
  /** Seconds since 1970. */
  readonly wallTime: number;
}

/** See the file. */
export class AddressBook {
  readonly #random: () => number;
  readonly #salt: Salt;
  readonly #known = new Map<string, KnownAddress>();
  readonly #new: BucketTable;
  readonly #tried: BucketTable;
  readonly #discouraged = new Discouraged();
  #anchors: readonly NetAddress[] = [];
  /** Connections that succeeded. */
  #successes = 0;

  constructor({ random, secret }: AddressBookOptions) {
    this.#random = random;
    this.#salt = new Salt(Uint8Array.from(secret));
    this.#new = new BucketTable('new', NEW_BUCKETS, this.#salt);
    this.#tried = new BucketTable('tried', TRIED_BUCKETS, this.#salt);
  }

  /** How many addresses were heard of, and how many answered. */
  get size(): { readonly new: number; readonly tried: number } {
    return { new: this.#new.size, tried: this.#tried.size };
  }

  /** The nodes to connect to first after a restart, at most two. */
  get anchors(): readonly NetAddress[] {
    return this.#anchors;
  }

  /** Those that are connected now. More than two are left out. */
  setAnchors(addresses: readonly NetAddress[]): void {
    this.#anchors = addresses.slice(0, ANCHORS_MAX);
  }

  /**
   * Notes what somebody tells.
   *
   * @param source  the node that tells it, or the name of what is asked in DNS
   * @param wallTime  seconds since 1970
   */
  add(addresses: readonly SeenAddress[], source: NetAddress | string, wallTime: number): void {
    const sourceGroup = typeof source === 'string' ? source : groupOf(source);
    const sourceKey = typeof source === 'string' ? undefined : formatNetAddress(source);
    for (const { address, time, services } of addresses) {
      if (!isRoutable(address)) continue;
      const key = formatNetAddress(address);
      const isPossible = time >= TIME_MIN && time <= wallTime + AHEAD_S;
      const told = isPossible ? time : wallTime - UNKNOWN_AGE_S;
      const penalty = key === sourceKey ? 0 : HEARSAY_S;
      const heard = { time: Math.max(0, told - penalty), services: Number(services & SERVICES_MASK) };
      const known = this.#known.get(key);
      if (known !== undefined) refresh(known, heard, wallTime);
      else this.#placeNew({ ...describe(address, key), ...heard }, sourceGroup, wallTime);
    }
  }

  /**
   * An address to dial, by chance: of one table or the other, then of a bucket, then one that failed seldom.
   *
   * @returns undefined if there is none that is wanted; to know that, every place is looked at, some milliseconds
   */
  choose({ isTaken, needs = 0n, wallTime }: AddressWish): NetAddress | undefined {
    const mask = Number(needs & SERVICES_MASK);
    const taken = new Map<string, boolean>();
    const isWanted = (known: KnownAddress): boolean => {
      if ((known.services & mask) !== mask) return false;
      const isGroupTaken = taken.get(known.group) ?? isTaken(known.group);
      taken.set(known.group, isGroupTaken);
      return !isGroupTaken && !this.#discouraged.has(known.address, wallTime);
    };
    const tables = this.#random() < 0.5 ? [this.#new, this.#tried] : [this.#tried, this.#new];
    for (const table of tables) {
      const address = this.#draw(table, isWanted, wallTime);
      if (address !== undefined) return address;
    }
    return undefined;
  }

  /** It is being dialed. */
  attempted(address: NetAddress, wallTime: number): void {
    const known = this.#known.get(formatNetAddress(address));
    if (known !== undefined) known.lastTry = wallTime;
  }

  /** It did not answer, or was of no use. */
  failed(address: NetAddress): void {
    const known = this.#known.get(formatNetAddress(address));
    if (known !== undefined) countFailure(known, this.#successes);
  }

  /**
   * It answered, and is what was wanted.
   *
   * @param services  what it says itself that it offers
   */
  tried(address: NetAddress, services: bigint, wallTime: number): void {
    this.#successes++;
    if (!isRoutable(address)) return;
    const key = formatNetAddress(address);
    const now = { time: wallTime, lastTry: wallTime, lastSuccess: wallTime, failures: 0 };
    const known = this.#known.get(key) ?? describe(address, key);
    Object.assign(known, now, { services: Number(services & SERVICES_MASK) });
    if (known.isTried) return;
    const bucket = this.#salt.triedBucket(known);
    const holder = this.#tried.at(bucket, key);
    if (holder !== undefined && holder.failures === 0 && !isUseless(holder, wallTime)) {
      // It waits among the new ones, and comes back the next time that it answers.
      if (!this.#known.has(key)) this.#placeNew(known, known.group, wallTime);
      return;
    }
    if (this.#known.has(key)) this.#new.remove(known);
    this.#known.set(key, known);
    if (holder !== undefined) {
      this.#tried.remove(holder);
      this.#known.delete(holder.key);
      this.#placeNew(holder, holder.group, wallTime);
    }
    this.#tried.put(bucket, known);
  }

  /** It broke a rule which no honest node breaks: for a day it is not chosen, whatever its port. */
  discourage(address: NetAddress, wallTime: number): void {
    this.#discouraged.add(address, wallTime);
  }

  /** Whether it is discouraged. */
  isDiscouraged(address: NetAddress, wallTime: number): boolean {
    return this.#discouraged.has(address, wallTime);
  }

  /** All of it, for {@link decode}: less than 1 MB, and not for others to read. */
  encode(): Uint8Array {
    return writeAddressFile({
      secret: this.#salt.secret,
      anchors: this.#anchors,
      discouraged: this.#discouraged.list(),
      known: Array.from(this.#known.values(), (known) => ({ address: known.address, facts: known })),
    });
  }

  /**
   * The book that was encoded, with the secret that it had then.
   *
   * @param options  for an empty book, if the bytes are none
   * @returns with an empty book, why
   */
  static decode(
    bytes: Uint8Array,
    { random, secret }: AddressBookOptions,
  ): { readonly book: AddressBook; readonly code: AddressFileFault | undefined } {
    const empty = (code: AddressFileFault) => ({ book: new AddressBook({ random, secret }), code });
    const stored = readAddressFile(bytes);
    if (typeof stored === 'string') return empty(stored);
    const book = new AddressBook({ random, secret: stored.secret });
    for (const host of stored.discouraged) book.#discouraged.restore(host);
    book.setAnchors(stored.anchors);
    for (const { address, facts } of stored.known)
      if (!book.#restore(address, facts)) return empty('BITCOIN_ADDRESSES_DAMAGED');
    return { book, code: undefined };
  }

  #restore(address: NetAddress, facts: StoredFacts): boolean {
    const key = formatNetAddress(address);
    if (!isRoutable(address) || this.#known.has(key)) return false;
    const known = { ...describe(address, key), ...facts };
    const table = known.isTried ? this.#tried : this.#new;
    const bucket = known.isTried ? this.#salt.triedBucket(known) : known.bucket;
    if (bucket >= table.buckets || table.at(bucket, key) !== undefined) return false;
    this.#known.set(key, known);
    table.put(bucket, known);
    return true;
  }

  /** Its place among the new ones if that is free, or its holder of no use; else it is forgotten. */
  #placeNew(known: KnownAddress, source: string, wallTime: number): void {
    const bucket = this.#salt.newBucket(known.group, source);
    const holder = this.#new.at(bucket, known.key);
    if (holder !== undefined && !isUseless(holder, wallTime)) return;
    if (holder !== undefined) {
      this.#new.remove(holder);
      this.#known.delete(holder.key);
    }
    this.#known.set(known.key, known);
    this.#new.put(bucket, known);
  }

  /** Draws buckets, and an address of each, until one is good enough or no bucket has any that is wanted. */
  #draw(
    table: BucketTable,
    isWanted: (known: KnownAddress) => boolean,
    wallTime: number,
  ): NetAddress | undefined {
    const buckets = Array.from({ length: table.buckets }, (_, i) => i);
    let growth = 1;
    for (;;) {
      const at = this.#below(buckets.length);
      const bucket = buckets[at];
      if (bucket === undefined) return undefined;
      const wanted = table.filter(bucket, isWanted);
      const known = wanted[this.#below(wanted.length)];
      if (known === undefined) {
        buckets.splice(at, 1);
        continue;
      }
      if (this.#random() < growth * chanceOf(known, wallTime)) return known.address;
      growth *= CHANCE_GROWTH;
    }
  }

  #below(count: number): number {
    return Math.floor(this.#random() * count);
  }
}

function describe(address: NetAddress, key: string): KnownAddress {
  return {
    address,
    key,
    group: groupOf(address),
    services: 0,
    time: 0,
    lastTry: 0,
    lastSuccess: 0,
    failures: 0,
    countedAt: -1,
    isTried: false,
    bucket: 0,
  };
}

/** What is heard of an address that is known. What a node offers is not heard once it said it itself. */
function refresh(known: KnownAddress, heard: { time: number; services: number }, wallTime: number): void {
  const news = wallTime - heard.time < 86_400 ? NEWS_S.recent : NEWS_S.older;
  if (heard.time > known.time + news) known.time = heard.time;
  if (known.lastSuccess === 0) known.services |= heard.services;
}
