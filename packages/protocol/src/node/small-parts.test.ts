import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createTinyFamily } from '../../../../tests/model/tiny-family.js';
import { Driver } from '../driver/driver.js';
import type { Effect } from '../io/effect.js';
import { PEER_SEARCH_INTERVAL_MAX_MS, PEER_SEARCH_INTERVAL_MS } from '../limits.js';
import { Outbox } from '../peer/outbox.js';
import { faultSentence, faultSentences } from './fault-sentences.js';
import { LightNode } from './light-node.js';
import { PeerSearch } from './peer-search.js';
import { seededRandom } from './random.js';
import { RateMeter } from './rate-meter.js';

describe('RateMeter', () => {
  it('is the rate of the last five seconds', () => {
    const meter = new RateMeter();
    expect(meter.perSecond(0)).toBe(0);
    for (let now = 0; now < 20_000; now += 10) meter.add(3, now);
    expect(meter.perSecond(20_000)).toBeGreaterThan(290);
    expect(meter.perSecond(20_000)).toBeLessThan(310);
    expect(meter.perSecond(25_100)).toBe(0);
    expect(meter.perSecond(1e9)).toBe(0);
  });

  it('falls to nothing within five seconds, and is never negative or absurd', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(3000), fc.nat(50)), { maxLength: 60 }), (adds) => {
        const meter = new RateMeter();
        let now = 0;
        let total = 0;
        for (const [pause, count] of adds) {
          now += pause;
          total += count;
          meter.add(count, now);
          const rate = meter.perSecond(now);
          expect(rate).toBeGreaterThanOrEqual(0);
          expect(rate).toBeLessThanOrEqual(total * 10);
        }
        expect(meter.perSecond(now + 5000)).toBe(0);
      }),
    );
  });
});

describe('PeerSearch', () => {
  /** Times at which peers are asked for. */
  const searches = (peers: (now: number) => number, hurries: readonly number[] = []): number[] => {
    const outbox = new Outbox();
    let now = 0;
    const search = new PeerSearch(
      8,
      {
        get size() {
          return peers(now);
        },
      },
      outbox,
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

describe('seededRandom', () => {
  it('repeats itself, differs by seed, and fills 0 to 1', () => {
    const draw = (seed: number): number[] => Array.from({ length: 1000 }, seededRandom(seed));
    expect(draw(5)).toEqual(draw(5));
    expect(draw(5)).not.toEqual(draw(6));
    const values = draw(7);
    expect(Math.min(...values)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...values)).toBeLessThan(1);
    for (let tenth = 0; tenth < 10; tenth++) {
      expect(values.filter((value) => Math.floor(value * 10) === tenth).length).toBeGreaterThan(60);
    }
  });
});

describe('fault sentences', () => {
  it('are whole sentences, each once', () => {
    const sentences = Object.values(faultSentences);
    expect(new Set(sentences).size).toBe(sentences.length);
    for (const sentence of sentences) expect(sentence).toMatch(/^[A-Z].*\.$/);
  });

  it('leave a code alone that is not ours', () => {
    expect(faultSentence('TREE_FULL')).toBe(faultSentences.TREE_FULL);
    for (const code of ['SOMETHING_NEW', 'toString', '__proto__']) expect(faultSentence(code)).toBe(code);
  });
});

describe('Driver', () => {
  it('performs effects in order, never inside a step, and keeps one timer', () => {
    const node = new LightNode({
      family: createTinyFamily(),
      seed: 1,
      userAgent: 'test',
      isGateway: false,
      hashers: 1,
    });
    const log: string[] = [];
    const timers: { at: number; isOn: boolean; run: () => void }[] = [];
    let now = 0;
    let isPerforming = false;
    const driver = new Driver(node, {
      now: () => now,
      wallTime: () => 1000 + now / 1000,
      setTimer: (delayMs, run) => {
        const timer = { at: now + delayMs, isOn: true, run };
        timers.push(timer);
        return () => {
          timer.isOn = false;
        };
      },
      perform: (effect: Effect) => {
        expect(isPerforming).toBe(false);
        isPerforming = true;
        log.push(effect.type === 'emit' ? effect.notice.type : effect.type);
        // Answers at once: they have to wait for their turn.
        if (effect.type === 'load')
          expect(driver.push({ type: 'loaded', chain: { chunks: [], tip: undefined } })).toBe(false);
        isPerforming = false;
      },
    });
    expect(driver.push({ type: 'start' })).toBe(true);
    expect(log).toEqual(['load', 'listBodies', 'ready', 'requestPeers', 'status']);
    const active = (): typeof timers => timers.filter(({ isOn }) => isOn);
    expect(active().length).toBe(1);
    const [timer] = active();
    now = timer?.at ?? 0;
    if (timer !== undefined) timer.isOn = false;
    timer?.run();
    expect(log.at(-1)).toBe('requestPeers');
    expect(active().length).toBe(1);
    driver.push({ type: 'command', command: { kind: 'close' } });
    expect(log.slice(-2)).toEqual(['status', 'closed']);
    expect(active()).toEqual([]);
  });
});
