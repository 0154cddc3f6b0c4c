import type { Message } from '@vision-light/protocol';
import { describe, expect, it } from 'vitest';
import type { KnownMessage } from '../wire/message.js';
import type { ChainView } from './chain-view.js';
import { FilterLink } from './filter-link.js';
import { FILTER_QUESTIONS_MAX, FILTER_TIMEOUT_MS } from './session-limits.js';

/** The hash of the block of a height. */
const hashAt = (height: number): Uint8Array => new Uint8Array(32).fill(height);
const TIP = 200;

function start() {
  const written: KnownMessage[] = [];
  const said: Message[] = [];
  const heightOf = ([height = 0]: Uint8Array): number | undefined => (height <= TIP ? height : undefined);
  const link = new FilterLink({ heightOf } as Pick<ChainView, 'heightOf'> as ChainView, {
    write: (message) => written.push(message),
    say: (message) => said.push(message),
  });
  const give = (height: number, now = 0, filter = Uint8Array.of(height)) =>
    link.filter({ command: 'cfilter', filterType: 0, blockHash: hashAt(height), filter }, now);
  const giveHashes = (height: number, hashes = new Uint8Array(64)) =>
    link.hashes({
      command: 'cfheaders',
      filterType: 0,
      stop: hashAt(height),
      previousHeader: hashAt(250),
      filterHashes: hashes,
    });
  const ask = (requestId: number, height: number, count: number, now = 0): void =>
    link.filtersRequested({ type: 'getFilters', requestId, stop: hashAt(height), count }, now);
  const askHashes = (requestId: number, height: number, count: number, now = 0): void =>
    link.hashesRequested({ type: 'getFilterHeaders', requestId, stop: hashAt(height), count }, now);
  return { link, written, said, give, giveHashes, ask, askHashes };
}

const filters = (requestId: number, ...heights: number[]): Message[] =>
  heights.map((height) => ({ type: 'filters', requestId, filters: [Uint8Array.of(height)] }));
const noHashes = (requestId: number): Message => ({
  type: 'filterHeaders',
  requestId,
  previous: new Uint8Array(32),
  hashes: new Uint8Array(0),
});
const noFilters = (requestId: number, count: number): Message => ({
  type: 'filters',
  requestId,
  filters: Array.from({ length: count }, () => new Uint8Array(0)),
});

describe('filters of a full node', () => {
  it('are asked for from the height of the first block, and passed on one by one', () => {
    const { written, said, give, ask } = start();
    ask(7, 12, 3);
    expect(written).toEqual([{ command: 'getcfilters', filterType: 0, startHeight: 10, stop: hashAt(12) }]);
    for (const height of [10, 11, 12]) expect(give(height)).toBe(undefined);
    expect(said).toEqual(filters(7, 10, 11, 12));
    expect(give(13)).toBe('BITCOIN_UNSOLICITED');
  });

  it('answer requests in the order in which these were made', () => {
    const { said, give, ask } = start();
    ask(1, 5, 2);
    ask(2, 3, 1);
    for (const height of [4, 5, 3]) give(height);
    expect(said).toEqual([...filters(1, 4, 5), ...filters(2, 3)]);
  });

  it.each([
    ['not asked for', 9],
    ['out of turn', 11],
    ['of a block that is not known', 201],
  ])('are refused if one is %s', (_, height) => {
    const { said, give, ask } = start();
    ask(7, 12, 3);
    expect(give(height)).toBe('BITCOIN_UNSOLICITED');
    expect(said).toEqual([]);
  });

  it('are not waited for as long as nothing comes, and those of a later request are while something comes', () => {
    const { link, said, give, ask } = start();
    ask(1, 5, 3, 0);
    ask(2, 9, 1, 0);
    give(3, FILTER_TIMEOUT_MS - 1);
    expect(link.nextWake()).toBe(2 * FILTER_TIMEOUT_MS - 1);
    link.advance(FILTER_TIMEOUT_MS);
    expect(said).toEqual(filters(1, 3));
    link.advance(2 * FILTER_TIMEOUT_MS - 1);
    expect(said.slice(1)).toEqual([noFilters(1, 2), noFilters(2, 1)]);
    expect(link.nextWake()).toBe(undefined);
    expect(give(4)).toBe('BITCOIN_UNSOLICITED');
  });

  it('that come too late do not count for the next request', () => {
    const { link, give, ask } = start();
    ask(1, 5, 1, 0);
    link.advance(FILTER_TIMEOUT_MS);
    ask(2, 9, 1, FILTER_TIMEOUT_MS);
    expect(give(5, FILTER_TIMEOUT_MS)).toBe('BITCOIN_UNSOLICITED');
  });

  it('are said not to be there for blocks that are not known, and where too much is asked for', () => {
    const { written, said, ask } = start();
    ask(1, 201, 1);
    ask(2, 3, 5);
    expect(said).toEqual([noFilters(1, 1), noFilters(2, 5)]);
    ask(3, 3, 4);
    expect(written).toMatchObject([{ startHeight: 0 }]);
    for (let i = 1; i < FILTER_QUESTIONS_MAX; i++) ask(10 + i, 9, 1);
    expect(said.length).toBe(2);
    ask(99, 9, 1);
    expect(said.slice(2)).toEqual([noFilters(99, 1)]);
    expect(written.length).toBe(FILTER_QUESTIONS_MAX);
  });
});

describe('hashes of filters', () => {
  it('answer the request that names their last block', () => {
    const { written, said, giveHashes, askHashes } = start();
    askHashes(1, 5, 2);
    askHashes(2, 8, 2);
    expect(written).toEqual([
      { command: 'getcfheaders', filterType: 0, startHeight: 4, stop: hashAt(5) },
      { command: 'getcfheaders', filterType: 0, startHeight: 7, stop: hashAt(8) },
    ]);
    expect(giveHashes(8)).toBe(undefined);
    expect(said).toEqual([
      { type: 'filterHeaders', requestId: 2, previous: hashAt(250), hashes: new Uint8Array(64) },
    ]);
    expect(giveHashes(8)).toBe('BITCOIN_UNSOLICITED');
    expect(giveHashes(5)).toBe(undefined);
  });

  it('are not waited for after their time, nor asked for of blocks that are not known or too often', () => {
    const { link, said, giveHashes, askHashes } = start();
    askHashes(1, 5, 2, 10);
    link.advance(FILTER_TIMEOUT_MS + 9);
    expect(said).toEqual([]);
    link.advance(FILTER_TIMEOUT_MS + 10);
    expect(said).toEqual([noHashes(1)]);
    expect(giveHashes(5)).toBe('BITCOIN_UNSOLICITED');
    askHashes(2, 201, 1);
    askHashes(3, 3, 5);
    expect(said.slice(1)).toEqual([noHashes(2), noHashes(3)]);
    for (let i = 0; i < FILTER_QUESTIONS_MAX; i++) askHashes(10 + i, 9, 1);
    expect(said.length).toBe(3);
    askHashes(99, 9, 1);
    expect(said.slice(3)).toEqual([noHashes(99)]);
  });
});
