import { describe, expect, it } from 'vitest';
import {
  formatNetAddress,
  groupOf,
  isRoutable,
  type NetAddress,
  netAddress,
  parseNetAddress,
} from './net-address.js';

/** Of hex, with spaces where they help. */
const bytesOf = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex.replace(/\s/g, ''), 'hex'));

function parse(text: string): NetAddress {
  const address = parseNetAddress(text, 8333);
  if (address === undefined) throw new Error(`no address: ${text}`);
  return address;
}

describe('addresses as text', () => {
  it.each([
    ['1.2.3.4:8333', '1.2.3.4:8333'],
    ['1.2.3.4', '1.2.3.4:8333'],
    ['0.0.0.0:0', '0.0.0.0:0'],
    ['255.255.255.255:65535', '255.255.255.255:65535'],
    ['[::1]:18444', '[::1]:18444'],
    ['[::1]', '[::1]:8333'],
    ['::1', '[::1]:8333'],
    ['::', '[::]:8333'],
    ['[2001:DB8::a:0:1]:1', '[2001:db8::a:0:1]:1'],
    ['[2001:0:0:1:0:0:0:1]:1', '[2001:0:0:1::1]:1'],
    ['[1:0:0:2:3:0:0:4]:1', '[1::2:3:0:0:4]:1'],
    ['[1:0:2:3:4:5:6:7]:1', '[1:0:2:3:4:5:6:7]:1'],
    ['[1:2:3:4:5:6::]:1', '[1:2:3:4:5:6::]:1'],
    ['[::ffff:1.2.3.4]:5', '1.2.3.4:5'],
    ['[::ffff:102:304]:5', '1.2.3.4:5'],
    ['64:ff9b::1.2.3.4', '[64:ff9b::102:304]:8333'],
  ])('%s is %s', (text, formatted) => {
    expect(formatNetAddress(parse(text))).toBe(formatted);
    expect(parse(formatted)).toEqual(parse(text));
  });

  it.each([
    '',
    'example.org',
    'example.org:8333',
    '1.2.3',
    '1.2.3.4.5',
    '1.2.3.256',
    '01.2.3.4',
    '1.2.3.4:65536',
    '1.2.3.4:',
    '1.2.3.4:-1',
    '1.2.3.4.:1',
    '[1.2.3.4]:1',
    '[::1',
    '::1]',
    '[:::1]',
    '1::2::3',
    '1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:8:9',
    '1:2:3:4:5:6:7::8',
    '12345::',
    'g::',
    '::1.2.3.4.5',
    '1.2.3.4::',
    '[fd87:d87e:eb43::1]:1',
    'torv3/ab:1',
  ])('%j is none', (text) => {
    expect(parseNetAddress(text, 8333)).toBe(undefined);
  });
});

describe('addresses as bytes', () => {
  it('are copied, and have the length of their network', () => {
    // Of a Buffer `slice` would be a view.
    for (const bytes of [Uint8Array.of(1, 2, 3, 4), Buffer.of(1, 2, 3, 4)]) {
      const address = netAddress('ipv4', bytes, 1);
      bytes.fill(9);
      expect(address?.bytes).toEqual(Uint8Array.of(1, 2, 3, 4));
    }
    for (const [network, length] of [
      ['ipv4', 4],
      ['ipv6', 16],
      ['torv3', 32],
      ['i2p', 32],
      ['cjdns', 16],
    ] as const) {
      expect(netAddress(network, new Uint8Array(length).fill(0xfc), 1)?.network).toBe(network);
      expect(netAddress(network, new Uint8Array(length + 1).fill(0xfc), 1)).toBe(undefined);
    }
  });

  it('of IPv4 within IPv6 are of IPv4; of Tor 2 within IPv6, and of CJDNS elsewhere, they are none', () => {
    const mapped = bytesOf('00000000000000000000ffff01020304');
    expect(netAddress('ipv6', mapped, 5)).toEqual({
      network: 'ipv4',
      bytes: Uint8Array.of(1, 2, 3, 4),
      port: 5,
    });
    expect(netAddress('ipv6', bytesOf('fd87d87eeb4300000000000000000001'), 5)).toBe(undefined);
    expect(netAddress('cjdns', new Uint8Array(16).fill(0xfd), 5)).toBe(undefined);
  });
});

describe('groups', () => {
  it.each([
    ['1.2.3.4', '1.2.255.255', true],
    ['1.2.3.4', '1.3.3.4', false],
    ['[2a01:4f8::1]', '[2a01:4f8:ffff::1]', true],
    ['[2a01:4f8::1]', '[2a01:4f9::1]', false],
    ['[1:2::]', '0.1.0.2', false],
    ['[2002:102:304::]', '1.2.9.9', true],
    ['[64:ff9b::1.2.3.4]', '1.2.9.9', true],
    ['[2001:0:0:0:0:0:fefd:fcfb]', '1.2.9.9', true],
  ])('%s and %s: %j', (one, other, isSame) => {
    expect(groupOf(parse(one)) === groupOf(parse(other))).toBe(isSame);
  });

  it('of networks where addresses cost nothing are 16 each', () => {
    for (const [network, at] of [
      ['torv3', 0],
      ['i2p', 0],
      ['cjdns', 1],
    ] as const) {
      const groups = Array.from({ length: 256 }, (_, byte) => {
        const bytes = new Uint8Array(network === 'cjdns' ? 16 : 32).fill(0xfc);
        bytes[at] = byte;
        const address = netAddress(network, bytes, 1);
        return address && groupOf(address);
      });
      expect(new Set(groups).size).toBe(16);
    }
  });
});

describe('isRoutable', () => {
  it.each([
    '1.1.1.1',
    '9.255.255.255',
    '11.0.0.0',
    '100.63.255.255',
    '100.128.0.0',
    '126.255.255.255',
    '128.0.0.0',
    '169.253.1.1',
    '172.15.255.255',
    '172.32.0.0',
    '192.0.1.0',
    '192.167.1.1',
    '198.17.255.255',
    '198.20.0.0',
    '223.255.255.255',
    '[2000::1]',
    '[2a01:4f8::1]',
    '[2001:db9::1]',
    '[2002:102:304::1]',
    '[64:ff9b::1.2.3.4]',
    '[3fff:1000::1]',
  ])('%s', (text) => {
    expect(isRoutable(parse(text))).toBe(true);
  });

  it.each([
    '0.1.2.3',
    '10.0.0.1',
    '100.64.0.1',
    '100.127.255.255',
    '127.0.0.1',
    '169.254.1.1',
    '172.16.0.0',
    '172.31.255.255',
    '192.0.0.8',
    '192.0.2.1',
    '192.168.1.1',
    '198.18.0.0',
    '198.19.255.255',
    '198.51.100.1',
    '203.0.113.1',
    '224.0.0.1',
    '240.0.0.1',
    '255.255.255.255',
    '1.1.1.1:0',
    '[::]',
    '[::1]',
    '[::1.2.3.4]',
    '[fe80::1]',
    '[fc00::1]',
    '[fd00::1]',
    '[ff02::1]',
    '[2001:db8::1]',
    '[2001:10::1]',
    '[2001:2f::1]',
    '[3fff:fff::1]',
    '[2002:a00:1::1]',
    '[64:ff9b::10.0.0.1]',
    '[4000::1]',
    '[64:ff9c::1]',
  ])('not %s', (text) => {
    expect(isRoutable(parse(text))).toBe(false);
  });

  it('not what needs a proxy', () => {
    const address = netAddress('torv3', new Uint8Array(32), 8333);
    expect(address && isRoutable(address)).toBe(false);
  });
});
