import { ByteReader, ByteWriter, bytesToHex, sha256d } from '@vision-light/protocol';
import { describe, expect, it, vi } from 'vitest';
import { sampleMessages } from '../../../../../../tests/bitcoin-messages.js';
import { formatNetAddress, netAddress } from '../net-address.js';
import { encodeMessage, framePayload } from './encode-message.js';
import { readBigCompactSize, writeBigCompactSize } from './fields.js';
import type { BitcoinMessage, KnownMessage } from './message.js';
import { decodePayload } from './message-reader.js';
import { messageRows } from './message-table.js';
import { bitcoinNetworks } from './networks.js';

/** Of hex, with spaces where they help. */
const bytesOf = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex.replace(/\s/g, ''), 'hex'));

const { magic } = bitcoinNetworks['bitcoin-mainnet'];

const payloadOf = (message: KnownMessage): Uint8Array => encodeMessage(magic, message).slice(24);

function decode(command: string, hex: string): BitcoinMessage | undefined {
  return decodePayload(command, bytesOf(hex));
}

const hash = (byte: number): string => byte.toString(16).padStart(2, '0').repeat(32);

describe('the table of messages', () => {
  it('has a sample of each', () => {
    expect(messageRows.size).toBe(24);
    expect(new Set(sampleMessages.map(({ command }) => command))).toEqual(new Set(messageRows.keys()));
    for (const [name, row] of messageRows) expect(row.command).toBe(name);
  });

  it.each(sampleMessages.map((message) => [message.command, message] as const))(
    '%s is read as it was written',
    (_, message) => {
      const payload = payloadOf(message);
      expect(payload.length).toBeLessThanOrEqual(messageRows.get(message.command)?.payloadMax ?? 0);
      expect(decodePayload(message.command, payload)).toEqual(message);
    },
  );

  it.each(sampleMessages.map((message) => [message.command, message] as const))(
    '%s that is cut short or longer is malformed',
    (command, message) => {
      const payload = payloadOf(message);
      // A block and a transaction end where the message ends; `version` may end before its last field, or have others behind it.
      const isOpen = command === 'block' || command === 'tx';
      const isVersion = command === 'version';
      for (let length = 0; length < payload.length - (isVersion ? 1 : 0); length++)
        if (!isOpen || length === 0)
          expect(decodePayload(command, payload.subarray(0, length))).toBe(undefined);
      if (!isOpen && !isVersion) expect(decodePayload(command, Uint8Array.of(...payload, 0))).toBe(undefined);
    },
  );
});

describe('version', () => {
  const head = `7f110100 0904000000000000 29ab5f4900000000 ${'00'.repeat(26)} ${'11'.repeat(26)} efcdab8967452301`;

  it('is read, addresses skipped', () => {
    expect(decode('version', `${head} 0f2f5361746f7368693a302e372e322f c03e0300 01`)).toEqual({
      command: 'version',
      version: 70_015,
      services: 1033n,
      time: 1231006505,
      nonce: 0x0123456789abcdefn,
      userAgent: '/Satoshi:0.7.2/',
      startHeight: 212_672,
      relay: true,
    });
  });

  it.each([
    ['without relay means yes', '00 00000000', true],
    ['with a relay of 0', '00 00000000 00', false],
    ['with fields behind it', '00 00000000 01 deadbeef', true],
  ])('%s', (_, tail, relay) => {
    expect(decode('version', head + tail)).toMatchObject({ relay });
  });

  it('has no character in its user agent that is not printable', () => {
    expect(decode('version', `${head} 05 2f0a61ff2f 00000000 01`)).toMatchObject({ userAgent: '/a/' });
  });

  it('has a user agent of 256 bytes at most', () => {
    const agent = (length: number): string =>
      `fd${length === 256 ? '0001' : '0101'}${'61'.repeat(length)} 00000000 01`;
    expect(decode('version', head + agent(256))).toMatchObject({ userAgent: 'a'.repeat(256) });
    expect(decode('version', head + agent(257))).toBeUndefined();
  });

  it('may have a negative height and a negative version, and no time beyond what a number holds', () => {
    const text = `${head} 00 ffffffff 01`;
    expect(decode('version', text)).toMatchObject({ startHeight: -1 });
    expect(decode('version', `ffffffff${text.slice(8)}`)).toMatchObject({ version: -1 });
    const atTime = (time: string): string => text.replace('29ab5f4900000000', time);
    expect(decode('version', atTime('ffffffffffff1f00'))).toMatchObject({ time: Number.MAX_SAFE_INTEGER });
    expect(decode('version', atTime('0000000000002000'))).toBeUndefined();
  });
});

