/**
 * The address of a gateway that takes connections without an introduction: where it listens, and which certificate it has.
 * Written as `192.0.2.7:8082/FINGERPRINT` or `[2001:db8::7]:8082/FINGERPRINT`, the fingerprint as 64 hex digits or as pairs of
 * them with colons between.
 *
 * The host is an IP address: Firefox passes over an ICE candidate that has a name.
 */

/** Such an address, read. */
export interface DirectAddress {
  /** An IPv4 or IPv6 address, without brackets. */
  readonly host: string;
  /** UDP port. */
  readonly port: number;
  /** SHA-256 of its certificate, 64 lowercase hex digits. */
  readonly fingerprint: string;
}

const form =
  /^(?:\[([0-9a-f:]{2,39})\]|([\d.]{7,15})):(\d{1,5})\/((?:[0-9a-f]{2}:){31}[0-9a-f]{2}|[0-9a-f]{64})$/i;

/** @returns undefined if the text is no such address */
export function readDirectAddress(text: string): DirectAddress | undefined {
  const [, v6, v4, digits, hex = ''] = form.exec(text) ?? [];
  const host = v6 ?? v4;
  const port = Number(digits);
  if (host === undefined || !(port >= 1 && port <= 65_535)) return undefined;
  if (v6 === undefined ? !isIpv4(host) : !isIpv6(host)) return undefined;
  return { host, port, fingerprint: hex.replaceAll(':', '').toLowerCase() };
}

/** The address as it is printed for people, the fingerprint without colons. */
export function writeDirectAddress(address: DirectAddress): string {
  return `${placeOf(address)}/${address.fingerprint}`;
}

/** Host and port of an address, by which its peer is called. */
export function placeOf({ host, port }: DirectAddress): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
}

function isIpv4(host: string): boolean {
  const octets = host.split('.');
  return octets.length === 4 && octets.every((octet) => /^\d{1,3}$/.test(octet) && Number(octet) <= 255);
}

function isIpv6(host: string): boolean {
  const halves = host.split('::');
  const groups = halves.flatMap((half) => (half === '' ? [] : half.split(':')));
  const isWhole = halves.length === 1 ? groups.length === 8 : halves.length === 2 && groups.length < 8;
  return isWhole && groups.every((group) => /^[0-9a-f]{1,4}$/i.test(group));
}
