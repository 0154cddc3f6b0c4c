import { beforeEach, describe, expect, it } from 'vitest';
import type { BlockResult } from '../io/notice.js';
import { BLOCK_DEMAND_TIMEOUT_MS, BLOCK_DEMANDS_MAX } from '../limits.js';
import { Outbox } from '../peer/outbox.js';
import { BlockRequests } from './block-requests.js';

const hashOf = (index: number): Uint8Array => new Uint8Array(32).fill(index);
const busy = { ok: false, code: 'BLOCK_BUSY' } as const;
const unavailable = { ok: false, code: 'BLOCK_UNAVAILABLE' } as const;

let outbox: Outbox;
let requests: BlockRequests;

beforeEach(() => {
  outbox = new Outbox();
  requests = new BlockRequests(outbox);
});

/** What the application was answered since the last call: ticket and result. */
function answers(): [number, BlockResult][] {
  return outbox.take().flatMap((effect): [number, BlockResult][] => {
    if (effect.type !== 'emit' || effect.notice.type !== 'block') throw new Error('only blocks are told of');
    return [[effect.notice.ticket, effect.notice.result]];
  });
}

describe('BlockRequests', () => {
  it('takes so many requests, and answers one more that it is busy', () => {
    for (let ticket = 0; ticket < BLOCK_DEMANDS_MAX; ticket++) {
      expect(requests.add(hashOf(ticket), ticket, 0)).toBe(true);
    }
    expect(answers()).toEqual([]);
    expect(requests.add(hashOf(200), 1000, 0)).toBe(false);
    expect(answers()).toEqual([[1000, busy]]);
    expect(requests.has(hashOf(200))).toBe(false);
    requests.refuse(hashOf(0), 'BLOCK_UNKNOWN');
    expect(requests.add(hashOf(200), 1001, 0)).toBe(true);
  });

  it('knows what is waited for', () => {
    expect(requests.has(hashOf(1))).toBe(false);
    requests.add(hashOf(1), 7, 0);
    expect([requests.has(hashOf(1)), requests.has(hashOf(2))]).toEqual([true, false]);
  });

  it('gives a block to all who wait for it, once, and to nobody else', () => {
    for (const [ticket, index] of [1, 2, 1].entries()) requests.add(hashOf(index), ticket, 0);
    requests.fulfil(hashOf(1), 9, Uint8Array.of(5));
    const result = { ok: true, height: 9, body: Uint8Array.of(5) };
    expect(answers()).toEqual([
      [0, result],
      [2, result],
    ]);
    expect([requests.has(hashOf(1)), requests.has(hashOf(2))]).toEqual([false, true]);
    requests.fulfil(hashOf(1), 9, Uint8Array.of(5));
    expect(answers()).toEqual([]);
  });

  it('gives each the bytes of its own', () => {
    requests.add(hashOf(1), 0, 0);
    requests.add(hashOf(1), 1, 0);
    const body = Uint8Array.of(5);
    requests.fulfil(hashOf(1), 9, body);
    const bodies = answers().map(([, result]) => (result.ok ? result.body : undefined));
    expect(bodies).toEqual([body, body]);
    expect(new Set([body, ...bodies].map((each) => each?.buffer)).size).toBe(3);
  });

  it('tells all who wait for a block why it does not come, once, and nobody else', () => {
    for (const [ticket, index] of [1, 2, 1].entries()) requests.add(hashOf(index), ticket, 0);
    requests.refuse(hashOf(1), 'BLOCK_UNKNOWN');
    const result = { ok: false, code: 'BLOCK_UNKNOWN' };
    expect(answers()).toEqual([
      [0, result],
      [2, result],
    ]);
    expect([requests.has(hashOf(1)), requests.has(hashOf(2))]).toEqual([false, true]);
    requests.refuse(hashOf(1), 'BLOCK_UNKNOWN');
    expect(answers()).toEqual([]);
  });

  it('answers nobody while nothing is asked for', () => {
    requests.fulfil(hashOf(1), 9, Uint8Array.of(5));
    requests.refuse(hashOf(1), 'BLOCK_UNKNOWN');
    expect([requests.expire(BLOCK_DEMAND_TIMEOUT_MS), answers()]).toEqual([[], []]);
  });

  it('gives up what has waited for its time, and leaves what is younger', () => {
    requests.add(hashOf(1), 0, 100);
    requests.add(hashOf(2), 1, 101);
    const due = 100 + BLOCK_DEMAND_TIMEOUT_MS;
    expect([requests.expire(due - 1), answers()]).toEqual([[], []]);
    expect([requests.expire(due), answers()]).toEqual([[hashOf(1)], [[0, unavailable]]]);
    expect([requests.has(hashOf(1)), requests.has(hashOf(2))]).toEqual([false, true]);
    expect([requests.expire(due + 1), answers()]).toEqual([[hashOf(2)], [[1, unavailable]]]);
  });

  it('names no block that somebody else still waits for', () => {
    requests.add(hashOf(1), 0, 0);
    requests.add(hashOf(1), 1, 1);
    expect(requests.expire(BLOCK_DEMAND_TIMEOUT_MS)).toEqual([]);
    expect(answers()).toEqual([[0, unavailable]]);
    expect(requests.expire(BLOCK_DEMAND_TIMEOUT_MS + 1)).toEqual([hashOf(1)]);
  });

  it('wants to be called when the oldest has waited for its time', () => {
    expect(requests.nextWake()).toBeUndefined();
    requests.add(hashOf(1), 0, 100);
    requests.add(hashOf(2), 1, 200);
    expect(requests.nextWake()).toBe(100 + BLOCK_DEMAND_TIMEOUT_MS);
    requests.fulfil(hashOf(1), 9, Uint8Array.of(5));
    expect(requests.nextWake()).toBe(200 + BLOCK_DEMAND_TIMEOUT_MS);
    requests.refuse(hashOf(2), 'BLOCK_BUSY');
    expect(requests.nextWake()).toBeUndefined();
  });

  it('keeps a copy of the hash, which may be part of something larger', () => {
    const hash = hashOf(1);
    requests.add(hash, 0, 0);
    hash.fill(9);
    expect(requests.expire(BLOCK_DEMAND_TIMEOUT_MS)).toEqual([hashOf(1)]);
  });
});
