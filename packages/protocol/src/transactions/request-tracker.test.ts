import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { bytesToHex } from '../bytes/hex.js';
import {
  TX_ANNOUNCEMENTS_PER_PEER_MAX,
  TX_REQUEST_DELAY_MS,
  TX_REQUEST_INTERVAL_MS,
  TX_REQUEST_TIMEOUT_MS,
  TX_REQUESTED_MAX,
} from '../limits.js';
import { type AnnouncingPeer, RequestTracker } from './request-tracker.js';

const idOf = (seed: number): Uint8Array => {
  const id = new Uint8Array(32);
  new DataView(id.buffer).setUint32(0, seed);
  return id;
};
const keyOf = (seed: number): string => bytesToHex(idOf(seed));
const seedOf = (id: Uint8Array): number => new DataView(id.buffer, id.byteOffset).getUint32(0);
const peer = (id: string, isChosen = false): AnnouncingPeer => ({ id, isChosen });

let tracker: RequestTracker<AnnouncingPeer>;
let draws: number[];

beforeEach(() => {
  draws = [];
  tracker = new RequestTracker(() => draws.shift() ?? 0.5);
});

const add = (...peers: AnnouncingPeer[]): void => {
  for (const each of peers) tracker.addPeer(each);
};
const announce = (from: AnnouncingPeer, seed: number, now = 0): boolean =>
  tracker.announce(from, idOf(seed), keyOf(seed), now);
/** Who is asked for what: `peer:seed seed`. */
const asked = (now: number): string[] =>
  tracker.poll(now).map(({ peer: { id }, relayIds }) => `${id}:${relayIds.map(seedOf).join(' ')}`);

describe('whom a transaction is asked of', () => {
  it('is who announces it, once', () => {
    const a = peer('a');
    add(a);
    expect(announce(a, 1)).toBe(true);
    expect(announce(a, 1)).toBe(false);
    expect(announce(a, 2)).toBe(true);
    expect(tracker.nextWake()).toBeLessThanOrEqual(0);
    expect(asked(0)).toEqual(['a:1 2']);
    expect(asked(TX_REQUEST_INTERVAL_MS)).toEqual([]);
    expect(tracker.inFlightOf(a)).toBe(2);
    expect(tracker.nextWake()).toBe(TX_REQUEST_TIMEOUT_MS);
  });

  it('is one that this node chose, if one of these has it soon', () => {
    const a = peer('a');
    const b = peer('b', true);
    add(a, b);
    announce(a, 1);
    announce(a, 2);
    expect(asked(0)).toEqual([]);
    announce(b, 1, 10);
    expect(asked(10)).toEqual(['b:1']);
    expect(asked(TX_REQUEST_DELAY_MS - 1)).toEqual([]);
    expect(asked(TX_REQUEST_DELAY_MS)).toEqual(['a:2']);
  });

  it('is asked at once where no peer was chosen', () => {
    const [a, b] = [peer('a'), peer('b', true)];
    add(a, b);
    tracker.removePeer(b);
    announce(a, 1);
    expect(asked(0)).toEqual(['a:1']);
  });

  it('is drawn among equals', () => {
    const [a, b] = [peer('a'), peer('b')];
    add(a, b);
    draws = [0.7, 0.3, 0.1, 0.9];
    for (const seed of [1, 2]) {
      announce(a, seed);
      announce(b, seed);
    }
    expect(asked(0).sort()).toEqual(['a:2', 'b:1']);
  });

  it('is the next one after a time', () => {
    const [a, b] = [peer('a'), peer('b')];
    add(a, b);
    announce(a, 1);
    expect(asked(0)).toEqual(['a:1']);
    announce(b, 1, 5);
    expect(asked(TX_REQUEST_TIMEOUT_MS - 1)).toEqual([]);
    expect(asked(TX_REQUEST_TIMEOUT_MS)).toEqual(['b:1']);
    // It still may come from the first.
    expect(tracker.inFlightOf(a)).toBe(1);
    expect(tracker.take(a, 1)).toBe(keyOf(1));
    expect(tracker.inFlightOf(a)).toBe(0);
    expect(asked(3 * TX_REQUEST_TIMEOUT_MS)).toEqual([]);
    expect(tracker.size).toBe(0);
  });

  it('is the next one if it is not there, or no good, or the peer leaves', () => {
    const [a, b, c, d] = [peer('a'), peer('b'), peer('c'), peer('d')];
    add(a, b, c, d);
    draws = [0.1, 0.2, 0.3, 0.4];
    for (const each of [a, b, c, d]) announce(each, 1);
    expect(asked(0)).toEqual(['a:1']);
    expect(tracker.take(a, 1)).toBe(keyOf(1));
    tracker.failed(a, keyOf(1));
    expect(announce(a, 1)).toBe(false);
    expect(asked(10)).toEqual(['b:1']);
    expect(tracker.take(b, 2)).toBe(keyOf(1));
    tracker.verifying(b, keyOf(1));
    expect(asked(TX_REQUEST_TIMEOUT_MS * 2)).toEqual([]);
    tracker.failed(b, keyOf(1));
    expect(asked(TX_REQUEST_TIMEOUT_MS * 2)).toEqual(['c:1']);
    tracker.removePeer(c);
    expect(asked(TX_REQUEST_TIMEOUT_MS * 2 + 1)).toEqual(['d:1']);
    tracker.failed(d, keyOf(1));
    expect(tracker.size).toBe(0);
    expect([a, b, d].map((each) => tracker.announcedBy(each))).toEqual([0, 0, 0]);
  });

  it('is nobody once it is here, or not wanted', () => {
    const [a, b] = [peer('a'), peer('b')];
    add(a, b);
    announce(a, 1);
    announce(b, 1);
    expect(tracker.announcers(keyOf(1))).toEqual([a, b]);
    tracker.forget(keyOf(1));
    expect(asked(0)).toEqual([]);
    expect(tracker.size).toBe(0);
    expect(tracker.nextWake()).toBeUndefined();
  });

  it('is another one if it has as much to deliver as it may, and delivers nothing', () => {
    const [a, b] = [peer('a'), peer('b')];
    add(a, b);
    draws = new Array(TX_REQUESTED_MAX + 2).fill(0);
    for (let seed = 0; seed < TX_REQUESTED_MAX + 2; seed++) announce(a, seed);
    for (let seed = 0; seed < TX_REQUESTED_MAX + 1; seed++) announce(b, seed);
    expect(asked(0)).toHaveLength(1);
    expect(asked(100)).toEqual([]);
    expect(tracker.nextWake()).toBe(100 + TX_REQUEST_DELAY_MS);
    expect(asked(99 + TX_REQUEST_DELAY_MS)).toEqual([]);
    expect(asked(100 + TX_REQUEST_DELAY_MS)).toEqual([`b:${TX_REQUESTED_MAX}`]);
    // What only it has waits for it.
    expect(tracker.take(a, 1)).toBe(keyOf(0));
    expect(asked(101 + TX_REQUEST_DELAY_MS)).toEqual([`a:${TX_REQUESTED_MAX + 1}`]);
  });

  it('waits for others while it has as much to deliver as it may', () => {
    const [a, b] = [peer('a'), peer('b')];
    add(a, b);
    for (let seed = 0; seed < TX_REQUESTED_MAX; seed++) announce(a, seed);
    asked(0);
    announce(a, 500, 10);
    announce(b, 500, 20);
    expect(asked(20)).toEqual(['b:500']);
  });
});

