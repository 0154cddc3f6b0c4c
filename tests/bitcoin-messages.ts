/** Messages of Bitcoin's network, at least one of each. */

import {
  type NetworkKind,
  netAddress,
  type SeenAddress,
} from '../packages/gateway/src/bridges/bitcoin/net-address.js';
import type { KnownMessage } from '../packages/gateway/src/bridges/bitcoin/wire/message.js';

const bytes = (length: number, first: number): Uint8Array => Uint8Array.from({ length }, (_, i) => first + i);
const hash = (first: number): Uint8Array => bytes(32, first);

function seen(network: NetworkKind, address: Uint8Array, port: number, services: bigint): SeenAddress {
  const made = netAddress(network, address, port);
  if (made === undefined) throw new Error(`no address of ${network}`);
  return { address: made, time: 1_700_000_000 + port, services };
}

const ipv4 = seen('ipv4', Uint8Array.of(1, 2, 3, 4), 8333, 1033n);
const ipv6 = seen('ipv6', bytes(16, 0x20), 18_444, 2n ** 40n);

/** Every field holds something else than in a message of zeros. */
export const sampleMessages: readonly KnownMessage[] = [
  {
    command: 'version',
    version: 70_016,
    services: 1033n,
    time: 1_700_000_000,
    nonce: 0x1122334455667788n,
    userAgent: '/Satoshi:28.0.0/',
    startHeight: 870_000,
    relay: true,
  },
  {
    command: 'version',
    version: 70_015,
    services: 0n,
    time: 0,
    nonce: 0n,
    userAgent: '',
    startHeight: -1,
    relay: false,
  },
  { command: 'verack' },
  { command: 'wtxidrelay' },
  { command: 'sendaddrv2' },
  { command: 'sendheaders' },
  { command: 'getaddr' },
  { command: 'ping', nonce: 2n ** 64n - 2n },
  { command: 'pong', nonce: 5n },
  { command: 'feefilter', rate: 1000n },
  { command: 'getheaders', version: 70_016, locator: [hash(1), hash(2)], stop: hash(3) },
  { command: 'getheaders', version: 70_016, locator: [], stop: new Uint8Array(32) },
  { command: 'headers', count: 3, records: bytes(240, 1) },
  { command: 'headers', count: 0, records: new Uint8Array(0) },
  { command: 'inv', items: [{ kind: 5, hash: hash(4) }] },
  {
    command: 'getdata',
    items: [
      { kind: 2 ** 30 + 2, hash: hash(5) },
      { kind: 2 ** 30 + 1, hash: hash(6) },
    ],
  },
  { command: 'notfound', items: [{ kind: 1, hash: hash(7) }] },
  { command: 'block', header: bytes(80, 8), body: bytes(70, 9) },
  { command: 'tx', bytes: bytes(60, 10) },
  { command: 'addr', addresses: [ipv4, ipv6] },
  {
    command: 'addrv2',
    addresses: [
      ipv4,
      ipv6,
      seen('torv3', hash(11), 9050, 0n),
      seen('i2p', hash(12), 0, 2n ** 64n - 1n),
      seen('cjdns', bytes(16, 0xfc), 8333, 300n),
    ],
  },
  { command: 'getcfilters', filterType: 0, startHeight: 870_000, stop: hash(13) },
  { command: 'cfilter', filterType: 0, blockHash: hash(14), filter: bytes(40, 15) },
  { command: 'getcfheaders', filterType: 0, startHeight: 2000, stop: hash(16) },
  {
    command: 'cfheaders',
    filterType: 0,
    stop: hash(17),
    previousHeader: hash(18),
    filterHashes: bytes(96, 19),
  },
  { command: 'getcfcheckpt', filterType: 0, stop: hash(20) },
  { command: 'cfcheckpt', filterType: 0, stop: hash(21), filterHeaders: bytes(64, 22) },
];
