import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HeldHeaders } from '../../packages/protocol/src/headers/held-headers.js';
import { HELD_HEADERS_MAX, HELD_HEADERS_PER_PEER_MAX } from '../../packages/protocol/src/limits.js';
import { tinyHash, tinyRecord } from './tiny-family.js';

const header = (salt: number, from: string, dueAt: number) => {
  const record = tinyRecord(new Uint8Array(32), { number: 1, salt });
  return { from, record, hash: tinyHash(record), dueAt };
};

describe('HeldHeaders', () => {
  it('holds 64 of one peer and 512 in all', () => {
    const held = new HeldHeaders();
    let salt = 0;
    for (let peer = 0; peer < 10; peer++) {
      for (let i = 0; i < 70; i++) {
        const fits = i < HELD_HEADERS_PER_PEER_MAX && peer < HELD_HEADERS_MAX / HELD_HEADERS_PER_PEER_MAX;
        expect(held.add(header(salt++, `peer:${peer}`, 5))).toBe(fits);
      }
    }
    expect(held.size).toBe(HELD_HEADERS_MAX);
    expect(held.takeDue(5).length).toBe(HELD_HEADERS_MAX);
    expect(held.add(header(0, 'peer:0', 5))).toBe(true);
  });

  it('gives back what is due, in the order in which it came, and keeps count', () => {
    const item = fc.record({ salt: fc.nat(200), peer: fc.nat(2), dueAt: fc.nat(50) });
    fc.assert(
      fc.property(
        fc.array(item, { maxLength: 200 }),
        fc.array(fc.nat(60), { maxLength: 5 }),
        (items, times) => {
          const held = new HeldHeaders();
          let model: { salt: number; peer: number; dueAt: number }[] = [];
          for (const { salt, peer, dueAt } of items) {
            const isKnown = model.some((other) => other.salt === salt);
            const count = model.filter((other) => other.peer === peer).length;
            const isTaken = isKnown || count < HELD_HEADERS_PER_PEER_MAX;
            expect(held.add(header(salt, `${peer}`, dueAt))).toBe(isTaken);
            if (isTaken && !isKnown) model.push({ salt, peer, dueAt });
          }
          for (const time of times) {
            const dues = model.map(({ dueAt }) => dueAt);
            expect(held.nextDueAt).toBe(dues.length === 0 ? undefined : Math.min(...dues));
            const due = model.filter(({ dueAt }) => dueAt <= time);
            model = model.filter(({ dueAt }) => dueAt > time);
            expect(held.takeDue(time).map(({ hash }) => hash)).toEqual(
              due.map(({ salt }) => header(salt, '', 0).hash),
            );
            expect(held.size).toBe(model.length);
          }
        },
      ),
      { numRuns: 50 },
    );
  });

  it('copies what it holds', () => {
    const held = new HeldHeaders();
    const each = header(1, 'peer:a', 9);
    const hash = each.hash.slice();
    held.add(each);
    each.hash.fill(0);
    each.record.fill(0);
    expect([held.has(hash), held.dueAt(hash)]).toEqual([true, 9]);
    expect(tinyHash((held.takeDue(9)[0] as { record: Uint8Array }).record)).toEqual(hash);
  });
});
