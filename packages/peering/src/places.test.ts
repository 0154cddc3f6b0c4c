import { describe, expect, it } from 'vitest';
import type { SignalRoute } from './introducer.js';
import { hasPlace, type PlacedLink } from './places.js';

const route = (url: string): SignalRoute => ({ url, ownId: 'm', iceServers: [], send: () => {} });
const [good, other, third] = [route('good'), route('other'), route('third')];
const limits = { linksMax: 8, setupsMax: 6 };
const links = (through: SignalRoute, count: number, phase: PlacedLink['phase'] = 'open'): PlacedLink[] =>
  Array.from({ length: count }, () => ({ route: through, phase }));

describe('a link has a place', () => {
  it('up to one less than all, and the last one if the other side has no other link', () => {
    expect(hasPlace(limits, links(good, 6), good, false, [])).toBe(true);
    expect(hasPlace(limits, links(good, 7), good, false, [])).toBe(false);
    expect(hasPlace(limits, links(good, 7), good, true, [])).toBe(true);
    expect(hasPlace(limits, links(good, 8), good, true, [])).toBe(false);
  });

  it('where there is only one', () => {
    expect(hasPlace({ ...limits, linksMax: 1 }, [], good, false, [good, other])).toBe(true);
    expect(hasPlace({ ...limits, linksMax: 1 }, links(good, 1), good, true, [])).toBe(false);
  });

  it('unless those that are left are those of other introducers', () => {
    const kept = [good, other, third];
    // Of seven, four are kept for the two others.
    expect(hasPlace(limits, links(good, 2), good, false, kept)).toBe(true);
    expect(hasPlace(limits, links(good, 3), good, false, kept)).toBe(false);
    expect(hasPlace(limits, [...links(good, 3), ...links(other, 1)], good, false, kept)).toBe(false);
    expect(hasPlace(limits, [...links(good, 3), ...links(other, 1)], other, false, kept)).toBe(true);
    expect(hasPlace(limits, [...links(good, 3), ...links(other, 3)], third, false, kept)).toBe(true);
  });

  it('once through an introducer that knows one peer', () => {
    const gateways = Array.from({ length: 4 }, (_, i) => ({ ...route(`gateway ${i}`), peersMax: 1 }));
    // Of seven, four are the gateways'.
    expect(hasPlace(limits, links(good, 2), good, false, gateways)).toBe(true);
    expect(hasPlace(limits, links(good, 3), good, false, gateways)).toBe(false);
    expect(hasPlace(limits, links(good, 3), gateways[3] as SignalRoute, false, gateways)).toBe(true);
  });

  it('for each introducer, where there are few', () => {
    const few = { linksMax: 4, setupsMax: 12 };
    const kept = [good, other, third];
    expect(hasPlace(few, links(good, 1), good, false, kept)).toBe(false);
    expect(hasPlace(few, links(good, 1), other, false, kept)).toBe(true);
    expect(hasPlace(few, [...links(good, 1), ...links(other, 1)], third, false, kept)).toBe(true);
    // One who has none of its own gets what is left.
    expect(hasPlace(few, links(good, 1), route('peers'), false, kept)).toBe(false);
    expect(hasPlace({ ...few, linksMax: 5 }, links(good, 1), route('peers'), false, kept)).toBe(true);
  });

  it('for a newcomer at least where there is one for anybody else', () => {
    for (const linksMax of [2, 4, 8, 16])
      for (let count = 0; count < linksMax; count++)
        for (const through of [good, route('peers')]) {
          const has = (isFirst: boolean): boolean =>
            hasPlace({ linksMax, setupsMax: 12 }, links(good, count), through, isFirst, [good, other]);
          expect({ linksMax, count, has: has(true) || !has(false) }).toMatchObject({ has: true });
        }
  });

  it('to be set up through peers and by hand, however many introducers there are', () => {
    const many = Array.from({ length: 5 }, (_, i) => route(String(i)));
    const limits = { linksMax: 64, setupsMax: 12 };
    expect(hasPlace(limits, links(route('peers'), 1, 'setup'), route('hand'), false, many)).toBe(true);
    expect(hasPlace(limits, links(route('peers'), 2, 'setup'), route('hand'), false, many)).toBe(false);
  });

  it('only while few links are on their way, of which some are kept as well', () => {
    const free = { linksMax: 64, setupsMax: 6 };
    expect(hasPlace(free, links(good, 5, 'setup'), good, true, [good])).toBe(true);
    expect(hasPlace(free, links(good, 6, 'setup'), good, true, [good])).toBe(false);
    expect(hasPlace(free, links(good, 4, 'setup'), good, true, [good, other])).toBe(false);
    expect(hasPlace(free, links(good, 4, 'setup'), other, true, [good, other])).toBe(true);
  });
});
