/**
 * The book of addresses as bytes: a version, what is in it, and a hash of both. Integers are little-endian.
 *
 * version (1) · secret (16) · anchors: count (1), each host and port (2) · discouraged: count (2), each host and until (4) ·
 * addresses: count (4), each host, port (2), services (2), time (4), last try (4), last success (4), failures (1), table (1: 0 for
 * new, 1 for tried), and of a new one its bucket (1) · SHA-256 of all before (32). A host is the number of its network (1) and its
 * bytes, of a discouraged one of IPv6 the first 8.
 */
import { ByteReader, ByteWriter, sha256 } from '@vision-light/protocol';
import { ANCHORS_MAX, BUCKET_PLACES, DISCOURAGED_MAX, NEW_BUCKETS, TRIED_BUCKETS } from '../limits.js';
import { addressBytes, type NetAddress, netAddress, networkIds, networkOfId } from '../net-address.js';
import type { AddressFileFault } from './address-faults.js';
import { type DiscouragedHost, discouragedBytes } from './discouraged.js';
import type { KnownAddress } from './known-address.js';

const VERSION = 1;
const SECRET_BYTES = 16;
const HASH_BYTES = 32;
const ADDRESSES_MAX = (NEW_BUCKETS + TRIED_BUCKETS) * BUCKET_PLACES;
/** What is stored of an address, and does not follow from it. */
export type StoredFacts = Pick<
  KnownAddress,
  'services' | 'time' | 'lastTry' | 'lastSuccess' | 'failures' | 'isTried' | 'bucket'
>;

/** All that a book is, but for chance. */
export interface StoredBook {
  readonly secret: Uint8Array;
  readonly anchors: readonly NetAddress[];
  readonly discouraged: readonly DiscouragedHost[];
  readonly known: readonly { readonly address: NetAddress; readonly facts: StoredFacts }[];
}

/** See the file. */
export function writeAddressFile({ secret, anchors, discouraged, known }: StoredBook): Uint8Array {
  const writer = new ByteWriter(1024 + 40 * known.length);
  writer.u8(VERSION);
  writer.raw(secret);
  writer.u8(anchors.length);
  for (const anchor of anchors) writeAddress(writer, anchor);
  writeU16(writer, discouraged.length);
  for (const { network, bytes, until } of discouraged) {
    writer.u8(networkIds[network]);
    writer.raw(bytes);
    writer.u32(until);
  }
  writer.u32(known.length);
  for (const { address, facts } of known) {
    writeAddress(writer, address);
    writeU16(writer, facts.services);
    writer.u32(facts.time);
    writer.u32(facts.lastTry);
    writer.u32(facts.lastSuccess);
    writer.u8(facts.failures);
    writer.u8(facts.isTried ? 1 : 0);
    if (!facts.isTried) writer.u8(facts.bucket);
  }
  writer.raw(sha256(writer.view()));
  return writer.view();
}

/** Reads it back. @returns a code if it is damaged, or of another version */
export function readAddressFile(bytes: Uint8Array): StoredBook | AddressFileFault {
  const end = Math.max(0, bytes.length - HASH_BYTES);
  const hash = bytes.subarray(end);
  if (hash.length !== HASH_BYTES || sha256(bytes.subarray(0, end)).some((byte, i) => byte !== hash[i]))
    return 'BITCOIN_ADDRESSES_DAMAGED';
  if (bytes[0] !== VERSION) return 'BITCOIN_ADDRESSES_VERSION';
  const reader = new ByteReader(bytes.subarray(1, end));
  const secret = Uint8Array.from(reader.view(SECRET_BYTES));
  const anchors = readList(reader, reader.u8(), ANCHORS_MAX, () => readAddress(reader));
  const discouraged = readList(reader, readU16(reader), DISCOURAGED_MAX, () => readHost(reader));
  const known = readList(reader, reader.u32(), ADDRESSES_MAX, () => {
    const address = readAddress(reader);
    return address && { address, facts: readFacts(reader) };
  });
  return reader.isDone ? { secret, anchors, discouraged, known } : 'BITCOIN_ADDRESSES_DAMAGED';
}

function readList<T>(reader: ByteReader, count: number, max: number, read: () => T | undefined): T[] {
  const list: T[] = [];
  if (count > max) reader.fail();
  while (list.length < count && !reader.failed) {
    const item = read();
    if (item === undefined) reader.fail();
    else list.push(item);
  }
  return list;
}

function readFacts(reader: ByteReader): StoredFacts {
  const [services, time, lastTry, lastSuccess] = [readU16(reader), reader.u32(), reader.u32(), reader.u32()];
  const failures = reader.u8();
  const table = reader.u8();
  if (table > 1) reader.fail();
  const isTried = table === 1;
  return { services, time, lastTry, lastSuccess, failures, isTried, bucket: isTried ? 0 : reader.u8() };
}

function writeAddress(writer: ByteWriter, { network, bytes, port }: NetAddress): void {
  writer.u8(networkIds[network]);
  writer.raw(bytes);
  writeU16(writer, port);
}

function readAddress(reader: ByteReader): NetAddress | undefined {
  const network = networkOfId(reader.u8());
  if (network === undefined) return undefined;
  const bytes = reader.view(addressBytes[network]);
  const address = netAddress(network, bytes, readU16(reader));
  // One place has one form: IPv4 within IPv6 is never written.
  return address?.network === network ? address : undefined;
}

function readHost(reader: ByteReader): DiscouragedHost | undefined {
  const network = networkOfId(reader.u8());
  if (network === undefined) return undefined;
  const bytes = Uint8Array.from(reader.view(discouragedBytes(network)));
  return { network, bytes, until: reader.u32() };
}

function writeU16(writer: ByteWriter, value: number): void {
  writer.u8(value & 0xff);
  writer.u8(value >> 8);
}

function readU16(reader: ByteReader): number {
  return reader.u8() | (reader.u8() << 8);
}
