/** The address of a candidate, as few bytes. Names are taken only in the form in which browsers hide an address. */
import { hexOf } from '../hex.js';

/** The kinds of addresses; a kind is written as its place here. */
const kinds = [
  { bytes: 4, parse: parseIpv4, format: formatIpv4 },
  { bytes: 16, parse: parseIpv6, format: formatIpv6 },
  { bytes: 16, parse: parseHiddenName, format: formatHiddenName },
] as const;

/** Lengths of the hexadecimal groups of a UUID. */
const UUID_GROUPS = [8, 4, 4, 4, 12] as const;

/** An address without its text. */
export interface Address {
  /** 0: IPv4, 1: IPv6, 2: a name of multicast DNS. */
  readonly kind: number;
  readonly bytes: Uint8Array;
}

/** @returns undefined for any other name, and for an address with a zone */
export function parseAddress(text: string): Address | undefined {
  for (const [kind, { parse }] of kinds.entries()) {
    const bytes = parse(text);
    if (bytes !== undefined) return { kind, bytes };
  }
  return undefined;
}

/** Bytes of an address; undefined if there is no such kind. */
export function addressBytesOf(kind: number): number | undefined {
  return kinds[kind]?.bytes;
}

/** The address as it stands in a candidate. @throws {RangeError} if there is no such kind */
export function formatAddress({ kind, bytes }: Address): string {
  const known = kinds[kind];
  if (known === undefined) throw new RangeError(`no kind of address: ${kind}`);
  return known.format(bytes);
}

function parseIpv4(text: string): Uint8Array | undefined {
  if (!/^\d{1,3}(\.\d{1,3}){3}$/.test(text)) return undefined;
  const numbers = text.split('.').map(Number);
  return numbers.some((number) => number > 255) ? undefined : Uint8Array.from(numbers);
}

function formatIpv4(bytes: Uint8Array): string {
  return bytes.join('.');
}

/** @see RFC 4291, section 2.2 */
function parseIpv6(text: string): Uint8Array | undefined {
  if (text.length > 39 || !text.includes(':')) return undefined;
  const halves = text.split('::');
  const [head = [], tail] = halves.map((half) => (half === '' ? [] : half.split(':').map(parseGroup)));
  const missing = 8 - head.length - (tail?.length ?? 0);
  if (halves.length > 2 || (tail === undefined ? missing !== 0 : missing < 1)) return undefined;
  const groups = [...head, ...Array<number>(missing).fill(0), ...(tail ?? [])];
  if (groups.some(Number.isNaN)) return undefined;
  return Uint8Array.from(groups.flatMap((group) => [group >> 8, group & 0xff]));
}

/** NaN if it is no group, such as an IPv4 address at the end: no candidate has one. */
function parseGroup(part: string): number {
  return /^[0-9a-f]{1,4}$/i.test(part) ? Number.parseInt(part, 16) : Number.NaN;
}

/** Every group is written, since the short form is only shorter. */
function formatIpv6(bytes: Uint8Array): string {
  const view = new DataView(bytes.buffer, bytes.byteOffset, 16);
  return Array.from({ length: 8 }, (_, i) => view.getUint16(i * 2).toString(16)).join(':');
}

/** @see draft-ietf-mmusic-mdns-ice-candidates, section 3.1.1: a UUID of version 4, in the domain `local` */
function parseHiddenName(text: string): Uint8Array | undefined {
  const name = /^([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\.local$/i.exec(text)?.[1];
  if (name === undefined) return undefined;
  const digits = name.replaceAll('-', '');
  return Uint8Array.from({ length: 16 }, (_, i) => Number.parseInt(digits.slice(i * 2, i * 2 + 2), 16));
}

function formatHiddenName(bytes: Uint8Array): string {
  const digits = hexOf(bytes);
  let at = 0;
  const groups = UUID_GROUPS.map((length) => {
    at += length;
    return digits.slice(at - length, at);
  });
  return `${groups.join('-')}.local`;
}
