/** Messages of Bitcoin's network beside a second implementation, bcoin: each reads what the other writes. */
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { resolveNetwork } from '@vision-light/protocol';
import { describe, expect, it } from 'vitest';
import { formatNetAddress, parseNetAddress } from '../../packages/gateway/src/bridges/bitcoin/net-address.js';
import { encodeMessage } from '../../packages/gateway/src/bridges/bitcoin/wire/encode-message.js';
import type { KnownMessage } from '../../packages/gateway/src/bridges/bitcoin/wire/message.js';
import { MessageReader } from '../../packages/gateway/src/bridges/bitcoin/wire/message-reader.js';
import { bitcoinNetworks } from '../../packages/gateway/src/bridges/bitcoin/wire/networks.js';

/** What is used of bcoin: it has no types. */
interface Packet {
  readonly cmd: string;
  toRaw(): Buffer;
}
interface Parser {
  on(event: 'packet' | 'error', listener: (value: unknown) => void): void;
  feed(bytes: Buffer): void;
}

const require = createRequire(import.meta.url);
const isInstalled = existsSync(new URL('../../node_modules/bcoin', import.meta.url));

it('bcoin is installed (it is a development dependency; run npm install)', () => {
  expect(isInstalled).toBe(true);
});

const data = (name: string): Uint8Array =>
  Uint8Array.from(readFileSync(new URL(`../data/bitcoin/${name}`, import.meta.url)));
const { magic } = bitcoinNetworks['bitcoin-mainnet'];
const hashes = [resolveNetwork('bitcoin-mainnet').genesis.hash, new Uint8Array(32).fill(7)];
const [first = new Uint8Array(32), second = new Uint8Array(32)] = hashes;
const block = data('blocks/block1.raw');
const witnessBlock = data('blocks/block482683.raw');
const headerBytes = data('headers/mainnet_0-32259.bin').subarray(0, 2000 * 80);
/** The one transaction of the first block. */
const transaction = block.subarray(81);

function seen(text: string, services: bigint) {
  const address = parseNetAddress(text, 8333);
  if (address === undefined) throw new Error(`no address: ${text}`);
  return { address, time: 1_700_000_000, services };
}

const version: KnownMessage = {
  command: 'version',
  version: 70_016,
  services: 1033n,
  time: 1_700_000_000,
  nonce: 0x0807060504030201n,
  userAgent: '/vision-light:0.1.0/',
  startHeight: 870_000,
  relay: false,
};

