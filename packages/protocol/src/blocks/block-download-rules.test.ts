/** Rules of the download one by one, on a real ledger; what they do together is in `block-download.test.ts`. */
import { beforeEach, describe, expect, it } from 'vitest';
import { defined } from '../assert.js';
import { FAILURES_BEFORE_PAUSE, PAUSE_MS, REQUEST_TIMEOUT_MIN_MS, WINDOW_START } from '../limits.js';
import { type AskedPeer, RequestLedger } from '../peer/request-ledger.js';
import { BlockDownload, type BodyArrival, bodyRequests } from './block-download.js';
import type { WantOptions } from './wanted-blocks.js';

const hashOf = (index: number): Uint8Array => new Uint8Array(32).fill(index);
const indexOf = (hash: Uint8Array): number => defined(hash[0], 'a hash has 32 bytes');

let ledger: RequestLedger;
let download: BlockDownload;
/** Ids of the requests for a body that a peer was sent, oldest first. */
let requestIds: Map<string, number[]>;

beforeEach(() => {
  ledger = new RequestLedger();
  download = new BlockDownload(1000, ledger);
  requestIds = new Map();
});

function join(id: string, isArchive?: boolean, traffic: Partial<AskedPeer> = {}): void {
  const silent = { id, lastBytesAt: 0, partialSince: undefined, partialBytes: 0 };
  ledger.peerReady({ ...silent, ...traffic });
  if (isArchive === undefined) download.addPeer(id);
  else download.addPeer(id, isArchive);
}

const want = (index: number, options?: WantOptions): boolean => download.want(hashOf(index), options);

/** Which bodies each peer is asked for. */
function poll(now: number): Record<string, number[]> {
  const asked: Record<string, number[]> = {};
  for (const { peerId, requestId, hashes } of download.poll(now)) {
    asked[peerId] = hashes.map(indexOf);
    for (const index of asked[peerId]) {
      const key = `${peerId} ${index}`;
      requestIds.set(key, [...(requestIds.get(key) ?? []), requestId]);
    }
  }
  return asked;
}

/** The id of the first request, or of a later one, for a body that a peer was sent. */
const idOf = (peerId: string, index: number, which = 0): number =>
  defined(requestIds.get(`${peerId} ${index}`)?.[which], 'a test answers what was asked');

function deliver(peerId: string, index: number, now: number): BodyArrival {
  return download.received(peerId, idOf(peerId, index), hashOf(index), 100, now);
}

function answer(peerId: string, index: number, now: number): void {
  expect(deliver(peerId, index, now)).toBe('wanted');
  download.settle(hashOf(index), true);
}

describe('the kind of request that asks for bodies', () => {
  it('has the name of its message', () => {
    expect(bodyRequests.name).toBe('getBlocks');
  });

  it('gives a peer in the middle of a message time from its last bytes on, and none between messages', () => {
    const between = { id: 'a', lastBytesAt: 5000, partialSince: undefined, partialBytes: 0 };
    const within = { ...between, partialSince: 4000 };
    expect(bodyRequests.graceUntil(within, 0)).toBe(5000 + REQUEST_TIMEOUT_MIN_MS);
    expect(bodyRequests.graceUntil(between, 0)).toBe(Number.NEGATIVE_INFINITY);
  });

  it('gives no time for small messages that come while a body does not', () => {
    join('a', false, { lastBytesAt: 2900 });
    join('b');
    want(1);
    expect(poll(0)).toEqual({ a: [1] });
    expect(poll(REQUEST_TIMEOUT_MIN_MS)).toEqual({ b: [1] });
  });
});

describe('what is wanted', () => {
  it('is told by its hash', () => {
    expect([download.isWanted(hashOf(1)), download.hashes()]).toEqual([false, []]);
    want(1);
    want(2);
    expect([1, 2, 3].map((index) => download.isWanted(hashOf(index)))).toEqual([true, true, false]);
    expect(download.hashes()).toEqual([hashOf(1), hashOf(2)]);
  });

  it('is told its state when another peer offers it, whoever may have it', () => {
    join('a');
    want(1);
    expect(download.offer(hashOf(1), 'a')).toBe('queued');
    poll(0);
    expect(download.offer(hashOf(1), 'b')).toBe('inFlight');
    deliver('a', 1, 10);
    expect(download.offer(hashOf(1), 'b')).toBe('checking');
    expect(download.offer(hashOf(2), 'b')).toBeUndefined();
  });

  it('is nothing else: to retry, to cancel or to settle that changes nothing', () => {
    join('a');
    want(1);
    download.retry(hashOf(2));
    download.cancel(hashOf(2));
    download.settle(hashOf(2), true);
    download.settle(hashOf(2), false);
    expect([download.pending, poll(0)]).toEqual([1, { a: [1] }]);
  });

  it('is settled only while it is checked', () => {
    join('a');
    want(1);
    download.settle(hashOf(1), true);
    expect(download.pending).toBe(1);
    poll(0);
    download.settle(hashOf(1), true);
    expect([download.pending, download.inFlight]).toEqual([1, 1]);
    deliver('a', 1, 10);
    download.settle(hashOf(1), true);
    expect(download.pending).toBe(0);
  });

  it('is not unavailable while there are no peers', () => {
    want(1, { offeredBy: 'a' });
    expect(download.unavailable()).toEqual([]);
    join('b');
    expect(download.unavailable()).toEqual([hashOf(1)]);
  });

  it('is not unavailable while it is in flight or checked, whatever a late answer says', () => {
    join('a');
    want(1);
    poll(0);
    expect(poll(REQUEST_TIMEOUT_MIN_MS)).toEqual({ a: [1] });
    expect(download.notFound('a', idOf('a', 1), hashOf(1), 3100)).toBe(true);
    expect([download.inFlight, download.unavailable()]).toEqual([1, []]);
    expect(download.received('a', idOf('a', 1, 1), hashOf(1), 100, 3200)).toBe('wanted');
    expect(download.unavailable()).toEqual([]);
    download.settle(hashOf(1), false);
    expect(download.unavailable()).toEqual([hashOf(1)]);
  });
});

