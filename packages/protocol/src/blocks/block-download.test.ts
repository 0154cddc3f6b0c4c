import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import * as limits from '../limits.js';
import { type AskedPeer, RequestLedger } from '../peer/request-ledger.js';
import { BlockDownload, type BlockRequest, type BodyArrival } from './block-download.js';
import { DownloadWindow } from './download-window.js';

const hashOf = (index: number): Uint8Array => {
  const hash = new Uint8Array(32);
  hash[0] = index & 0xff;
  hash[1] = index >> 8;
  return hash;
};
const indexOf = (hash: Uint8Array): number => (hash[0] as number) + 256 * (hash[1] as number);
const asked = (requests: readonly BlockRequest[], peerId?: string): number[] =>
  requests
    .filter((each) => peerId === undefined || each.peerId === peerId)
    .flatMap(({ hashes }) => hashes.map(indexOf));

/** A download whose peers answer with the ids of the requests that they were sent, in their order. */
class Bench extends BlockDownload {
  readonly peers = new Map<string, { -readonly [K in keyof AskedPeer]: AskedPeer[K] }>();
  readonly #asked = new Map<string, number[]>();

  constructor(bodyBytesMax: number) {
    super(bodyBytesMax, new RequestLedger());
  }

  override addPeer(id: string, isArchive = false): void {
    const peer = { id, lastBytesAt: 0, partialSince: undefined, partialBytes: 0 };
    this.peers.set(id, peer);
    this.ledger.peerReady(peer);
    super.addPeer(id, isArchive);
  }

  override removePeer(id: string): void {
    const peer = this.peers.get(id);
    if (peer !== undefined) this.ledger.peerGone(peer);
    super.removePeer(id);
  }

  override poll(now: number): BlockRequest[] {
    const requests = super.poll(now);
    for (const { peerId, requestId, hashes } of requests)
      for (const hash of hashes) {
        const key = `${peerId} ${indexOf(hash)}`;
        this.#asked.set(key, [...(this.#asked.get(key) ?? []), requestId]);
      }
    return requests;
  }

