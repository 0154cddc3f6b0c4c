/**
 * Addresses in buckets of places. An address has one bucket and one place in it, which follow from a secret, so nobody can choose
 * addresses that push out certain others.
 *
 * @see Bitcoin Core, `AddrMan`: "a random key is used to select the buckets"
 */
import { SipHash } from '@vision-light/protocol';
import {
  BUCKET_PLACES,
  NEW_BUCKETS,
  NEW_BUCKETS_PER_SOURCE,
  TRIED_BUCKETS,
  TRIED_BUCKETS_PER_GROUP,
} from '../limits.js';
import type { KnownAddress } from './known-address.js';

/** Longer than addresses as text, and than names in DNS; what is behind it does not count. */
const TEXT_BYTES_MAX = 512;

/** Where addresses belong, under one secret. */
export class Salt {
  readonly #hasher: SipHash;
  readonly #text = new Uint8Array(TEXT_BYTES_MAX);

  /** @param secret  16 bytes that nobody else knows */
  constructor(readonly secret: Uint8Array) {
    if (secret.length !== 16) throw new RangeError(`secret: ${secret.length} bytes, must be 16`);
    this.#hasher = new SipHash(secret);
  }

  /** The bucket of an address that was heard of: what one source tells goes to few of them. */
  newBucket(group: string, source: string): number {
    const spread = this.#number(`new ${source} ${group}`) % NEW_BUCKETS_PER_SOURCE;
    return this.#number(`new ${source} #${spread}`) % NEW_BUCKETS;
  }

  /** The bucket of an address that answered: those of one group go to few of them. */
  triedBucket({ group, key }: KnownAddress): number {
    const spread = this.#number(`tried ${key}`) % TRIED_BUCKETS_PER_GROUP;
    return this.#number(`tried ${group} #${spread}`) % TRIED_BUCKETS;
  }

  /** The place within a bucket. */
  place(table: 'new' | 'tried', bucket: number, key: string): number {
    return this.#number(`${table} place ${bucket} ${key}`) % BUCKET_PLACES;
  }

  /** 32 bits of a text in ASCII. */
  #number(text: string): number {
    const length = Math.min(text.length, TEXT_BYTES_MAX);
    for (let i = 0; i < length; i++) this.#text[i] = text.charCodeAt(i);
    this.#hasher.hash(this.#text.subarray(0, length));
    return this.#hasher.low;
  }
}

/** A table of buckets. */
export class BucketTable {
  readonly #places: (KnownAddress | undefined)[];
  #size = 0;

  constructor(
    readonly name: 'new' | 'tried',
    readonly buckets: number,
    readonly salt: Salt,
  ) {
    this.#places = new Array(buckets * BUCKET_PLACES).fill(undefined);
  }

  /** Addresses in it. */
  get size(): number {
    return this.#size;
  }

  /** What stands where the address would stand in this bucket. */
  at(bucket: number, key: string): KnownAddress | undefined {
    return this.#places[this.#index(bucket, key)];
  }

  /** Puts an address there, which is free. */
  put(bucket: number, known: KnownAddress): void {
    known.bucket = bucket;
    known.isTried = this.name === 'tried';
    this.#places[this.#index(bucket, known.key)] = known;
    this.#size++;
  }

  /** Takes an address out, which is in it. */
  remove(known: KnownAddress): void {
    this.#places[this.#index(known.bucket, known.key)] = undefined;
    this.#size--;
  }

  /** The addresses of a bucket for which this is true, in the order of their places. */
  filter(bucket: number, isWanted: (known: KnownAddress) => boolean): KnownAddress[] {
    const places = this.#places.slice(bucket * BUCKET_PLACES, (bucket + 1) * BUCKET_PLACES);
    return places.filter((known) => known !== undefined).filter(isWanted);
  }

  #index(bucket: number, key: string): number {
    return bucket * BUCKET_PLACES + this.salt.place(this.name, bucket, key);
  }
}
