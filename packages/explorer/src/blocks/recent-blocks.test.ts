import type { LightNodeHandle } from '@vision-light/browser-node';
import { expect, it } from 'vitest';
import { RECENT_BLOCKS_MAX, recentBlocks } from './recent-blocks.js';

/** A node whose chain grows, and the heights of the bodies that were asked for. */
function chainOf(tipHeight: number, transactionsPerBlock: number) {
  const tip = { height: tipHeight };
  const read: number[] = [];
  const name = String(Math.random());
  const node = {
    tip,
    header: async (height: number) => ({ hash: `${name} ${height}`, height, time: height }),
    block: async (hash: string) => {
      const height = Number(hash.split(' ')[1]);
      read.push(height);
      return { height, header: { time: height }, transactions: Array(transactionsPerBlock).fill({}) };
    },
  };
  return { node: node as unknown as LightNodeHandle, tip, read };
}

async function look(node: LightNodeHandle): Promise<number[]> {
  const heights: number[] = [];
  for await (const { height } of recentBlocks(node, new AbortController().signal)) heights.push(height);
  return heights;
}

it('what was looked through is not read again when a block has come', async () => {
  const { node, tip, read } = chainOf(1_000, 1);
  const first = await look(node);
  expect(first).toHaveLength(RECENT_BLOCKS_MAX);
  expect(read.splice(0)).toEqual(first);
  tip.height++;
  expect((await look(node))[0]).toBe(1_001);
  expect(read).toEqual([1_001]);
});

it('of blocks that are too full to be kept all, the newest are', async () => {
  const { node, read } = chainOf(2_000, 10_000);
  await look(node);
  read.length = 0;
  await look(node);
  expect(Math.max(...read)).toBe(2_000 - 5);
});