describe('what is kept', () => {
  it('is so many announcements of each peer', () => {
    const [a, b] = [peer('a'), peer('b')];
    add(a, b);
    for (let seed = 0; seed < TX_ANNOUNCEMENTS_PER_PEER_MAX; seed++) expect(announce(a, seed)).toBe(true);
    expect(announce(a, TX_ANNOUNCEMENTS_PER_PEER_MAX)).toBe(false);
    expect(announce(b, TX_ANNOUNCEMENTS_PER_PEER_MAX)).toBe(true);
    expect(tracker.announcedBy(a)).toBe(TX_ANNOUNCEMENTS_PER_PEER_MAX);
    tracker.removePeer(a);
    expect(tracker.size).toBe(1);
  });

  it('is no view of a message', () => {
    const a = peer('a');
    add(a);
    const id = idOf(7);
    tracker.announce(a, id, keyOf(7), 0);
    id.fill(0);
    expect(asked(0)).toEqual(['a:7']);
  });

  it('answers come in the order of the requests, and nothing else does', () => {
    const a = peer('a');
    add(a);
    announce(a, 1);
    announce(a, 2);
    asked(0);
    announce(a, 3);
    asked(100);
    expect(tracker.take(a, 2)).toBeUndefined();
    expect(tracker.take(a, 1)).toBe(keyOf(1));
    expect(tracker.take(a, 1)).toBe(keyOf(2));
    expect(tracker.take(a, 1)).toBeUndefined();
    expect(tracker.take(a, 2)).toBe(keyOf(3));
    expect(tracker.take(a, 2)).toBeUndefined();
    expect(tracker.take(peer('stranger'), 1)).toBeUndefined();
    expect(announce(peer('stranger'), 1)).toBe(false);
  });
});

