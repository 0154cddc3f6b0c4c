import { expect, test } from 'vitest';
import { decodeTransaction, encodeTransaction, signableText, transactionHash } from './transaction.js';

const text =
  '{"nonce":18446744073709551615,"sender_pubkey":"a","access_list":["x\\n"],"module":"m","method":"n","args":[0,255],"tip":1,"fee_limit":2,"sig":"s","max_priority_fee_per_gas":340282366920938463463374607431768211455,"max_fee_per_gas":0}';

test('the text survives, digit for digit', () => {
  const tx = decodeTransaction(text);
  if (tx === undefined) throw new Error('not decoded');
  expect(encodeTransaction(tx)).toBe(text);
  expect(signableText(tx)).toBe(text.replace('"sig":"s"', '"sig":""'));
  expect(transactionHash(tx)).toEqual(transactionHash({ ...tx, sig: 'other' }));
  expect(transactionHash(tx)).not.toEqual(transactionHash({ ...tx, tip: 2n }));
});

test('fees may be missing, other members are ignored', () => {
  const short = text.replace(/,"max_priority.*/, ',"extra":null}');
  expect(decodeTransaction(short)).toMatchObject({ max_priority_fee_per_gas: 0n, max_fee_per_gas: 0n });
});

test.each([
  ['not JSON', '{'],
  ['a list', '[]'],
  ['nothing', 'null'],
  ['a nonce above u64', text.replace('18446744073709551615', '18446744073709551616')],
  ['a negative nonce', text.replace('18446744073709551615', '-1')],
  [
    'a fee above u128',
    text.replace('340282366920938463463374607431768211455', '340282366920938463463374607431768211456'),
  ],
  ['a byte above 255', text.replace('[0,255]', '[0,256]')],
  ['a byte below 0', text.replace('[0,255]', '[-1,255]')],
  ['a byte with a fraction', text.replace('[0,255]', '[0.5,255]')],
  ['bytes that are no list', text.replace('[0,255]', '"0"')],
  ['a byte that is text', text.replace('[0,255]', '[0,"255"]')],
  ['an access list that is none', text.replace('["x\\n"]', '"x"')],
  ['a nonce that is text', text.replace('18446744073709551615', '"5"')],
  ['no access list', text.replace('"access_list":["x\\n"],', '')],
  ['no bytes', text.replace('"args":[0,255],', '')],
  ['a fraction', text.replace('"tip":1', '"tip":1.5')],
  ['a number for text', text.replace('"module":"m"', '"module":5')],
  ['no signature', text.replace('"sig":"s",', '')],
  ['an access list of numbers', text.replace('["x\\n"]', '[5]')],
])('%s is no transaction', (_, given) => {
  expect(given).not.toBe(text);
  expect(decodeTransaction(given)).toBeUndefined();
});
