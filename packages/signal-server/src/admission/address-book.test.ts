import { expect, test } from 'vitest';
import { AddressBook } from './address-book.js';

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
