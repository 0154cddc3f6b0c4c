import { expect, it } from 'vitest';
import { readData } from '../../../../tests/node/data-files.js';
import { makeTransaction, senderOf } from '../../../../tests/sim/vision-transactions.js';
import { defined } from '../assert.js';
import { bytesToHex } from '../bytes/hex.js';
import { resolveNetwork } from '../families/networks.js';
import { searchTransactions, type WantedTransactions } from './search-transactions.js';

const bitcoin = resolveNetwork('bitcoin-mainnet');
const body = new Uint8Array(readData('bitcoin/blocks/block898352.raw')).subarray(80);
const transactions = defined(bitcoin.splitBody(body), 'a body');
const nothing: WantedTransactions = { ids: [], names: [], coins: [] };

/** The first coin of the block that the same block spends: who makes it, and who spends it. */
function spentInBlock() {
  const made = new Map<string, { readonly maker: number; readonly name: string }>();
  for (const [spender, { bytes }] of transactions.entries()) {
    const { from, to } = bitcoin.touches(bytes);
    for (const coin of from) {
      const known = made.get(coin);
      if (known !== undefined) return { ...known, coin, spender };
    }
    for (const { name, coin } of to) if (coin !== undefined) made.set(coin, { maker: spender, name });
  }
  throw new Error('no coin is spent in the block');
}

it('finds what pays to a script of a real block, and what spends that coin in the same block', () => {
  const { maker, spender, name, coin } = spentInBlock();
  // Its name is the outpoint that the input has.
  expect(coin.slice(0, 64)).toBe(bytesToHex(defined(transactions[maker], 'the maker').id));
  const found = searchTransactions(bitcoin, transactions, { ...nothing, names: [name] });
  expect(found.find(({ position }) => position === maker)).toMatchObject({ to: [name] });
  expect(found.find(({ position }) => position === spender)).toMatchObject({ from: [name] });
  expect(found.flatMap(({ coins }) => coins)).toContainEqual([coin, name]);
  const later = transactions.slice(spender, spender + 1);
  // Who has not seen the coin being made does not know whose it is.
  const [unknowing] = searchTransactions(bitcoin, later, { ...nothing, names: [name] });
  expect(unknowing?.from ?? []).toEqual([]);
  const [bySpending] = searchTransactions(bitcoin, later, { ids: [], names: [name], coins: [[coin, name]] });
  expect(bySpending).toMatchObject({ position: 0, from: [name] });
});

it('finds a transaction by its id alone', () => {
  const id = bitcoin.hashToHex(defined(transactions[7], 'there are more').id);
  expect(searchTransactions(bitcoin, transactions, { ...nothing, ids: [id] })).toEqual([
    { txid: id, position: 7, from: [], to: [], coins: [] },
  ]);
  expect(searchTransactions(bitcoin, transactions, nothing)).toEqual([]);
});

it('takes each whole key that a Vision transaction names, and no part of a longer text', () => {
  const vision = resolveNetwork('vision-devnet');
  const [a, b, c] = [1, 2, 3].map((digit) => `${digit}`.repeat(64)) as [string, string, string];
  const bytes = makeTransaction({
    sender: 4,
    content: {
      access_list: [`acct:${a}`, `${b}0`],
      args: [...Buffer.from(`{"to":"${c}"}`), 255],
    },
  });
  const { from, to } = vision.touches(bytes);
  expect(from).toEqual([senderOf(4).account]);
  expect(to.map(({ name }) => name)).toEqual([a, c]);
  expect(vision.addressName(a.replace('1', 'A'))).toBe(`a${a.slice(1)}`);
  expect(vision.addressName(`${a}0`)).toBeUndefined();
  expect(vision.touches(Uint8Array.of(1))).toEqual({ from: [], to: [] });
});