describe('headers', () => {
  const record = (byte: number): string => byte.toString(16).padStart(2, '0').repeat(80);

  it('lie one after another without the zeros between them', () => {
    expect(decode('headers', `02 ${record(1)}00 ${record(2)}00`)).toEqual({
      command: 'headers',
      count: 2,
      records: bytesOf(record(1) + record(2)),
    });
    expect(decode('headers', '00')).toEqual({ command: 'headers', count: 0, records: new Uint8Array(0) });
  });

  it.each([
    ['a transaction', `01 ${record(1)}01`],
    ['fewer than counted', `02 ${record(1)}00`],
    ['more than counted', `01 ${record(1)}00 ${record(2)}00`],
    ['a count that is not shortest', `fd0100 ${record(1)}00`],
    ['2001', `fdd107 ${`${record(1)}00`.repeat(2001)}`],
  ])('%s: malformed', (_, hex) => {
    expect(decode('headers', hex)).toBeUndefined();
  });

  it('are 2000 at most', () => {
    expect(decode('headers', `fdd007 ${`${record(1)}00`.repeat(2000)}`)).toMatchObject({ count: 2000 });
    const records = new Uint8Array(2001 * 80);
    expect(() => encodeMessage(magic, { command: 'headers', count: 2001, records })).toThrow(RangeError);
    expect(() => encodeMessage(magic, { command: 'headers', count: 2000, records })).toThrow(RangeError);
  });
});

it('a block is a header and at least a byte, a transaction at least a byte', () => {
  expect(decode('block', '01'.repeat(80))).toBeUndefined();
  expect(decode('block', '01'.repeat(81))).toEqual({
    command: 'block',
    header: bytesOf('01'.repeat(80)),
    body: Uint8Array.of(1),
  });
  expect(decode('tx', '')).toBeUndefined();
  expect(decode('tx', '01')).toEqual({ command: 'tx', bytes: Uint8Array.of(1) });
});

describe('counts', () => {
  const item = `01000000${hash(7)}`;
  it.each([
    ['inv', `fd50c3 ${item.repeat(50_000)}`, `fd51c3 ${item.repeat(50_001)}`],
    ['getheaders', `7f110100 65 ${hash(1).repeat(102)}`, `7f110100 66 ${hash(1).repeat(103)}`],
    ['addr', `fde803 ${'00'.repeat(30_000)}`, `fde903 ${'00'.repeat(30_030)}`],
    [
      'addrv2',
      `fde803 ${'00000000000104010203040000'.repeat(1000)}`,
      `fde903 ${'00000000000104010203040000'.repeat(1001)}`,
    ],
    [
      'cfheaders',
      `00${hash(1).repeat(2)} fdd007 ${hash(2).repeat(2000)}`,
      `00${hash(1).repeat(2)} fdd107 ${hash(2).repeat(2001)}`,
    ],
    [
      'cfcheckpt',
      `00${hash(1)} fd0020 ${hash(2).repeat(8192)}`,
      `00${hash(1)} fd0120 ${hash(2).repeat(8193)}`,
    ],
    [
      'cfilter',
      `00${hash(1)} feb01e0400 ${'00'.repeat(270_000)}`,
      `00${hash(1)} feb11e0400 ${'00'.repeat(270_001)}`,
    ],
  ])('of %s: most, and one too many', (command, most, more) => {
    expect(decode(command, most)).toMatchObject({ command });
    expect(decode(command, more)).toBeUndefined();
  });

  it('that lie allocate nothing', () => {
    for (const command of ['inv', 'headers', 'addr', 'cfheaders', 'getheaders'])
      expect(decode(command, 'ffffffffffffffffff')).toBeUndefined();
    const view = vi.spyOn(ByteReader.prototype, 'view');
    const copy = vi.spyOn(ByteReader.prototype, 'copy');
    expect(decode('inv', 'fd50c3')).toBeUndefined();
    expect(decode('headers', 'fdd007')).toBeUndefined();
    expect([view.mock.calls.length, copy.mock.calls.length]).toEqual([0, 0]);
    vi.restoreAllMocks();
  });

  it.each([
    ['fc', 0xfcn],
    ['fdfd00', 0xfdn],
    ['fdffff', 0xffffn],
    ['fe00000100', 0x1_0000n],
    ['feffffffff', 0xffff_ffffn],
    ['ff0000000001000000', 0x1_0000_0000n],
    ['ffffffffffffffffff', 2n ** 64n - 1n],
  ])('%s is the one form of its number', (hex, value) => {
    const reader = new ByteReader(bytesOf(hex));
    expect([readBigCompactSize(reader), reader.isDone]).toEqual([value, true]);
    const writer = new ByteWriter();
    writeBigCompactSize(writer, value);
    expect(bytesToHex(writer.bytes())).toBe(hex);
  });

  it.each(['fdfc00', 'feffff0000', 'ffffffffff00000000', 'ff00', ''])('%s is none', (hex) => {
    const reader = new ByteReader(bytesOf(hex));
    expect([readBigCompactSize(reader), reader.failed]).toEqual([0n, true]);
  });

  it('beyond 64 bits or below 0 are not written', () => {
    for (const value of [-1n, 2n ** 64n])
      expect(() => writeBigCompactSize(new ByteWriter(), value)).toThrow(RangeError);
  });
});

