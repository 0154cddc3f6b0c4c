/**
 * What a client is counted by, at the servers that limit how much one address may have: the signaling server and the HTTP side
 * of a gateway.
 */

const byte = '(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)';
const ipv4Pattern = new RegExp(`^${byte}(?:\\.${byte}){3}$`);
const mappedPrefix = /^::ffff:(?=\d+\.)/i;

/**
 * The key of an address: an IPv4 address as it is, an IPv6 address by its /64, since one subscriber has at least so much.
 *
 * @param text  an address as a socket or a proxy gives it
 * @returns undefined if the text is no address
 */
export function addressKey(text: string): string | undefined {
  const ipv4 = text.replace(mappedPrefix, '');
  if (ipv4Pattern.test(ipv4)) return ipv4;
  const [address = ''] = text.split('%');
  const url = `http://[${address}]`;
  if (!/^[\da-f.]*:[\da-f:.]*$/i.test(address) || !URL.canParse(url)) return undefined;
  // A URL has the shortest form of an address, in lower case and without leading zeros.
  const [head = '', tail] = new URL(url).hostname.slice(1, -1).split('::');
  const groups = head === '' ? [] : head.split(':');
  if (tail !== undefined) {
    const after = tail === '' ? [] : tail.split(':');
    while (groups.length + after.length < 8) groups.push('0');
    groups.push(...after);
  }
  return `${groups.slice(0, 4).join(':')}::/64`;
}

/**
 * The network group of a key, which counts besides: the /24 (IPv4) or /48 (IPv6), of which one holder has many addresses.
 * Neighbours that do not know each other are in it too, so it is allowed more than one address.
 *
 * @param key  of {@link addressKey}; anything else is a group of its own
 */
export function addressGroup(key: string): string {
  if (ipv4Pattern.test(key)) return `${key.slice(0, key.lastIndexOf('.'))}.0/24`;
  return key.endsWith('::/64') ? `${key.split(':').slice(0, 3).join(':')}::/48` : key;
}

/**
 * The key of whoever sent an HTTP request.
 *
 * @param remote  address of the socket, undefined if it is closed already
 * @param forwardedFor  the header X-Forwarded-For, where a proxy of our own is in front: only the last entry is of that proxy,
 *   and those before it may be anything. Undefined where no proxy is trusted
 * @returns `unknown` if neither is an address
 */
export function clientKey(remote: string | undefined, forwardedFor?: string | readonly string[]): string {
  const entries = String(forwardedFor ?? '');
  const last = entries.slice(entries.lastIndexOf(',') + 1).trim();
  return addressKey(last) ?? addressKey(remote ?? '') ?? 'unknown';
}
