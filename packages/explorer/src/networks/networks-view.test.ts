import { expect, it } from 'vitest';
import { addressOf } from './networks-view.js';

it('the address of a network keeps what else the query says', () => {
  expect(addressOf('bitcoin-signet', '?signal=http://a.example&network=vision-devnet')).toBe(
    '?signal=http%3A%2F%2Fa.example&network=bitcoin-signet#/',
  );
  expect(addressOf('vision-devnet', '')).toBe('?network=vision-devnet#/');
});
