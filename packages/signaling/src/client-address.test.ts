import { isIPv4, isIPv6 } from 'node:net';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addressGroup, addressKey, clientKey } from './client-address.js';

describe('addressKey', () => {
  it.each([
    ['192.0.2.7', '192.0.2.7'],
    ['::ffff:192.0.2.7', '192.0.2.7'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:db8:1:2::', '2001:db8:1:2::/64'],
    ['2001:db8:1:2::6', '2001:db8:1:2::/64'],
    ['2001:0DB8::1', '2001:db8:0:0::/64'],
    ['2001:db8::5:6:7:8:9', '2001:db8:0:5::/64'],
    ['::1', '0:0:0:0::/64'],
    ['::', '0:0:0:0::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  ])('%s counts as %s', (address, key) => {
    expect(addressKey(address)).toBe(key);
  });

  it.each([
    '',
    'unknown',
    '192.0.2',
    '192.0.2.256',
    '192.0.2.07',
    '192.0.2.7:80',
    '[::1]',
    ':::',
    '1::2::3',
    'a:b',
  ])('%j is no address', (text) => {
    expect(addressKey(text)).toBeUndefined();
  });

  it('takes what Node takes for an address, and nothing else', () => {
    const digits = fc.stringMatching(/^[\da-f]{0,5}$/);
    const texts = fc.oneof(
      fc.ipV4(),
      fc.ipV6(),
      fc.array(digits, { maxLength: 9 }).map((groups) => groups.join(':')),
      fc.array(fc.nat(300), { maxLength: 5 }).map((bytes) => bytes.join('.')),
      fc.string(),
    );
    fc.assert(
      fc.property(texts, (text) => {
        expect(addressKey(text) !== undefined).toBe(isIPv4(text) || isIPv6(text));
      }),
    );
  });
});

describe('addressGroup', () => {
  it.each([
    ['192.0.2.7', '192.0.2.0/24'],
    ['2001:db8:1:2::/64', '2001:db8:1::/48'],
    ['unknown', 'unknown'],
  ])('%s is in %s', (key, group) => {
    expect(addressGroup(key)).toBe(group);
  });
});

describe('clientKey', () => {
  it.each([
    ['without a proxy the socket counts', '::ffff:10.0.0.1', undefined, '10.0.0.1'],
    ['of what a proxy forwards its own entry counts', '10.0.0.1', '198.51.100.1, 203.0.113.9', '203.0.113.9'],
    ['an entry that is no address does not', '10.0.0.1', '203.0.113.9, nonsense', '10.0.0.1'],
    ['a request that did not come by the proxy counts by its socket', '127.0.0.1', '', '127.0.0.1'],
    ['a socket that is closed has no address', undefined, undefined, 'unknown'],
  ])('%s', (_, remote, forwardedFor, key) => {
    expect(clientKey(remote, forwardedFor)).toBe(key);
  });
});
