import type { IncomingMessage } from 'node:http';
import { isIPv4, isIPv6 } from 'node:net';
import { type Rate, TokenBucket } from '../token-bucket.js';

/**
 * The address that a request counts against: IPv4 as it is, IPv6 by its /64, since one subscriber has
 * at least so much.
 *
 * @param isProxyTrusted  take the last entry of X-Forwarded-For, the one our own proxy added
 */
export function addressOf(request: IncomingMessage, isProxyTrusted: boolean): string {
  const forwarded = isProxyTrusted ? String(request.headers['x-forwarded-for'] ?? '') : '';
  const last = forwarded.slice(forwarded.lastIndexOf(',') + 1).trim();
  return addressKey(last) ?? addressKey(request.socket.remoteAddress ?? '') ?? 'unknown';
}

/** The key of one address as `addressOf` gives it, or undefined if the text is no address. */
export function addressKey(text: string): string | undefined {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(text)?.[1] ?? text;
  if (isIPv4(mapped)) return mapped;
  if (!isIPv6(text)) return undefined;
  const [head = '', tail] = (text.split('%')[0] ?? '').toLowerCase().split('::');
  const groups = head === '' ? [] : head.split(':');
  if (tail !== undefined) {
    const after = tail === '' ? 0 : tail.split(':').length;
    while (groups.length + after < 8 && groups.length < 4) groups.push('0');
    groups.push(...tail.split(':'));
  }
  const prefix = groups.slice(0, 4).map((group) => group.replace(/^0+(?=.)/, ''));
  return `${prefix.join(':')}::/64`;
}

/**
 * The network group that an address counts against besides: its /24 (IPv4) or /48 (IPv6), of which one holder has many
 * addresses. Neighbours that do not know each other are in it too, so it is allowed more than one address.
 *
 * @param address  as `addressOf` gives it
 */
export function groupOf(address: string): string {
  if (isIPv4(address)) return `${address.slice(0, address.lastIndexOf('.'))}.0/24`;
  return address.endsWith('::/64') ? `${address.split(':').slice(0, 3).join(':')}::/48` : address;
}

interface Visitor {
  open: number;
  readonly arrivals: TokenBucket;
}

/**
 * Counts what is open by address and how fast it arrives. An address is forgotten once nothing of it is
 * open and its allowance is whole again, so the book holds at most one entry for each connection that
 * is open or was opened within the last `burst / perSecond` seconds.
 */
export class AddressBook {
  readonly #visitors = new Map<string, Visitor>();
  readonly #openMax: number;
  readonly #rate: Rate;

  constructor(openMax: number, rate: Rate) {
    this.#openMax = openMax;
    this.#rate = rate;
  }

  /** How many addresses are remembered. */
  get size(): number {
    return this.#visitors.size;
  }

  /** Counts one more of an address; false, and counts nothing, if it has too many or comes too fast. */
  enter(address: string, nowMs: number): boolean {
    let visitor = this.#visitors.get(address);
    if (visitor === undefined) {
      visitor = { open: 0, arrivals: new TokenBucket(this.#rate, nowMs) };
      this.#visitors.set(address, visitor);
    }
    if (visitor.open >= this.#openMax || !visitor.arrivals.take(1, nowMs)) return false;
    visitor.open++;
    return true;
  }

  /** Counts one less of an address that entered. */
  leave(address: string): void {
    const visitor = this.#visitors.get(address);
    if (visitor !== undefined) visitor.open--;
  }

  /** Forgets the addresses about which nothing needs to be known. */
  sweep(nowMs: number): void {
    for (const [address, visitor] of this.#visitors) {
      if (visitor.open === 0 && visitor.arrivals.isFull(nowMs)) this.#visitors.delete(address);
    }
  }
}