/** The same messages as values of ours and as packets of bcoin's. */
function pairs(): (readonly [KnownMessage, Packet])[] {
  const packets = require('bcoin/lib/net/packets');
  const InvItem = require('bcoin/lib/primitives/invitem');
  const Headers = require('bcoin/lib/primitives/headers');
  const Block = require('bcoin/lib/primitives/block');
  const TX = require('bcoin/lib/primitives/tx');
  const NetAddress = require('bcoin/lib/net/netaddress');
  const hex = (hash: Uint8Array): string => Buffer.from(hash).toString('hex');
  const items = [
    { kind: 2 ** 30 + 2, hash: first },
    { kind: 1, hash: second },
  ];
  const invItems = items.map(({ kind, hash }) => new InvItem(kind, hex(hash)));
  const headerList = Array.from({ length: 2000 }, (_, i) =>
    Headers.fromHead(Buffer.from(headerBytes.subarray(80 * i, 80 * i + 80))),
  );
  const addresses = [seen('1.2.3.4:8333', 1n), seen('[2a01:4f8::9]:18333', 1033n)];
  const blockOf = (bytes: Uint8Array): KnownMessage => ({
    command: 'block',
    header: bytes.subarray(0, 80),
    body: bytes.subarray(80),
  });
  return [
    [
      version,
      new packets.VersionPacket({
        version: 70_016,
        services: 1033,
        time: 1_700_000_000,
        nonce: Buffer.from([1, 2, 3, 4, 5, 6, 7, 8]),
        agent: '/vision-light:0.1.0/',
        height: 870_000,
        noRelay: true,
      }),
    ],
    [{ command: 'verack' }, new packets.VerackPacket()],
    [{ command: 'sendheaders' }, new packets.SendHeadersPacket()],
    [{ command: 'getaddr' }, new packets.GetAddrPacket()],
    [
      { command: 'ping', nonce: 0x0807060504030201n },
      new packets.PingPacket(Buffer.from([1, 2, 3, 4, 5, 6, 7, 8])),
    ],
    [{ command: 'pong', nonce: 1n }, new packets.PongPacket(Buffer.from([1, 0, 0, 0, 0, 0, 0, 0]))],
    [{ command: 'feefilter', rate: 123_456n }, new packets.FeeFilterPacket(123_456)],
    [
      { command: 'getheaders', version: 70_015, locator: hashes, stop: second },
      new packets.GetHeadersPacket(hashes.map(hex), hex(second)),
    ],
    [{ command: 'headers', count: 2000, records: headerBytes }, new packets.HeadersPacket(headerList)],
    [{ command: 'inv', items }, new packets.InvPacket(invItems)],
    [{ command: 'getdata', items }, new packets.GetDataPacket(invItems)],
    [{ command: 'notfound', items }, new packets.NotFoundPacket(invItems)],
    [blockOf(block), new packets.BlockPacket(Block.fromRaw(Buffer.from(block)), true)],
    [blockOf(witnessBlock), new packets.BlockPacket(Block.fromRaw(Buffer.from(witnessBlock)), true)],
    [{ command: 'tx', bytes: transaction }, new packets.TXPacket(TX.fromRaw(Buffer.from(transaction)), true)],
    [
      { command: 'addr', addresses },
      new packets.AddrPacket(
        addresses.map(({ address, services, time }) => {
          const { host, port } = NetAddress.fromHostname(formatNetAddress(address), 'main');
          return new NetAddress({ host, port, services: Number(services), time });
        }),
      ),
    ],
  ];
}

/** Addresses stand in `version` too; ours are zeros, and bcoin's an IPv4 address of zeros. */
function withoutAddresses(packet: Packet): Buffer {
  const raw = Buffer.from(packet.toRaw());
  if (packet.cmd === 'version') raw.fill(0, 20, 20 + 2 * 26);
  return raw;
}

describe('bcoin', () => {
  const cases = isInstalled ? pairs() : [];

  it.each(cases.map(([message, packet]) => [packet.cmd, message, packet] as const))(
    '%s: read as bcoin writes it, and written as bcoin reads it',
    (_, message, packet) => {
      const Framer = require('bcoin/lib/net/framer');
      const BcoinParser = require('bcoin/lib/net/parser');
      const reader = new MessageReader(magic);
      const messages = reader.push(new Framer('main').packet(packet.cmd, packet.toRaw()));
      expect(reader.fault).toBe(undefined);
      expect(messages).toEqual([message]);

      const parser: Parser = new BcoinParser('main');
      const got: Packet[] = [];
      parser.on('packet', (value) => got.push(value as Packet));
      parser.on('error', (error) => {
        throw error;
      });
      parser.feed(Buffer.from(encodeMessage(magic, message)));
      expect(got.map(({ cmd }) => cmd)).toEqual([packet.cmd]);
      const [parsed] = got;
      expect(parsed && withoutAddresses(parsed).equals(withoutAddresses(packet))).toBe(true);
    },
  );

  it('has the same magic and ports for the networks that it knows', () => {
    const networks = require('bcoin/lib/protocol/networks');
    for (const [name, theirs] of [
      ['bitcoin-mainnet', 'main'],
      ['bitcoin-testnet3', 'testnet'],
    ] as const) {
      const { magic: number, defaultPort } = bitcoinNetworks[name];
      expect([number, defaultPort]).toEqual([networks[theirs].magic, networks[theirs].port]);
    }
    expect(bitcoinNetworks['bitcoin-regtest'].magic).toBe(networks.regtest.magic);
  });
});
