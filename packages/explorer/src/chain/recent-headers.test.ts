import type { HeaderInfo } from '@vision-light/browser-node';
import { expect, it, vi } from 'vitest';
import { RecentHeaders } from './recent-headers.js';

/** A chain whose hashes name branch and height; branch b leaves branch a after `forkHeight`. */
function makeHeader(height: number, branch: string, forkHeight: number): HeaderInfo {
  const hashAt = (at: number) => `${at <= forkHeight ? 'a' : branch}${at}`;
  return { height, hash: hashAt(height), parent: hashAt(height - 1), time: height, fields: {} };
}

const eventually = (holds: () => void): Promise<void> => vi.waitFor(holds, { timeout: 50_000 });

const hashes = (recent: RecentHeaders) => recent.newestFirst.map((header) => header.hash);

it('holds the newest headers and reads only what is new', async () => {
  const read = vi.fn(async (height: number) => makeHeader(height, 'a', 0));
  const recent = new RecentHeaders(3, () => {});
  recent.follow({ height: 10, hash: 'a10' }, read);
  await eventually(() => expect(hashes(recent)).toEqual(['a10', 'a9', 'a8']));
  read.mockClear();
  recent.follow({ height: 11, hash: 'a11' }, read);
  await eventually(() => expect(hashes(recent)).toEqual(['a11', 'a10', 'a9']));
  expect(read.mock.calls).toEqual([[11]]);
});

it('reads anew what a reorganisation replaced', async () => {
  const recent = new RecentHeaders(4, () => {});
  recent.follow({ height: 10, hash: 'a10' }, async (height) => makeHeader(height, 'a', 0));
  await eventually(() => expect(hashes(recent)[0]).toBe('a10'));
  recent.follow({ height: 11, hash: 'b11' }, async (height) => makeHeader(height, 'b', 8));
  await eventually(() => expect(hashes(recent)).toEqual(['b11', 'b10', 'b9', 'a8']));
});

it('never reads below genesis', async () => {
  const recent = new RecentHeaders(5, () => {});
  recent.follow({ height: 1, hash: 'a1' }, async (height) => makeHeader(height, 'a', 0));
  await eventually(() => expect(hashes(recent)).toEqual(['a1', 'a0']));
});

it('keeps what it has when the node closes in mid-reading, and follows the next one', async () => {
  const recent = new RecentHeaders(2, () => {});
  recent.follow({ height: 4, hash: 'a4' }, async (height) => makeHeader(height, 'a', 0));
  await eventually(() => expect(hashes(recent)).toEqual(['a4', 'a3']));
  const closed = vi.fn(async () => Promise.reject(new Error('closed')));
  recent.follow({ height: 5, hash: 'a5' }, closed);
  await eventually(() => expect(closed).toHaveBeenCalled());
  recent.follow({ height: 6, hash: 'a6' }, async (height) => makeHeader(height, 'a', 0));
  await eventually(() => expect(hashes(recent)).toEqual(['a6', 'a5']));
});