/** What must hold of the requests, whatever happens, told from outside: a list of all that was announced and asked. */
describe('whatever happens', () => {
  const peers = [peer('a', true), peer('b', true), peer('c'), peer('d')];
  const step = fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({ kind: fc.constant('announce' as const), who: fc.nat(3), seed: fc.nat(8) }),
    },
    {
      weight: 4,
      arbitrary: fc.record({ kind: fc.constant('answer' as const), who: fc.nat(3), isGood: fc.boolean() }),
    },
    {
      weight: 4,
      arbitrary: fc.record({ kind: fc.constant('wait' as const), ms: fc.constantFrom(1, 30, 2000, 61_000) }),
    },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('leave' as const), who: fc.nat(3) }) },
  );

  it('each transaction is asked of one peer at a time, of none twice, and of all before it is given up', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 120 }), fc.integer(), (steps, salt) => {
        let state = salt >>> 0;
        const random = (): number => {
          state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
          return state / 2 ** 32;
        };
        tracker = new RequestTracker(random);
        const here = new Set<AnnouncingPeer>();
        let now = 0;
        /** By seed: who has announced it and was not asked, and who was and when. */
        const waiting = new Map<number, Set<AnnouncingPeer>>();
        const running = new Map<number, { who: AnnouncingPeer; at: number }>();
        /** By peer, in order. */
        const requests = new Map<AnnouncingPeer, { id: number; seed: number }[]>();
        /** Asked in vain. */
        const failed = new Map<number, Set<AnnouncingPeer>>();
        const forget = (seed: number): void => {
          waiting.delete(seed);
          running.delete(seed);
          failed.delete(seed);
        };
        const settle = (seed: number): void => {
          if (!running.has(seed) && (waiting.get(seed)?.size ?? 0) === 0) forget(seed);
        };
        const poll = (): void => {
          for (const [seed, { at, who }] of running)
            if (now >= at + TX_REQUEST_TIMEOUT_MS) {
              running.delete(seed);
              failed.set(seed, (failed.get(seed) ?? new Set()).add(who));
              settle(seed);
            }
          for (const { peer: who, requestId, relayIds } of tracker.poll(now))
            for (const id of relayIds) {
              const seed = seedOf(id);
              expect(running.has(seed), 'one at a time').toBe(false);
              expect(waiting.get(seed)?.delete(who), 'who has announced it').toBe(true);
              expect(failed.get(seed)?.has(who) ?? false, 'nobody twice').toBe(false);
              running.set(seed, { who, at: now });
              requests.set(who, [...(requests.get(who) ?? []), { id: requestId, seed }]);
            }
        };
        for (const each of peers) {
          tracker.addPeer(each);
          here.add(each);
        }
        for (const each of steps) {
          if (each.kind === 'wait') now += each.ms;
          else {
            const who = peers[each.who] as AnnouncingPeer;
            if (each.kind === 'announce') {
              const isFresh =
                !(waiting.get(each.seed)?.has(who) ?? false) &&
                running.get(each.seed)?.who !== who &&
                !(failed.get(each.seed)?.has(who) ?? false);
              expect(announce(who, each.seed, now)).toBe(isFresh && here.has(who));
              if (isFresh && here.has(who))
                waiting.set(each.seed, (waiting.get(each.seed) ?? new Set()).add(who));
            } else if (each.kind === 'answer') {
              const next = requests.get(who)?.shift();
              expect(tracker.take(who, next?.id ?? 1)).toBe(
                next === undefined ? undefined : keyOf(next.seed),
              );
              if (next === undefined) continue;
              if (each.isGood) {
                tracker.forget(keyOf(next.seed));
                forget(next.seed);
              } else if (running.get(next.seed)?.who === who) {
                tracker.failed(who, keyOf(next.seed));
                running.delete(next.seed);
                failed.set(next.seed, (failed.get(next.seed) ?? new Set()).add(who));
                settle(next.seed);
              }
            } else {
              tracker.removePeer(who);
              here.delete(who);
              requests.delete(who);
              for (const set of [...waiting.values(), ...failed.values()]) set.delete(who);
              for (const [seed, { who: asker }] of running) if (asker === who) running.delete(seed);
              for (const seed of new Set([...waiting.keys(), ...failed.keys()])) settle(seed);
            }
          }
          poll();
          for (const who of peers) {
            expect(tracker.inFlightOf(who)).toBe(requests.get(who)?.length ?? 0);
            expect(tracker.inFlightOf(who)).toBeLessThanOrEqual(TX_REQUESTED_MAX);
          }
        }
        // Nobody answers any more: each is asked of all that have it, and then given up.
        for (let i = 0; i < 12; i++) {
          now += TX_REQUEST_TIMEOUT_MS + TX_REQUEST_DELAY_MS;
          poll();
        }
        expect(tracker.size).toBe(0);
        expect([...waiting.values()].every(({ size }) => size === 0)).toBe(true);
      }),
      { numRuns: 200 },
    );
  });
});