describe('addrv2', () => {
  /** Of the tests of Bitcoin Core (`stream_addrv2_hex`): one address, with a port of each kind. */
  const core =
    '03' +
    `61bc6649 00 02 10 ${'00'.repeat(15)}01 0000` +
    `79627683 01 02 10 ${'00'.repeat(15)}01 00f1` +
    `ffffffff fd4804 02 10 ${'00'.repeat(15)}01 f1f2`;

  it('is what Bitcoin Core writes', () => {
    const message = decode('addrv2', core);
    expect(message).toMatchObject({
      addresses: [
        { time: 0x4966bc61, services: 0n },
        { time: 0x83766279, services: 1n },
        { time: 0xffffffff, services: 1096n },
      ],
    });
    const addresses = message?.command === 'addrv2' ? message.addresses : [];
    expect(addresses.map(({ address }) => formatNetAddress(address))).toEqual([
      '[::1]:0',
      '[::1]:241',
      '[::1]:61938',
    ]);
    expect(bytesToHex(payloadOf({ command: 'addrv2', addresses }))).toBe(core.replace(/\s/g, ''));
  });

  it('has the old form too, as Bitcoin Core writes it', () => {
    const old =
      '03' +
      `61bc6649 0000000000000000 ${'00'.repeat(15)}01 0000` +
      `79627683 0100000000000000 ${'00'.repeat(15)}01 00f1` +
      `ffffffff 4804000000000000 ${'00'.repeat(15)}01 f1f2`;
    const v2 = decode('addrv2', core);
    const addresses = v2?.command === 'addrv2' ? v2.addresses : [];
    expect(decode('addr', old)).toEqual({ command: 'addr', addresses });
    expect(bytesToHex(payloadOf({ command: 'addr', addresses }))).toBe(old.replace(/\s/g, ''));
  });

  const onion = '79bcc625184b05194975c28b66b66b0469f7f6556fb1ac3189a79b40dda32f1f';
  const garlic = 'a2894dabaec08c0051a481a6dac88b64f98232ae42d4b6fd2fa81952dfe36a87';

  /** An address of one node, seen at 0, that offers nothing. */
  const one = (network: string, bytes: string): string => {
    const length = (bytes.length / 2).toString(16).padStart(2, '0');
    return `01 00000000 00 ${network} ${length} ${bytes} 208d`;
  };

  it.each([
    // Of the tests of Bitcoin Core (`cnetaddr_unserialize_v2`).
    ['ipv4', '01', '01020304', '1.2.3.4:8333'],
    ['ipv6', '02', '0102030405060708090a0b0c0d0e0f10', '[102:304:506:708:90a:b0c:d0e:f10]:8333'],
    ['torv3', '04', onion, `torv3/${onion}:8333`],
    ['i2p', '05', garlic, `i2p/${garlic}:8333`],
    ['cjdns', '06', 'fc000001000200030004000500060007', 'cjdns/fc000001000200030004000500060007:8333'],
    ['mapped into IPv6', '02', '00000000000000000000ffff01020304', '1.2.3.4:8333'],
  ])('knows an address: %s', (_, network, bytes, text) => {
    const message = decode('addrv2', one(network, bytes));
    const addresses = message?.command === 'addrv2' ? message.addresses : [];
    expect(addresses.map(({ address }) => formatNetAddress(address))).toEqual([text]);
  });

  it.each([
    ['Tor 2', '03', '0102030405060708090a'],
    ['Tor 2 within IPv6', '02', 'fd87d87eeb430102030405060708090a'],
    ['CJDNS that is none', '06', `fd${'01'.repeat(15)}`],
    ['a network that comes later', '99', '0102'],
    ['Yggdrasil', '07', '02'.repeat(16)],
  ])('skips %s', (_, network, bytes) => {
    expect(decode('addrv2', one(network, bytes))).toEqual({ command: 'addrv2', addresses: [] });
  });

  it.each([
    ['01', '0102030405'],
    ['02', '01020304'],
    ['03', '0102030405060708090a'.repeat(2)],
    ['04', '01'.repeat(31)],
    ['05', '01'.repeat(16)],
    ['06', '01'.repeat(17)],
  ])('refuses a wrong length for network %s', (network, bytes) => {
    expect(decode('addrv2', one(network, bytes))).toBeUndefined();
  });

  it('has 512 bytes at most for an address of any network', () => {
    const long = (length: number, count: string): string =>
      `01 00000000 00 99 ${count} ${'01'.repeat(length)} 0000`;
    expect(decode('addrv2', long(512, 'fd0002'))).toMatchObject({ addresses: [] });
    expect(decode('addrv2', long(513, 'fd0102'))).toBeUndefined();
  });
});

