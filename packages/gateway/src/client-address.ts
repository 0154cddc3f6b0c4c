import { isIPv6 } from 'node:net';

/**
 * What a client counts against: an IPv4 address as it is, an IPv6 address by its /64, since one subscriber has at least
 * so much.
 *
 * @param remote  as a socket gives it; undefined if it is closed already
 */
export function clientAddress(remote: string | undefined): string {
  if (remote === undefined) return 'unknown';
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(remote)?.[1];
  if (mapped !== undefined) return mapped;
  if (!isIPv6(remote)) return remote;
  const [head = '', tail = ''] = (remote.split('%')[0] ?? '').split('::');
  const groups = head.split(':').filter((group) => group !== '');
  const after = tail.split(':').filter((group) => group !== '');
  const zeros = new Array<string>(Math.max(0, 8 - groups.length - after.length)).fill('0');
  return `${[...groups, ...zeros, ...after].slice(0, 4).join(':')}::/64`;
}

/**
 * The network that an address is in, as far as a provider's customers differ in it: the /24 of an IPv4 address, the /48 of an
 * IPv6 address. Anything else is a group of its own.
 *
 * @param address  of {@link clientAddress}
 */
export function networkGroup(address: string): string {
  const v4 = /^(\d+\.\d+\.\d+)\.\d+$/.exec(address)?.[1];
  if (v4 !== undefined) return `${v4}.0/24`;
  return address.endsWith('::/64') ? `${address.split(':').slice(0, 3).join(':')}::/48` : address;
}
