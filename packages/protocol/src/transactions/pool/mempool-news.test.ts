import { expect, test } from 'vitest';
import { defined } from '../../assert.js';
import { bytesToHex } from '../../bytes/hex.js';
import type { Transaction } from '../../chain/transaction-rules.js';
import { MEMPOOL_NEWS_INTERVAL_MS, MEMPOOL_NEWS_MAX } from '../../limits.js';
import { Outbox } from '../../peer/outbox.js';
import { Mempool } from './mempool.js';
import { MempoolNews } from './mempool-news.js';

function make(seed: number, tip: bigint | undefined = undefined): Transaction {
  const id = new Uint8Array(32).fill(seed);
  const common = {
    id,
    relayId: id,
    bytes: new Uint8Array(50 + seed),
    fault: undefined,
    signature: undefined,
  };
  return { ...common, spends: [`coin ${seed}`], sequence: undefined, parents: [], tip };
}

function setUp() {
  const outbox = new Outbox();
  const news = new MempoolNews(outbox, (hash) => `id ${bytesToHex(hash).slice(0, 2)}`);
  const pool = new Mempool({
    usedNumber: () => undefined,
    entered: (entry) => news.entered(entry),
    left: (entry, reason) => news.left(entry, reason),
  });
  /** What is told at this time. */
  const told = (now: number) => {
    news.advance(pool, now);
    return outbox.take().map((effect) => (effect.type === 'emit' ? effect.notice : effect));
  };
  return { news, pool, told };
}

test('what came and went is told at once, and then once in an interval', () => {
  const { news, pool, told } = setUp();
  expect([news.nextWake(), told(0)]).toEqual([undefined, []]);
  pool.add(make(1, 7n), 0);
  pool.add(make(2), 0);
  expect(told(100)).toEqual([
    {
      type: 'transactions',
      mempool: { count: 2, bytes: 103 },
      added: [
        { id: 'id 01', bytes: 51, tip: 7n },
        { id: 'id 02', bytes: 52 },
      ],
      removed: [],
      unnamed: 0,
    },
  ]);
  expect(news.nextWake()).toBeUndefined();
  const { key } = defined([...pool.values()][0], 'it is there');
  pool.included(key, make(1, 7n));
  expect(news.nextWake()).toBe(100 + MEMPOOL_NEWS_INTERVAL_MS);
  expect(told(99 + MEMPOOL_NEWS_INTERVAL_MS)).toEqual([]);
  expect(told(100 + MEMPOOL_NEWS_INTERVAL_MS)).toEqual([
    {
      type: 'transactions',
      mempool: { count: 1, bytes: 52 },
      added: [],
      removed: [{ id: 'id 01', reason: 'included' }],
      unnamed: 0,
    },
  ]);
});

test('so many are named each way, and the others are counted, anew each time', () => {
  const { pool, told } = setUp();
  const count = MEMPOOL_NEWS_MAX + 3;
  const all = Array.from({ length: count }, (_, i) => make(i));
  for (const tx of all) pool.add(tx, 0);
  const [came] = told(0);
  expect(came).toMatchObject({ unnamed: 3, removed: [] });
  for (const tx of all) pool.included(bytesToHex(tx.relayId), tx);
  const [went] = told(MEMPOOL_NEWS_INTERVAL_MS);
  expect(went).toMatchObject({ unnamed: 3, added: [] });
  for (const [notice, list] of [
    [came, 'added'],
    [went, 'removed'],
  ] as const)
    expect((notice as unknown as Record<string, unknown[]>)[list]?.length).toBe(MEMPOOL_NEWS_MAX);
});
