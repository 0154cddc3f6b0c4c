import { expect, it } from 'vitest';
import type { BlockResult } from '../io/notice.js';
import { PeerSet } from '../peer/peer-set.js';
import { ForwardedBlocks } from './forwarded-blocks.js';
import type { RequestedBlocks } from './requested-blocks.js';

const hashOf = (i: number): Uint8Array => new Uint8Array(32).fill(i);

function start({ hasFullNode = true, isSyncing = false }) {
  const requests: ((result: BlockResult) => void)[] = [];
  const requested = { request: (_: Uint8Array, done: (result: BlockResult) => void) => requests.push(done) };
  const peers = new PeerSet();
  Object.defineProperty(peers, 'hasFullNode', { get: () => hasFullNode });
  const source = new ForwardedBlocks({
    kept: { whereabouts: () => 'unknown', read: (_, reader) => reader(undefined) },
    requested: requested as unknown as RequestedBlocks,
    peers,
    listener: { now: () => 0, isSyncing: () => isSyncing },
  });
  return { source, requests };
}

it('fetches a body once, however often it is asked for, and has it then', () => {
  const { source, requests } = start({});
  expect([source.whereabouts(hashOf(1)), source.whereabouts(hashOf(1))]).toEqual(['coming', 'coming']);
  expect(requests.length).toBe(1);
  const body = Uint8Array.of(1, 2);
  requests[0]?.({ ok: true, body } as BlockResult);
  expect(source.whereabouts(hashOf(1))).toBe('here');
  const read: unknown[] = [];
  source.read(hashOf(1), (given) => read.push(given));
  expect(read).toEqual([body]);
});

it.each([{ hasFullNode: false }, { isSyncing: true }])('fetches nothing where %o', (state) => {
  const { source, requests } = start(state);
  expect(source.whereabouts(hashOf(1))).toBe('unknown');
  expect(requests).toEqual([]);
});
