/**
 * Addresses of full nodes: as bytes, as text, and what network group they are in. Text that is read comes from people and from
 * DNS, bytes come from peers; both may be anything.
 */

/** The networks whose addresses are known, and how many bytes an address has there. Tor's version 2 is gone and is not among them. */
export const addressBytes = { ipv4: 4, ipv6: 16, torv3: 32, i2p: 32, cjdns: 16 } as const;

/** A network that full nodes can be reached in. */
export type NetworkKind = keyof typeof addressBytes;

/** The numbers of the networks, on the wire and on disk. @see BIP155 */
export const networkIds = { ipv4: 1, ipv6: 2, torv3: 4, i2p: 5, cjdns: 6 } as const satisfies Record<
  NetworkKind,
  number
>;

/** The network of a number, undefined if it is not known here. */
export function networkOfId(id: number): NetworkKind | undefined {
  return kindById.get(id);
}

const kindById = new Map<number, NetworkKind>([
  [networkIds.ipv4, 'ipv4'],
  [networkIds.ipv6, 'ipv6'],
  [networkIds.torv3, 'torv3'],
  [networkIds.i2p, 'i2p'],
  [networkIds.cjdns, 'cjdns'],
]);

/** Where a full node listens. Made by {@link netAddress} or {@link parseNetAddress}, so one place has one form. */
export interface NetAddress {
  readonly network: NetworkKind;
  /** 4 bytes for `ipv4`, 16 for `ipv6` and `cjdns`, 32 for `torv3` and `i2p`; in the order in which they are written. */
  readonly bytes: Uint8Array;
  /** 0 to 65535. */
  readonly port: number;
}

/** A node as another one tells of it. */
export interface SeenAddress {
  readonly address: NetAddress;
  /** Seconds since 1970 when it was last seen, as the sender says; u32. */
  readonly time: number;
  /** What it offers, as the sender says; u64. */
  readonly services: bigint;
}

const mappedPrefix = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff];
/** How Tor's addresses of version 2 stood for themselves in IPv6: fd87:d87e:eb43::/48. */
const onionCatPrefix = [0xfd, 0x87, 0xd8, 0x7e, 0xeb, 0x43];

function startsWith(bytes: Uint8Array, prefix: readonly number[]): boolean {
  return prefix.every((byte, i) => bytes[i] === byte);
}

/**
 * An address of these bytes, which are copied. An IPv4 address that is mapped into IPv6 becomes one of IPv4.
 *
 * @returns undefined if the bytes are none of this network: a wrong length, OnionCat, or no fc00::/8 for `cjdns`
 */
export function netAddress(network: NetworkKind, bytes: Uint8Array, port: number): NetAddress | undefined {
  if (bytes.length !== addressBytes[network]) return undefined;
  if (network === 'ipv6' && startsWith(bytes, mappedPrefix))
    return { network: 'ipv4', bytes: Uint8Array.from(bytes.subarray(12)), port };
  if (network === 'ipv6' && startsWith(bytes, onionCatPrefix)) return undefined;
  if (network === 'cjdns' && bytes[0] !== 0xfc) return undefined;
  return { network, bytes: Uint8Array.from(bytes), port };
}

/** `1.2.3.4:8333`, `[::1]:8333`; of other networks `torv3/HEX:8333`, which tells them apart and is not meant for dialing. */
export function formatNetAddress({ network, bytes, port }: NetAddress): string {
  if (network === 'ipv4') return `${bytes.join('.')}:${port}`;
  if (network === 'ipv6') return `[${formatIpv6(bytes)}]:${port}`;
  return `${network}/${Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')}:${port}`;
}

/** The longest run of zeros, of two groups or more, is left out. @see RFC 5952, section 4.2 */
function formatIpv6(bytes: Uint8Array): string {
  const groups = Array.from({ length: 8 }, (_, i) => ((bytes[2 * i] ?? 0) << 8) | (bytes[2 * i + 1] ?? 0));
  let longest = { start: 0, length: 1 };
  for (let start = 0; start < 8; start++) {
    let length = 0;
    while (groups[start + length] === 0) length++;
    if (length > longest.length) longest = { start, length };
  }
  const hex = (from: number, to: number): string =>
    groups
      .slice(from, to)
      .map((group) => group.toString(16))
      .join(':');
  if (longest.length < 2) return hex(0, 8);
  return `${hex(0, longest.start)}::${hex(longest.start + longest.length, 8)}`;
}

/**
 * Reads `1.2.3.4:8333`, `[::1]:8333`, and without a port also `1.2.3.4`, `[::1]` and `::1`.
 *
 * @param defaultPort  where the text has none
 * @returns undefined for any other text, host names among them
 */
export function parseNetAddress(text: string, defaultPort: number): NetAddress | undefined {
  const match = /^(?:\[([^\]]+)\]|([^:[\]]+))(?::(\d{1,5}))?$/.exec(text);
  const host = match === null ? text : (match[1] ?? match[2] ?? '');
  const port = match?.[3] === undefined ? defaultPort : Number(match[3]);
  if (port > 65_535) return undefined;
  const v4 = match?.[1] === undefined ? parseIpv4(host) : undefined;
  if (v4 !== undefined) return netAddress('ipv4', v4, port);
  const v6 = parseIpv6(host);
  return v6 && netAddress('ipv6', v6, port);
}

function parseIpv4(text: string): Uint8Array | undefined {
  if (!/^(?:(?:0|[1-9]\d{0,2})(?:\.(?!$)|$)){4}$/.test(text)) return undefined;
  const parts = text.split('.').map(Number);
  return parts.every((part) => part <= 255) ? Uint8Array.from(parts) : undefined;
}

