import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
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
