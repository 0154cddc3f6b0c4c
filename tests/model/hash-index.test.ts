/** The index of hashes does what a list of hashes does, for hashes that are spread and for hashes that are not. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { HashIndex, hashKey } from '../../packages/protocol/src/tree/hash-index.js';

/** Few keys, so that many hashes have the same; or neighbours in one table, which displace one another. */
const hash = fc
  .record({
    key: fc.oneof(
      fc.integer({ min: 0, max: 7 }),
      fc.nat(40).map((step) => (0x5500_0000 + step * 0x300) | 0),
      fc.nat(40).map((step) => (0x5600_0000 - step * 0x300) | 0),
      fc.integer(),
    ),
    rest: fc.nat(3),
  })
  .map(({ key, rest }) => {
    const bytes = new Uint8Array(32);
    const view = new DataView(bytes.buffer);
    view.setInt32(0, key ^ rest, true);
    view.setInt32(16, rest, true);
    bytes[31] = rest;
    return bytes;
  });

const slot = fc.oneof(fc.nat(20), fc.integer({ min: 2 ** 25, max: 2 ** 26 - 2 }));

it('finds what was added and not removed, and nothing else', () => {
  fc.assert(
    fc.property(fc.array(fc.record({ hash, slot, isRemoved: fc.boolean() }), { maxLength: 300 }), (steps) => {
      const bySlot = new Map<number, Uint8Array>();
      const index = new HashIndex({
        hasHash: (slot, hashes, from) =>
          Buffer.compare(bySlot.get(slot) as Uint8Array, hashes.subarray(from, from + 32)) === 0,
      });
      const asked: Uint8Array[] = [];
      for (const { hash, slot, isRemoved } of steps) {
        asked.push(hash);
        const held = [...bySlot].find(([, each]) => Buffer.compare(each, hash) === 0)?.[0];
        if (held !== undefined && isRemoved) {
          index.remove(held, hashKey(hash, 0));
          bySlot.delete(held);
        } else if (held === undefined && !bySlot.has(slot)) {
          bySlot.set(slot, hash);
          index.add(slot, hashKey(hash, 0));
        }
      }
      for (const each of asked) {
        const held = [...bySlot].find(([, other]) => Buffer.compare(other, each) === 0)?.[0];
        const padded = new Uint8Array(40);
        padded.set(each, 5);
        expect(index.find(padded, 5)).toBe(held ?? -1);
      }
    }),
    { numRuns: 300 },
  );
});

it('looks at few hashes but the one that is asked for', () => {
  let looks = 0;
  const hashes = new Uint8Array(20_000 * 32);
  const words = new Uint32Array(hashes.buffer);
  for (let i = 0, state = 1; i < words.length; i++) {
    state = Math.imul(state, 1_664_525) + 1_013_904_223;
    words[i] = (state ^ (state >>> 15)) >>> 0;
  }
  const index = new HashIndex({
    hasHash: (slot, _, from) => {
      looks++;
      return slot * 32 === from;
    },
  });
  for (let i = 0; i < 10_000; i++) index.add(i, hashKey(hashes, i * 32));
  for (let i = 0; i < 10_000; i++) expect(index.find(hashes, i * 32)).toBe(i);
  expect(looks).toBeLessThan(10_500);
  looks = 0;
  for (let i = 10_000; i < 20_000; i++) expect(index.find(hashes, i * 32)).toBe(-1);
  expect(looks).toBeLessThan(1000);
});