  deliver(peerId: string, hash: Uint8Array, bytes: number, now: number): BodyArrival {
    return this.received(peerId, this.#idOf(peerId, hash), hash, bytes, now);
  }

  miss(peerId: string, hash: Uint8Array, now: number): boolean {
    return this.notFound(peerId, this.#idOf(peerId, hash), hash, now);
  }

  #idOf(peerId: string, hash: Uint8Array): number {
    return this.#asked.get(`${peerId} ${indexOf(hash)}`)?.shift() ?? 0;
  }
}

function downloadOf(peers: readonly string[], count: number, bodyBytesMax = 1000): Bench {
  const download = new Bench(bodyBytesMax);
  for (const peer of peers) download.addPeer(peer);
  for (let i = 0; i < count; i++) expect(download.want(hashOf(i))).toBe(true);
  return download;
}

function answer(download: Bench, peerId: string, index: number, now: number, bytes = 100): void {
  expect(download.deliver(peerId, hashOf(index), bytes, now)).toBe('wanted');
  download.settle(hashOf(index), true);
}

describe('DownloadWindow', () => {
  test('starts at 12, rises by 2 and falls by 1 towards 2 s of round trips, within 4 … 32', () => {
    const fast = new DownloadWindow();
    const sizes = Array.from({ length: 12 }, () => {
      fast.answered(10);
      return fast.size;
    });
    expect([limits.WINDOW_START, ...sizes]).toEqual([12, 14, 16, 18, 20, 22, 24, 26, 28, 30, 32, 32, 32]);
    const slow = new DownloadWindow();
    const falling = Array.from({ length: 10 }, () => {
      slow.answered(2000);
      return slow.size;
    });
    expect(falling).toEqual([11, 10, 9, 8, 7, 6, 5, 4, 4, 4]);
    const even = new DownloadWindow();
    for (let i = 0; i < 20; i++) even.answered(133);
    expect(even.size).toBe(15);
  });

  test('is halved by a failure, down to its least', () => {
    const window = new DownloadWindow();
    const sizes = Array.from({ length: 3 }, () => {
      window.failed();
      return window.size;
    });
    expect(sizes).toEqual([6, 4, 4]);
  });
});

describe('BlockDownload', () => {
  test('fills the window, and fills it again with every answer', () => {
    const download = downloadOf(['a'], 40);
    expect(asked(download.poll(0))).toEqual(Array.from({ length: 12 }, (_, i) => i));
    expect(download.poll(1)).toEqual([]);
    answer(download, 'a', 0, 10);
    expect(asked(download.poll(10))).toEqual([12, 13, 14]);
    expect([download.inFlight, download.pending]).toEqual([14, 39]);
  });

  test('asks the faster peer first', () => {
    const download = downloadOf(['slow', 'fast'], 2);
    expect(asked(download.poll(0), 'slow')).toEqual([0, 1]);
    answer(download, 'slow', 0, 900);
    answer(download, 'slow', 1, 900);
    download.want(hashOf(2));
    expect(asked(download.poll(1000), 'fast')).toEqual([2]);
    answer(download, 'fast', 2, 1020);
    for (let i = 3; i < 17; i++) download.want(hashOf(i));
    const requests = download.poll(1100);
    expect([asked(requests, 'fast').length, asked(requests, 'slow').length]).toEqual([14, 0]);
  });

  test('a lost request leaves the window and goes to another peer at once; its late answer still counts', () => {
    const download = downloadOf(['a', 'b'], 12);
    expect(asked(download.poll(0), 'a')).toHaveLength(12);
    expect(download.nextWake(0)).toBe(limits.REQUEST_TIMEOUT_MIN_MS);
    for (let i = 1; i < 12; i++) answer(download, 'a', i, 50);
    expect(download.poll(2999)).toEqual([]);
    expect(asked(download.poll(3000), 'b')).toEqual([0]);
    expect(download.inFlight).toBe(1);
    expect(download.deliver('a', hashOf(0), 100, 3100)).toBe('wanted');
    expect(download.deliver('b', hashOf(0), 100, 3200)).toBe('duplicate');
    expect(download.deliver('b', hashOf(0), 100, 3200)).toBe('unsolicited');
    download.settle(hashOf(0), true);
    expect([download.pending, download.inFlight, download.bytesInFlight]).toEqual([0, 0, 0]);
  });

  test('three failures pause a peer for 30 s, never the last', () => {
    const download = downloadOf(['a', 'b'], 1);
    download.removePeer('b');
    for (let now = 0; now <= 30_000; now += 3000) expect(asked(download.poll(now), 'a')).toEqual([0]);
    download.addPeer('b');
    expect(asked(download.poll(33_000), 'b')).toEqual([0]);
    for (let now = 36_000; now < 60_000; now += 3000) download.poll(now);
    const paused = ['a', 'b'].filter((peer) => download.ledger.isPaused(peer, 57_000));
    expect(paused).toHaveLength(1);
    // The one that is left is awake, whichever it is.
    download.removePeer(paused[0] === 'a' ? 'b' : 'a');
    expect(download.ledger.isPaused(paused[0] as string, 57_000)).toBe(false);
    expect(asked(download.poll(57_000), paused[0])).toEqual([0]);
  });

  test('a body that a peer does not have, or sent wrong, is asked of others only', () => {
    const download = downloadOf(['a', 'b'], 1);
    download.poll(0);
    expect(download.miss('b', hashOf(0), 1)).toBe(false);
    expect(download.miss('a', hashOf(0), 1)).toBe(true);
    expect(asked(download.poll(1), 'b')).toEqual([0]);
    expect(download.deliver('b', hashOf(0), 100, 2)).toBe('wanted');
    download.settle(hashOf(0), false);
    expect(download.poll(3)).toEqual([]);
    expect(download.unavailable().map(indexOf)).toEqual([0]);
    download.addPeer('c');
    expect(asked(download.poll(4), 'c')).toEqual([0]);
    download.cancel(hashOf(0));
    expect(download.deliver('c', hashOf(0), 100, 5)).toBe('duplicate');
    expect([download.pending, download.bytesInFlight]).toEqual([0, 0]);
  });

  test('an answer counts for the request that it names, and for no other', () => {
    const download = downloadOf(['a'], 2);
    const [request] = download.poll(0);
    const { requestId } = request as BlockRequest;
    expect(download.received('a', requestId + 1, hashOf(0), 100, 1)).toBe('unsolicited');
    expect(download.notFound('a', requestId + 1, hashOf(0), 1)).toBe(false);
    expect(download.received('a', requestId, hashOf(5), 100, 1)).toBe('unsolicited');
    expect(download.received('a', requestId, hashOf(0), 100, 1)).toBe('wanted');
    expect(download.notFound('a', requestId, hashOf(0), 1)).toBe(false);
    expect(download.notFound('a', requestId, hashOf(1), 1)).toBe(true);
  });

  test('nothing is wanted twice, nor more than the cap', () => {
    const download = downloadOf([], limits.WANTED_BLOCKS_MAX);
    expect(download.want(hashOf(0))).toBe(false);
    expect(download.want(hashOf(5000))).toBe(false);
  });

  test('bytes under way and held stay below the credit; what is consumed gives it back', () => {
    const bodyBytesMax = 4_000_000;
    const most = Math.floor(limits.BODY_BYTES_IN_FLIGHT_MAX / bodyBytesMax);
    const download = downloadOf(['a', 'b'], 60, bodyBytesMax);
    expect(asked(download.poll(0))).toHaveLength(most);
    for (let i = 0; i < most; i++) download.deliver('a', hashOf(i), bodyBytesMax, 10);
    expect([download.poll(10), download.bytesInFlight]).toEqual([[], most * bodyBytesMax]);
    download.settle(hashOf(0), true);
    expect(asked(download.poll(11))).toHaveLength(1);
  });

  test('small bodies open no window to more large ones than the worst case allows', () => {
    const bodyBytesMax = 2_000_000;
    const peers = ['a', 'b', 'c', 'd'];
    const download = downloadOf(peers, 1000, bodyBytesMax);
    let now = 0;
    let requests: BlockRequest[] = [];
    const each = (bytes: number, isTaken: boolean): void => {
      for (const { peerId, hashes } of requests)
        for (const hash of hashes) {
          expect(download.deliver(peerId, hash, bytes, now)).toBe('wanted');
          if (isTaken) download.settle(hash, true);
        }
    };
    for (let round = 0; round < 20; round++) {
      now += 20;
      requests = download.poll(now);
      each(200, true);
    }
    now += 20;
    requests = download.poll(now);
    expect(asked(requests).length).toBeGreaterThan(limits.BODY_BYTES_IN_FLIGHT_MAX / bodyBytesMax);
    each(bodyBytesMax, false);
    expect(download.bytesInFlight).toBeLessThanOrEqual(limits.BODY_BYTES_WORST_MAX);
    expect(download.poll(now + 20)).toEqual([]);
  });

  test('what waits behind other bodies of a slow peer goes to a much faster one with room', () => {
    const download = downloadOf(['slow'], 12);
    download.poll(0);
    answer(download, 'slow', 0, 2900);
    download.addPeer('fast');
    // It shows its speed with one body, the one that would come last.
    expect(asked(download.poll(3000))).toEqual([11]);
    expect(download.nextWake(3000)).toBeLessThanOrEqual(4000);
    answer(download, 'fast', 11, 3050);
    const taken = asked(download.poll(4000), 'fast');
    expect(taken).toEqual([2, 3, 4, 5, 6, 7, 8, 9, 10]);
    // What the slow one sends all the same is taken, whoever is first.
    for (const index of taken) answer(download, 'fast', index, 4100);
    expect(download.deliver('slow', hashOf(2), 100, 4200)).toBe('duplicate');
    answer(download, 'slow', 1, 5800);
    expect([download.pending, download.bytesInFlight]).toEqual([0, 0]);
  });

  test('nothing is asked for twice where all peers are about as fast', () => {
    const download = downloadOf(['a', 'b'], 24);
    download.poll(0);
    answer(download, 'a', 0, 2000);
    answer(download, 'b', 12, 2000);
    for (let now = 3000; now < 4900; now += 500) {
      expect(asked(download.poll(now))).toEqual([]);
    }
  });

  test('whatever happens, the caps hold, and in the end every body comes', () => {
    const step = fc.record({
      act: fc.constantFrom(
        'answer',
        'answer',
        'answer',
        'bad',
        'notFound',
        'leave',
        'join',
        'sleep',
        'cancel',
      ),
      pick: fc.nat(),
      bytes: fc.integer({ min: 1, max: 2_000_000 }),
      ms: fc.nat(4000),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
        const download = downloadOf(['p0', 'p1', 'p2'], 100, 2_000_000);
        const peers = new Set(['p0', 'p1', 'p2']);
        const inFlight = new Map<string, Uint8Array>();
        let now = 0;
        let joined = 3;
        const poll = (): void => {
          for (const { peerId, hashes } of download.poll(now)) {
            expect(peers.has(peerId)).toBe(true);
            expect(hashes.length).toBeLessThanOrEqual(limits.BLOCK_HASHES_MAX);
            for (const hash of hashes) inFlight.set(`${peerId} ${indexOf(hash)}`, hash);
          }
          expect(download.inFlight).toBeLessThanOrEqual(peers.size * limits.WINDOW_MAX);
          expect(download.inFlight).toBeLessThanOrEqual(download.pending);
          expect(download.bytesInFlight).toBeLessThanOrEqual(limits.BODY_BYTES_WORST_MAX);
          if (download.inFlight > 0) expect(download.nextWake(now)).toBeGreaterThan(now);
        };
        poll();
        for (const { act, pick, bytes, ms } of steps) {
          now += ms;
          const all = [...inFlight];
          const [key, hash] = all[pick % Math.max(1, all.length)] ?? [];
          const peer = key?.split(' ')[0] as string;
          if (act === 'leave' && peers.size > 1) {
            const gone = [...peers][pick % peers.size] as string;
            peers.delete(gone);
            download.removePeer(gone);
            for (const each of all) if (each[0].startsWith(`${gone} `)) inFlight.delete(each[0]);
          } else if (act === 'join' && peers.size < 6) {
            peers.add(`p${joined}`);
            download.addPeer(`p${joined++}`);
          } else if (act === 'cancel') download.cancel(hashOf(pick % 100));
          else if (hash !== undefined && key !== undefined) {
            if (act === 'notFound') download.miss(peer, hash, now);
            else if (act === 'answer' || act === 'bad') {
              if (download.deliver(peer, hash, bytes, now) === 'wanted')
                download.settle(hash, act === 'answer');
            }
            if (act !== 'sleep') inFlight.delete(key);
          }
          poll();
        }
        // Now all is well: one honest peer answers everything.
        download.addPeer('honest');
        peers.add('honest');
        for (let round = 0; round < 400 && download.pending > 0; round++) {
          now += 1000;
          for (const { peerId, hashes } of download.poll(now))
            if (peerId === 'honest')
              for (const hash of hashes) {
                download.deliver(peerId, hash, 1000, now + 10);
                download.settle(hash, true);
              }
        }
        expect([download.pending, download.inFlight, download.bytesInFlight]).toEqual([0, 0, 0]);
      }),
      { numRuns: 200 },
    );
  });

  test('asks only those who speak of it, until anyone may have it', () => {
    const download = downloadOf(['a', 'b', 'c'], 0);
    expect(download.want(hashOf(1), { offeredBy: 'b' })).toBe(true);
    expect(download.poll(0)).toMatchObject([{ peerId: 'b', hashes: [hashOf(1)] }]);
    expect(download.miss('b', hashOf(1), 1)).toBe(true);
    expect([download.poll(10), download.unavailable().map(indexOf)]).toEqual([[], [1]]);
    download.offer(hashOf(1), 'c');
    expect(download.poll(20)).toMatchObject([{ peerId: 'c', hashes: [hashOf(1)] }]);
    expect(download.miss('c', hashOf(1), 1)).toBe(true);
    download.retry(hashOf(1));
    expect(download.unavailable()).toEqual([]);
    expect(asked(download.poll(30))).toEqual([1]);
  });

  test('asks archives for what is old, and others only while there is none', () => {
    const download = downloadOf(['a'], 0);
    download.addPeer('archive', true);
    expect(download.hasArchive).toBe(true);
    download.want(hashOf(1), { isOld: true });
    expect(asked(download.poll(0), 'archive')).toEqual([1]);
    download.removePeer('archive');
    expect([download.hasArchive, asked(download.poll(20), 'a')]).toEqual([false, [1]]);
  });

  test('asks a peer at most every few milliseconds, for all that became free meanwhile', () => {
    const download = downloadOf(['a'], 20);
    expect(asked(download.poll(0)).length).toBe(limits.WINDOW_START);
    for (let i = 0; i < 5; i++) answer(download, 'a', i, 1);
    expect(download.poll(1)).toEqual([]);
    expect(download.nextWake(1)).toBe(limits.BLOCK_REQUEST_INTERVAL_MS);
    expect(asked(download.poll(limits.BLOCK_REQUEST_INTERVAL_MS)).length).toBe(8);
  });

  test('gives a peer that is sending more time than one that is silent, but not for ever', () => {
    const download = downloadOf(['a', 'b'], 1);
    expect(asked(download.poll(0), 'a')).toEqual([0]);
    const sendsAt = (at: number): void => {
      const peer = download.peers.get('a');
      if (peer !== undefined) Object.assign(peer, { partialSince: 1, lastBytesAt: at });
    };
    for (let now = 3000; now < limits.REQUEST_TIMEOUT_MAX_MS; now += 1000) {
      sendsAt(now - 100);
      expect(download.poll(now), `${now}`).toEqual([]);
    }
    const end = limits.REQUEST_TIMEOUT_MAX_MS;
    sendsAt(end - 100);
    expect(asked(download.poll(end), 'b')).toEqual([0]);
  });

  test('takes silence in the middle of a message for what it is', () => {
    const download = downloadOf(['a', 'b'], 1);
    download.poll(0);
    for (const peer of download.peers.values()) Object.assign(peer, { partialSince: 1, lastBytesAt: 1000 });
    expect(download.poll(3000)).toEqual([]);
    expect(download.nextWake(3000)).toBe(4000);
    expect(asked(download.poll(4000), 'b')).toEqual([0]);
  });

  test('gives what was asked before a sleep its time again', () => {
    const download = downloadOf(['a'], 1);
    download.poll(0);
    download.ledger.overslept(60_000);
    expect([download.poll(60_001), download.inFlight]).toEqual([[], 1]);
  });

  test('names a peer that was paused twice, once', () => {
    const download = downloadOf(['a', 'b'], 0);
    let now = 0;
    for (let i = 0; i < 40 && now < 300_000; i++) {
      download.want(hashOf(i), { offeredBy: 'a' });
      download.poll(now);
      now += 4000;
      download.poll(now);
    }
    expect(download.takeUnresponsive()).toContain('a');
    expect(download.takeUnresponsive()).toEqual([]);
  });
});