describe('compact filters', () => {
  /** Testnet's genesis block, of the vectors of BIP158. */
  const genesis = '43497fd7f826957108f4a30fd9cec3aeba79972084e90ead01ea330900000000';
  const filterHeader = '50b781aed7b7129012a6d20e2d040027937f3affaee573779908ebb779455821';

  it('are committed to by the headers that follow from cfheaders', () => {
    const message = decode('cfilter', `00 ${genesis} 04 019dfca8`);
    expect(message).toEqual({
      command: 'cfilter',
      filterType: 0,
      blockHash: bytesOf(genesis),
      filter: bytesOf('019dfca8'),
    });
    const filterHash = sha256d(bytesOf('019dfca8'));
    expect(decode('cfheaders', `00 ${genesis} ${hash(0)} 01 ${bytesToHex(filterHash)}`)).toEqual({
      command: 'cfheaders',
      filterType: 0,
      stop: bytesOf(genesis),
      previousHeader: new Uint8Array(32),
      filterHashes: filterHash,
    });
    expect(bytesToHex(sha256d(filterHash, new Uint8Array(32)))).toBe(filterHeader);
  });

  it('are asked for by height and hash', () => {
    const range = { filterType: 0, startHeight: 1000, stop: bytesOf(genesis) };
    for (const command of ['getcfilters', 'getcfheaders'] as const) {
      expect(bytesToHex(payloadOf({ command, ...range }))).toBe(`00e8030000${genesis}`);
      expect(decode(command, `00e8030000${genesis}`)).toEqual({ command, ...range });
    }
    expect(decode('getcfcheckpt', `00${genesis}`)).toEqual({
      command: 'getcfcheckpt',
      filterType: 0,
      stop: bytesOf(genesis),
    });
  });
});

describe('what does not fit is not written', () => {
  const short = new Uint8Array(31);
  const torv3 = netAddress('torv3', new Uint8Array(32), 1);
  const version = sampleMessages.find((message) => message.command === 'version');
  const cases: readonly (readonly [string, object])[] = [
    ['a nonce', { command: 'ping', nonce: 2n ** 64n }],
    ['a nonce', { command: 'pong', nonce: -1n }],
    ['a rate', { command: 'feefilter', rate: -1n }],
    ['a hash', { command: 'getheaders', version: 1, locator: [], stop: short }],
    ['a kind', { command: 'inv', items: [{ kind: -1, hash: new Uint8Array(32) }] }],
    ['half a hash', { command: 'cfcheckpt', filterType: 0, stop: new Uint8Array(32), filterHeaders: short }],
    ['a header', { command: 'block', header: new Uint8Array(79), body: Uint8Array.of(1) }],
    ['no body', { command: 'block', header: new Uint8Array(80), body: new Uint8Array(0) }],
    ['no transaction', { command: 'tx', bytes: new Uint8Array(0) }],
    ['Tor in addr', { command: 'addr', addresses: [{ address: torv3, time: 0, services: 0n }] }],
    ['a time', { ...version, time: -1 }],
    ['a version', { ...version, version: 2 ** 31 }],
    ['a user agent', { ...version, userAgent: 'a\n' }],
    ['a long user agent', { ...version, userAgent: 'a'.repeat(257) }],
    ['a name', { command: 'nonsense' }],
  ];
  it.each(cases)('%s %#', (_, message) => {
    expect(() => encodeMessage(magic, message as KnownMessage)).toThrow(RangeError);
  });

  it('a name of 13 characters, or one that is not printable', () => {
    for (const name of ['thirteenchars', 'é', 'a\n'])
      expect(() => framePayload(magic, name, new Uint8Array(0))).toThrow(RangeError);
  });
});