describe('an answer that nobody waits for any more', () => {
  it('is no fault of its peer when it says that there is nothing', () => {
    join('a');
    want(1);
    poll(0);
    download.cancel(hashOf(1));
    expect(download.notFound('a', idOf('a', 1), hashOf(1), 10)).toBe(true);
    expect(download.pending).toBe(0);
  });

  it('leaves what another peer is asked for meanwhile in flight when it says that there is nothing', () => {
    join('a');
    join('b');
    want(1);
    poll(0);
    expect(poll(REQUEST_TIMEOUT_MIN_MS)).toEqual({ b: [1] });
    expect(download.notFound('a', idOf('a', 1), hashOf(1), 3100)).toBe(true);
    expect([download.inFlight, poll(3200)]).toEqual([1, {}]);
    answer('b', 1, 3300);
    expect(download.pending).toBe(0);
  });
});

describe('the peers of a download', () => {
  it('have a window each, which is gone with them', () => {
    expect(download.windowOf('a')).toBeUndefined();
    join('a');
    expect(download.windowOf('a')?.size).toBe(WINDOW_START);
    download.removePeer('a');
    expect(download.windowOf('a')).toBeUndefined();
  });

  it('keep all bodies only if they say so', () => {
    join('a');
    expect(download.hasArchive).toBe(false);
    join('b', true);
    expect(download.hasArchive).toBe(true);
  });

  it('stay what they are when they are added again', () => {
    join('a');
    want(1);
    poll(0);
    answer('a', 1, 10);
    download.addPeer('a', true);
    expect([download.windowOf('a')?.size, download.hasArchive]).toEqual([WINDOW_START + 2, false]);
  });

  it('take with them what was in flight from them, and nothing else', () => {
    join('a');
    join('b');
    for (const [index, offeredBy] of ['a', 'b', 'b'].entries()) want(index, { offeredBy });
    expect(poll(0)).toEqual({ a: [0], b: [1, 2] });
    deliver('b', 1, 10);
    for (let index = 0; index < 3; index++) download.offer(hashOf(index), 'a');
    download.removePeer('b');
    expect(download.inFlight).toBe(1);
    expect(poll(20)).toEqual({ a: [2] });
    // What is being checked stays so, whoever sent it.
    download.settle(hashOf(1), true);
    expect(download.isWanted(hashOf(1))).toBe(false);
    answer('a', 0, 30);
  });

  it('are not asked again for what they sent wrong, unless they left before it was known', () => {
    join('a');
    want(1);
    poll(0);
    deliver('a', 1, 10);
    download.removePeer('a');
    download.settle(hashOf(1), false);
    download.addPeer('a');
    expect(poll(20)).toEqual({ a: [1] });
    expect(download.received('a', idOf('a', 1, 1), hashOf(1), 100, 30)).toBe('wanted');
    download.settle(hashOf(1), false);
    expect(poll(40)).toEqual({});
  });
});

describe('a peer that does not answer in time', () => {
  it('is unresponsive once it was paused twice, and is named once', () => {
    join('a');
    join('b');
    want(1, { offeredBy: 'a' });
    const named: [number, string[]][] = [];
    const firstPauseEnd = 3 * REQUEST_TIMEOUT_MIN_MS + PAUSE_MS;
    for (let now = 0; now <= firstPauseEnd + 4 * REQUEST_TIMEOUT_MIN_MS; now += REQUEST_TIMEOUT_MIN_MS) {
      poll(now);
      const peers = download.takeUnresponsive();
      if (peers.length > 0) named.push([now, peers]);
    }
    expect(named).toEqual([[firstPauseEnd + 3 * REQUEST_TIMEOUT_MIN_MS, ['a']]]);
  });

  it('loses half of its window and what is overdue, and nothing else', () => {
    join('a');
    join('b');
    want(1, { offeredBy: 'a' });
    poll(0);
    want(2, { offeredBy: 'a' });
    poll(1000);
    for (const index of [1, 2]) download.offer(hashOf(index), 'b');
    expect(poll(2999)).toEqual({});
    expect(poll(3000)).toEqual({ b: [1] });
    expect(download.windowOf('a')?.size).toBe(WINDOW_START / 2);
    answer('a', 2, 3500);
  });

  it('owes nothing any more once it is paused', () => {
    join('a');
    join('b');
    for (let i = 1; i < FAILURES_BEFORE_PAUSE; i++) ledger.failed('a', bodyRequests, 0);
    want(1, { offeredBy: 'a' });
    poll(0);
    want(2, { offeredBy: 'a' });
    poll(1000);
    for (const index of [1, 2]) download.offer(hashOf(index), 'b');
    expect(poll(3000)).toEqual({ b: [1, 2] });
  });
});