/** Eight groups, or fewer with one `::`; the last four bytes may be written as IPv4. */
function parseIpv6(text: string): Uint8Array | undefined {
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const [head, tail] = halves.map((half) => (half === '' ? [] : half.split(':')));
  const before = groupBytes(head ?? [], tail === undefined);
  const after = groupBytes(tail ?? [], true);
  if (before === undefined || after === undefined) return undefined;
  const length = before.length + after.length;
  // A `::` stands for at least one group.
  if (tail === undefined ? length !== 16 : length > 14) return undefined;
  const bytes = new Uint8Array(16);
  bytes.set(before);
  bytes.set(after, 16 - after.length);
  return bytes;
}

function groupBytes(groups: readonly string[], isEnd: boolean): number[] | undefined {
  const bytes: number[] = [];
  for (const [i, group] of groups.entries()) {
    const v4 = isEnd && i === groups.length - 1 ? parseIpv4(group) : undefined;
    if (v4 !== undefined) bytes.push(...v4);
    else if (/^[0-9a-f]{1,4}$/i.test(group))
      bytes.push(Number.parseInt(group, 16) >> 8, Number.parseInt(group, 16) & 0xff);
    else return undefined;
  }
  return bytes;
}

/**
 * What one operator has many addresses of: the /16 of IPv4, the /32 of IPv6. Elsewhere addresses cost nothing, so a network
 * counts as a few groups: 16 of Tor and I2P by their first 4 bits, as many of CJDNS by the first 4 behind its prefix.
 *
 * @see Bitcoin Core `NetGroupManager::GetGroup`
 * @returns text; equal for addresses of one group only
 */
export function groupOf({ network, bytes }: NetAddress): string {
  const [a = 0, b = 0, c = 0, d = 0] = bytes;
  if (network === 'ipv4') return `${a}.${b}`;
  if (network === 'ipv6') {
    const carried = carriedIpv4(bytes);
    return carried === undefined ? `${(a << 8) | b}:${(c << 8) | d}` : `${carried[0]}.${carried[1]}`;
  }
  return `${network}/${(network === 'cjdns' ? b : a) >> 4}`;
}

/** The IPv4 address that an address of 6to4, Teredo or a translator carries: the group of one is that of the other. */
function carriedIpv4(bytes: Uint8Array): readonly number[] | undefined {
  if (startsWith(bytes, [0x20, 0x02])) return [...bytes.subarray(2, 6)];
  if (startsWith(bytes, [0x20, 0x01, 0, 0])) return Array.from(bytes.subarray(12), (byte) => byte ^ 0xff);
  if (startsWith(bytes, [0, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0])) return [...bytes.subarray(12)];
  return undefined;
}

/** First bytes and their bits of IPv4 addresses that no stranger can be reached at. @see RFC 6890, RFC 5737, RFC 2544 */
const unroutableIpv4: readonly (readonly [prefix: readonly number[], bits: number])[] = [
  [[0], 8], // this network
  [[10], 8], // private
  [[100, 64], 10], // behind a provider's translator
  [[127], 8], // loopback
  [[169, 254], 16], // link-local
  [[172, 16], 12], // private
  [[192, 0, 0], 24], // protocol assignments
  [[192, 0, 2], 24], // documentation
  [[192, 168], 16], // private
  [[198, 18], 15], // benchmarks
  [[198, 51, 100], 24], // documentation
  [[203, 0, 113], 24], // documentation
  [[224], 4], // multicast
  [[240], 4], // reserved, broadcast
];

/** The same of IPv6. Only 2000::/3 is handed out, and what translators make of IPv4. @see RFC 4291, RFC 3849, RFC 9637, RFC 4843, RFC 7343 */
const unroutableIpv6: readonly (readonly [prefix: readonly number[], bits: number])[] = [
  [[0x20, 0x01, 0x0d, 0xb8], 32], // documentation
  [[0x3f, 0xff, 0x00], 20], // documentation
  [[0x20, 0x01, 0x00, 0x10], 28], // ORCHID
  [[0x20, 0x01, 0x00, 0x20], 28], // ORCHIDv2
];

function isWithin(bytes: Uint8Array, prefix: readonly number[], bits: number): boolean {
  for (let i = 0; i * 8 < bits; i++) {
    const mask = (0xff << Math.max(0, 8 - (bits - i * 8))) & 0xff;
    if (((bytes[i] ?? 0) & mask) !== ((prefix[i] ?? 0) & mask)) return false;
  }
  return true;
}

/**
 * True if a full node can be reached there from anywhere by TCP: an address of IPv4 or IPv6 that is not private, loopback,
 * link-local, multicast, documentation or unassigned, and a port that is not 0. Other networks need a proxy, which the gateway has not.
 */
export function isRoutable({ network, bytes, port }: NetAddress): boolean {
  if (port === 0) return false;
  if (network === 'ipv4') return isRoutableIpv4(bytes);
  if (network !== 'ipv6') return false;
  const carried = carriedIpv4(bytes);
  if (carried !== undefined && !isRoutableIpv4(Uint8Array.from(carried))) return false;
  const isAssigned = isWithin(bytes, [0x20], 3) || (bytes[0] === 0 && carried !== undefined);
  return isAssigned && !unroutableIpv6.some(([prefix, bits]) => isWithin(bytes, prefix, bits));
}

function isRoutableIpv4(bytes: Uint8Array): boolean {
  return !unroutableIpv4.some(([prefix, bits]) => isWithin(bytes, prefix, bits));
}
