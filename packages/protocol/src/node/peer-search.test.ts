import { describe, expect, it } from 'vitest';
import { PEER_SEARCH_INTERVAL_MAX_MS, PEER_SEARCH_INTERVAL_MS } from '../limits.js';
import { Outbox } from '../peer/outbox.js';
import { PeerSearch } from './peer-search.js';

describe('PeerSearch', () => {
  /** Times at which peers are asked for. */
  const searches = (peers: (now: number) => number, hurries: readonly number[] = []): number[] => {
    const outbox = new Outbox();
    const asked: number[] = [];
    let now = 0;
    const search = new PeerSearch(
      8,
      {
        get size() {
          return peers(now);
        },
      },
      outbox,
      (at) => asked.push(at),
    );
    const times: number[] = [];
    for (; now <= 200_000; now += 500) {
      if (hurries.includes(now)) search.resumed();
      search.advance({ now, wallTime: 0 });
      for (const effect of outbox.take()) {
        times.push(now);
        expect(effect).toEqual({ type: 'requestPeers', count: 8 - peers(now) });
      }
      const wake = search.nextWake();
      if (peers(now) < 8) expect(wake).toBeGreaterThan(now);
      else expect(wake).toBeUndefined();
    }
    expect(asked).toEqual(times);
    return times;
  };

  it('asks ever more seldom', () => {
    const times = searches(() => 3);
    expect(times.slice(0, 4)).toEqual([0, 2000, 6000, 14_000]);
    const gaps = times.slice(1).map((time, i) => time - (times[i] as number));
    expect(Math.max(...gaps)).toBe(PEER_SEARCH_INTERVAL_MAX_MS);
  });

  it('does not ask while there are enough', () => expect(searches(() => 8)).toEqual([]));

  it('asks soon after something changed, but never more often than its least interval', () => {
    const hurries = Array.from({ length: 400 }, (_, i) => 100_000 + 500 * i);
    const times = searches(() => 0, hurries).filter((time) => time >= 100_000);
    expect(times[0]).toBe(100_000);
    for (const [i, time] of times.slice(1).entries())
      expect(time - (times[i] as number)).toBeGreaterThanOrEqual(PEER_SEARCH_INTERVAL_MS);
  });
});
