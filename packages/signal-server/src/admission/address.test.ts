import type { IncomingMessage } from 'node:http';
import { expect, test } from 'vitest';
import { AddressBook, addressKey, addressOf, groupOf } from './address.js';

test.each([
  ['192.0.2.7', '192.0.2.7'],
  ['::ffff:192.0.2.7', '192.0.2.7'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:db8:1:2::', '2001:db8:1:2::/64'],
  ['2001:0DB8::1', '2001:db8:0:0::/64'],
  ['2001:db8::5:6:7:8:9', '2001:db8:0:5::/64'],
  ['::1', '0:0:0:0::/64'],
  ['::', '0:0:0:0::/64'],
  ['fe80::1%eth0', 'fe80:0:0:0::/64'],
])('%s counts as %s', (address, key) => {
  expect(addressKey(address)).toBe(key);
});

test.each([
  ['192.0.2.7', '192.0.2.0/24'],
  ['2001:db8:1:2::/64', '2001:db8:1::/48'],
  ['unknown', 'unknown'],
])('%s is in the group %s', (address, group) => {
  expect(groupOf(address)).toBe(group);
});

test.each(['', 'unknown', '192.0.2', '192.0.2.7:80', '[::1]'])('%j is no address', (text) => {
  expect(addressKey(text)).toBeUndefined();
});

test('only a trusted proxy is believed, and only its own entry', () => {
  const request = {
    headers: { 'x-forwarded-for': '198.51.100.1, 203.0.113.9' },
    socket: { remoteAddress: '::ffff:10.0.0.1' },
  } as unknown as IncomingMessage;
  expect(addressOf(request, false)).toBe('10.0.0.1');
  expect(addressOf(request, true)).toBe('203.0.113.9');
  request.headers['x-forwarded-for'] = 'nonsense';
  expect(addressOf(request, true)).toBe('10.0.0.1');
});

test('an address may have so many open at once', () => {
  const book = new AddressBook(2, { perSecond: 1000, burst: 1000 });
  expect(['a', 'a', 'a', 'b'].map((address) => book.enter(address, 0))).toEqual([true, true, false, true]);
  book.leave('a');
  expect(book.enter('a', 0)).toBe(true);
});

test('an address may come so fast, however soon it goes', () => {
  const book = new AddressBook(100, { perSecond: 1, burst: 2 });
  const visit = (nowMs: number) => {
    const isIn = book.enter('a', nowMs);
    if (isIn) book.leave('a');
    return isIn;
  };
  expect([0, 0, 0, 999, 1000].map(visit)).toEqual([true, true, false, false, true]);
});

test('an address is forgotten when it has gone and its allowance is whole', () => {
  const book = new AddressBook(10, { perSecond: 1, burst: 2 });
  book.enter('a', 0);
  book.enter('b', 0);
  book.leave('a');
  book.sweep(500);
  expect(book.size).toBe(2);
  book.sweep(1000);
  expect(book.size).toBe(1);
  book.leave('b');
  book.sweep(1000);
  expect(book.size).toBe(0);
});
