import { expect, test } from 'vitest';
import { checkChainwork } from './check-chainwork.js';

test('takes bigints, and texts of decimal and hexadecimal digits', () => {
  expect(
    [5n, '0', '123456789012345678901234567890', '0x88E1', 2n ** 256n].map((value) =>
      checkChainwork('w', value),
    ),
  ).toEqual([5n, 0n, 123456789012345678901234567890n, 0x88e1n, 2n ** 256n]);
});

test.each([-1n, 2n ** 256n + 1n, '', '-1', '1.5', '88e1', '0x', ' 1', '9'.repeat(80), `0x${'f'.repeat(65)}`])(
  'refuses %s',
  (value) => {
    expect(() => checkChainwork('w', value)).toThrow(/^w: must be a number from 0 to 2\^256/);
  },
);

test('refuses other types', () => {
  for (const value of [1, null, undefined, {}, true])
    expect(() => checkChainwork('w', value)).toThrow('w: must be a bigint or a text');
});
