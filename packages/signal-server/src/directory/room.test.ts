import type { PeerKind } from '@vision-light/signaling';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Member, Room } from './room.js';

interface Peer extends Member {
  readonly name: number;
}

function peer(name: number, kind: PeerKind = 'browser'): Peer {
  return { name, kind, place: 0 };
}

function roomOf(peers: Peer[]): Room<Peer> {
  const room = new Room<Peer>('n');
  for (const one of peers) room.add(one);
  return room;
}

/** A small generator with a seed (mulberry32), so that a failure repeats. */
function seeded(seed: number): (bound: number) => number {
  let state = seed;
  return (bound) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * bound);
  };
}

const kinds = fc.array(fc.constantFrom<PeerKind>('browser', 'gateway'), { minLength: 1, maxLength: 40 });

test('a sample has distinct others, as many as asked for and there are, and a gateway if there is one', () => {
  fc.assert(
    fc.property(kinds, fc.nat(45), fc.nat(), fc.nat(), (list, count, selfPick, seed) => {
      const peers = list.map((kind, name) => peer(name, kind));
      const room = roomOf(peers);
      const self = peers[selfPick % peers.length]!;
      const sample = room.sample(count, self, seeded(seed));
      expect(sample).toHaveLength(Math.min(count, peers.length - 1));
      expect(new Set(sample).size).toBe(sample.length);
      expect(sample).not.toContain(self);
      const hasGateway = peers.some((one) => one !== self && one.kind === 'gateway');
      if (count > 0 && hasGateway) expect(sample.some((one) => one.kind === 'gateway')).toBe(true);
    }),
  );
});

test('a room holds who joined and has not left, in any order of coming and going', () => {
  const acts = fc.array(
    fc.record({
      kind: fc.constantFrom<PeerKind>('browser', 'gateway'),
      pick: fc.nat(),
      leaves: fc.boolean(),
    }),
  );
  fc.assert(
    fc.property(acts, (list) => {
      const room = new Room<Peer>('n');
      const present: Peer[] = [];
      list.forEach(({ kind, pick, leaves }, name) => {
        if (leaves && present.length > 0) room.remove(present.splice(pick % present.length, 1)[0]!);
        else {
          const one = peer(name, kind);
          present.push(one);
          room.add(one);
        }
        expect(room.size).toBe(present.length);
        for (const self of present) {
          const others = present.filter((one) => one !== self);
          expect(new Set(room.sample(1000, self, seeded(pick)))).toEqual(new Set(others));
        }
      });
    }),
    { numRuns: 50 },
  );
});

test('every other member is as likely as any at every position of the sample', () => {
  const peers = Array.from({ length: 9 }, (_, name) => peer(name));
  const room = roomOf(peers);
  const random = seeded(7);
  const runs = 40_000;
  const size = 3;
  const counts = Array.from({ length: size }, () => new Map<number, number>());
  for (let run = 0; run < runs; run++) {
    room.sample(size, peers[4]!, random).forEach(({ name }, position) => {
      counts[position]!.set(name, (counts[position]!.get(name) ?? 0) + 1);
    });
  }
  const expected = runs / 8;
  for (const tally of counts) {
    const chiSquare = peers
      .filter(({ name }) => name !== 4)
      .reduce((sum, { name }) => sum + ((tally.get(name) ?? 0) - expected) ** 2 / expected, 0);
    // 7 degrees of freedom: exceeded once in 100,000 by a fair sampler, and the seed is fixed.
    expect(chiSquare).toBeLessThan(35);
  }
});

test('each gateway is as likely as any to be the one that is put in', () => {
  const browsers = Array.from({ length: 200 }, (_, name) => peer(name));
  const gateways = [200, 201, 202].map((name) => peer(name, 'gateway'));
  const room = roomOf([...browsers, ...gateways]);
  const random = seeded(3);
  const tally = new Map<number, number>();
  for (let run = 0; run < 6000; run++) {
    for (const one of room.sample(2, gateways[1]!, random)) {
      if (one.kind === 'gateway') tally.set(one.name, (tally.get(one.name) ?? 0) + 1);
    }
  }
  expect([...tally.keys()].sort()).toEqual([200, 202]);
  expect(Math.abs(tally.get(200)! - tally.get(202)!)).toBeLessThan(400);
});
