/** What a slow peer owes and a faster one is asked for instead; the rest of the download is in `block-download.test.ts`. */
import { beforeEach, describe, expect, it } from 'vitest';
import { defined } from '../assert.js';
import {
  FAILURES_BEFORE_PAUSE,
  HAND_OVER_INTERVAL_MS,
  HAND_OVER_MS,
  REQUEST_TIMEOUT_MIN_MS,
} from '../limits.js';
import { RequestLedger } from '../peer/request-ledger.js';
import { BlockDownload, bodyRequests } from './block-download.js';

const hashOf = (index: number): Uint8Array => new Uint8Array(32).fill(index);

/** How long the slow peer takes for an answer, ms. It is given three times that. */
const SLOW_MS = 2800;
/** When the slow peer is asked for what may be handed over. */
const START = 10_000;
/** When that is handed over at the earliest. */
const DUE = START + HAND_OVER_MS;

let ledger: RequestLedger;
let download: BlockDownload;

beforeEach(() => {
  ledger = new RequestLedger();
  download = new BlockDownload(1000, ledger);
});

/** Which bodies each peer is asked for. */
function poll(now: number): Record<string, number[]> {
  const requests = download.poll(now);
  return Object.fromEntries(
    requests.map(({ peerId, hashes }) => [peerId, hashes.map((hash) => defined(hash[0], 'it has 32 bytes'))]),
  );
}

/** A peer that took `ms` for a body; of unknown speed if that is undefined. */
function join(id: string, ms?: number, isArchive = false): void {
  ledger.peerReady({ id, lastBytesAt: 0, partialSince: undefined, partialBytes: 0 });
  download.addPeer(id, isArchive);
  if (ms === undefined) return;
  const hash = hashOf(0);
  download.want(hash, { offeredBy: id });
  const request = defined(download.poll(0)[0], 'the only peer that has it is asked');
  expect(download.received(id, request.requestId, hash, 100, ms)).toBe('wanted');
  download.settle(hash, true);
}

/** The slow peer is asked for these; others may have them, too. */
function owe(indexes: readonly number[], now: number, others: readonly string[], isOld = false): void {
  for (const index of indexes) download.want(hashOf(index), { offeredBy: 'slow', isOld });
  expect(poll(now)).toEqual({ slow: indexes });
  for (const index of indexes) for (const other of others) download.offer(hashOf(index), other);
}

describe('handing over', () => {
  it('gives a much faster peer what waits behind the first, once it has waited long enough', () => {
    join('slow', SLOW_MS);
    join('fast', 50);
    owe([1, 2, 3], START, ['fast']);
    expect(poll(DUE - 1)).toEqual({});
    expect(poll(DUE)).toEqual({ fast: [2, 3] });
    expect(download.inFlight).toBe(3);
  });

  it('leaves what has not waited long enough, until it is looked again', () => {
    join('slow', SLOW_MS);
    join('fast', 50);
    owe([1, 2], START, ['fast']);
    owe([3], START + HAND_OVER_INTERVAL_MS, ['fast']);
    expect(poll(DUE)).toEqual({ fast: [2] });
    expect(poll(DUE + HAND_OVER_INTERVAL_MS - 1)).toEqual({});
    expect(poll(DUE + HAND_OVER_INTERVAL_MS)).toEqual({ fast: [3] });
  });

  it('takes a peer that needs less than half of the time, and none that needs half', () => {
    join('slow', SLOW_MS);
    join('half', SLOW_MS / 2);
    owe([1, 2], START, ['half', 'faster']);
    expect([poll(DUE), download.inFlight]).toEqual([{}, 2]);
    join('faster', SLOW_MS / 2 - 1);
    expect(poll(DUE + HAND_OVER_INTERVAL_MS)).toEqual({ faster: [2] });
  });

  it('gives a peer of unknown speed one body, and no other before that came', () => {
    join('slow', SLOW_MS);
    join('new');
    owe([1, 2, 3, 4], START, ['new']);
    expect(poll(DUE)).toEqual({ new: [4] });
    expect([poll(DUE + HAND_OVER_INTERVAL_MS), download.inFlight]).toEqual([{}, 4]);
  });

  it('gives nothing to a peer that may not have it', () => {
    join('slow', SLOW_MS);
    join('fast', 50);
    owe([1, 2], START, []);
    expect([poll(DUE), download.inFlight]).toEqual([{}, 2]);
  });

  it('gives nothing to a peer that is paused', () => {
    join('slow', SLOW_MS);
    join('fast', 50);
    owe([1, 2], START, ['fast']);
    for (let i = 0; i < FAILURES_BEFORE_PAUSE; i++) ledger.failed('fast', bodyRequests, START);
    expect(ledger.isPaused('fast', DUE)).toBe(true);
    expect([poll(DUE), download.inFlight]).toEqual([{}, 2]);
  });

  it('gives nothing back to a peer that was too slow with it before', () => {
    join('slow', SLOW_MS);
    join('fast', 50);
    owe([1], START, []);
    download.want(hashOf(2), { offeredBy: 'fast' });
    expect(poll(START + 10)).toEqual({ fast: [2] });
    download.offer(hashOf(2), 'slow');
    const failedAt = START + 10 + REQUEST_TIMEOUT_MIN_MS;
    expect(poll(failedAt)).toEqual({ slow: [2] });
    expect([poll(failedAt + HAND_OVER_MS), download.inFlight]).toEqual([{}, 2]);
  });

  it('gives what is old to archives only', () => {
    join('slow', SLOW_MS, true);
    join('fast', 50);
    owe([1, 2], START, ['fast', 'archive'], true);
    expect([poll(DUE), download.inFlight]).toEqual([{}, 2]);
    join('archive', 60, true);
    expect(poll(DUE + HAND_OVER_INTERVAL_MS)).toEqual({ archive: [2] });
  });
});

describe('the next time at which the download is to be called', () => {
  it('is when something may be handed over, however often it is called before', () => {
    join('slow', SLOW_MS);
    join('fast', 50);
    owe([1, 2], START, []);
    expect(download.nextWake(START)).toBe(DUE);
    poll(START + 100);
    expect(download.nextWake(START + 100)).toBe(DUE);
    poll(DUE);
    expect(download.nextWake(DUE)).toBe(DUE + HAND_OVER_INTERVAL_MS);
  });

  it('is when the answer is overdue while there is nobody to hand over to', () => {
    join('slow', SLOW_MS);
    owe([1, 2], START, []);
    expect(download.nextWake(START)).toBe(START + 3 * SLOW_MS);
  });

  it('is never while nothing is wanted', () => {
    join('slow', 50);
    join('fast', 50);
    expect(download.nextWake(50)).toBeUndefined();
  });

  it('counts from the first request after nothing was in flight', () => {
    join('slow', SLOW_MS);
    join('fast', SLOW_MS);
    const later = HAND_OVER_MS - 1;
    owe([1], later, []);
    expect(download.nextWake(later)).toBe(later + HAND_OVER_MS);
  });
});
