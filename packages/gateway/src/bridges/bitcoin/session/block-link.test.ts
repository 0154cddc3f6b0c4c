import { resolveNetwork } from '@vision-light/protocol';
import { expect, it } from 'vitest';
import { BlockLink } from './block-link.js';
import type { ChainView } from './chain-view.js';
import { BLOCK_TIMEOUT_MS } from './session-limits.js';

const hashOf = (i: number): Uint8Array => new Uint8Array(32).fill(i);
const view: ChainView = {
  family: resolveNetwork('bitcoin-regtest'),
  tipHeight: 9,
  chainwork: 1n,
  locator: () => [],
  heightOf: ([height]) => height,
  hashHeaders: ([first = 0]) => hashOf(first),
};

it('gives each block its time once the one before it has come', () => {
  const said: string[] = [];
  const port = { write: () => {}, say: ({ type }: { readonly type: string }) => said.push(type) };
  const link = new BlockLink(view, port, true);
  link.requested({ type: 'getBlocks', requestId: 1, hashes: [hashOf(1), hashOf(2)] }, 0);
  const almost = BLOCK_TIMEOUT_MS - 1;
  expect(link.received(new Uint8Array(80).fill(1), new Uint8Array(1), almost)).toBeUndefined();
  link.advance(almost + BLOCK_TIMEOUT_MS - 1);
  expect(said).toEqual(['blocks']);
  expect(link.nextWake()).toBe(almost + BLOCK_TIMEOUT_MS);
  link.advance(almost + BLOCK_TIMEOUT_MS);
  expect(said).toEqual(['blocks', 'notFound']);
});
