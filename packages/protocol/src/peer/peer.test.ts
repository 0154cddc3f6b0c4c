import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  FRAME_BYTES_MAX,
  FRAME_BYTES_MIN,
  REQUEST_TIMEOUT_MAX_MS,
  REQUEST_TIMEOUT_MIN_MS,
} from '../limits.js';
import { Outbox } from './outbox.js';
import { Peer } from './peer.js';
import { RoundTrip } from './round-trip.js';
import { TokenBucket } from './token-bucket.js';

describe('TokenBucket', () => {
  it('never gives more than the burst and the rate allow', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(300), { maxLength: 300 }), (pauses) => {
        const bucket = new TokenBucket(10, 5, 1000);
        let now = 1000;
        let taken = 0;
        for (const pause of pauses) {
          now += pause;
          if (bucket.take(now)) taken++;
          expect(taken).toBeLessThanOrEqual(5 + ((now - 1000) * 10) / 1000);
        }
      }),
    );
  });

  it('gives the burst at once, then the rate, and saves no more than a burst', () => {
    const bucket = new TokenBucket(2, 3, 0);
    expect([1, 2, 3, 4].map(() => bucket.take(0))).toEqual([true, true, true, false]);
    expect([bucket.take(499), bucket.take(500), bucket.take(500)]).toEqual([false, true, false]);
    expect([1, 2, 3, 4].map(() => bucket.take(1e9))).toEqual([true, true, true, false]);
  });
});

describe('TokenBucket in debt', () => {
  it('gives nothing until the debt is paid by time', () => {
    const bucket = new TokenBucket(10, 5, 0);
    expect(bucket.freeAt).toBeLessThanOrEqual(0);
    bucket.charge(0, 25);
    expect(bucket.freeAt).toBe(2000);
    expect(bucket.take(1500, 0)).toBe(false);
    expect(bucket.take(2000, 0)).toBe(true);
    expect(bucket.take(2000, 1)).toBe(false);
    bucket.charge(2000, 1);
    expect(bucket.freeAt).toBe(2100);
  });
});

describe('RoundTrip', () => {
  it('is the first sample, then moves by a fifth of the difference', () => {
    const roundTrip = new RoundTrip();
    expect(roundTrip.smoothedMs).toBeUndefined();
    roundTrip.add(100);
    roundTrip.add(200);
    expect(roundTrip.smoothedMs).toBeCloseTo(120);
    roundTrip.add(20);
    expect(roundTrip.smoothedMs).toBeCloseTo(100);
  });

  it('waits three round trips, at least 3 s and at most its maximum', () => {
    const timeout = (sample?: number): number => {
      const roundTrip = new RoundTrip();
      if (sample !== undefined) roundTrip.add(sample);
      return roundTrip.timeoutMs;
    };
    expect([timeout(), timeout(10), timeout(1000)]).toEqual([REQUEST_TIMEOUT_MIN_MS, 3000, 3000]);
    expect(timeout(2000)).toBe(6000);
    expect(timeout(1e9)).toBe(REQUEST_TIMEOUT_MAX_MS);
  });
});

describe('Peer', () => {
  const peer = (maxFrameBytes?: number): Peer => new Peer('p', 1000, maxFrameBytes, 0);

  it('sends frames that both sides take, whatever the other side says', () => {
    const sizes = [undefined, 0, 1, Number.NaN, 16_384, 262_144, Number.POSITIVE_INFINITY].map(
      (size) => peer(size).frameBytesMax,
    );
    expect(sizes).toEqual([
      FRAME_BYTES_MAX,
      FRAME_BYTES_MIN,
      FRAME_BYTES_MIN,
      FRAME_BYTES_MIN,
      16_384,
      FRAME_BYTES_MAX,
      FRAME_BYTES_MAX,
    ]);
  });

  it('counts what waits to be sent', () => {
    const each = peer();
    const outbox = new Outbox();
    outbox.send(each, { type: 'ping', requestId: 1 });
    outbox.send(each, {
      type: 'headers',
      requestId: 1,
      parent: new Uint8Array(32),
      count: 1,
      payload: new Uint8Array(70_000),
    });
    const effects = outbox.take();
    const sent = effects.map((effect) => (effect.type === 'send' ? effect.bytes.length : 0));
    expect(sent).toEqual([6, FRAME_BYTES_MAX, 70_000 + 4 + 35 - FRAME_BYTES_MAX]);
    expect(each.sendBufferBytes).toBe(sent.reduce((sum, bytes) => sum + bytes));
    expect(outbox.take()).toEqual([]);
  });
});
