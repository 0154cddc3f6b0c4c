import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LATE_ANSWERS_MAX, PAUSE_MS, REQUEST_TIMEOUT_MIN_MS } from '../limits.js';
import { type AskedPeer, type RequestKind, RequestLedger } from './request-ledger.js';

const none = Number.NEGATIVE_INFINITY;
const things: RequestKind = { name: 'things', longestMs: 15_000, graceUntil: () => none };
const others: RequestKind = { ...things, name: 'others' };

const peerOf = (id: string): AskedPeer => ({
  id,
  lastBytesAt: 0,
  partialSince: undefined,
  partialBytes: 0,
});

function ledgerOf(...ids: readonly string[]): RequestLedger {
  const ledger = new RequestLedger();
  for (const id of ids) ledger.peerReady(peerOf(id));
  return ledger;
}

const keysOf = (answers: readonly { readonly key: string }[] | undefined): string[] =>
  (answers ?? []).map(({ key }) => key);

describe('which answer belongs to which request', () => {
  it('is told by kind, id and key, of the peer that was asked, and once', () => {
    const ledger = ledgerOf('a', 'b');
    const id = ledger.ask('a', things, 3000, 5, ['x', 'y']);
    expect(ledger.take('b', things, id, 6, 'x')).toBe('unsolicited');
    expect(ledger.take('a', others, id, 6, 'x')).toBe('unsolicited');
    expect(ledger.take('a', things, id + 1, 6, 'x')).toBe('unsolicited');
    expect(ledger.take('a', things, id, 6)).toBe('unsolicited');
    expect(ledger.take('nobody', things, id, 6, 'x')).toBe('unsolicited');
    expect(ledger.take('a', things, id, 6, 'x')).toMatchObject({ requestId: id, key: 'x', sentAt: 5 });
    expect(ledger.take('a', things, id, 6, 'x')).toBe('unsolicited');
    expect([keysOf(ledger.awaited('a', things)), ledger.inFlight('a', things)]).toEqual([['y'], 1]);
  });

  it('gives each request an id of its own, whatever its kind and peer', () => {
    const ledger = ledgerOf('a', 'b');
    const ids = [ledger.ask('a', things, 1, 0), ledger.ask('b', things, 1, 0), ledger.ask('a', others, 1, 0)];
    expect(new Set(ids).size).toBe(3);
  });

  it('takes a late answer once, and remembers only so many', () => {
    const ledger = ledgerOf('a');
    const keys = Array.from({ length: LATE_ANSWERS_MAX + 1 }, (_, i) => `${i}`);
    const id = ledger.ask('a', things, 3000, 0, keys);
    for (const key of keys) ledger.giveUp('a', things, id, key);
    expect(ledger.take('a', things, id, 1, '0')).toBe('unsolicited');
    expect(ledger.take('a', things, id, 1, '1')).toBe('late');
    expect(ledger.take('a', things, id, 1, '1')).toBe('unsolicited');
    // What was never in flight is not late.
    ledger.giveUp('a', things, id, 'never');
    expect(ledger.take('a', things, id, 1, 'never')).toBe('unsolicited');
  });

  it('takes a late answer for one of its own kind only', () => {
    const ledger = ledgerOf('a');
    const id = ledger.ask('a', things, 3000, 0);
    ledger.giveUp('a', things, id);
    expect(ledger.take('a', others, id, 1)).toBe('unsolicited');
    expect(ledger.take('a', things, id, 1)).toBe('late');
  });

  it('forgets a peer that is gone', () => {
    const ledger = ledgerOf('a');
    const id = ledger.ask('a', things, 3000, 0);
    ledger.peerGone(peerOf('a'));
    expect([ledger.take('a', things, id, 1), ledger.dueAt(things)]).toEqual(['unsolicited', undefined]);
    expect(() => ledger.ask('a', things, 3000, 0)).toThrow('said hello');
  });
});

describe('when an answer is overdue', () => {
  it('is its time-out after the request, or after the answer before it', () => {
    const ledger = ledgerOf('a');
    const id = ledger.ask('a', things, 3000, 0, ['x', 'y', 'z']);
    expect(ledger.dueAt(things)).toBe(3000);
    ledger.take('a', things, id, 2000, 'y');
    // What was passed over waits no longer for that.
    expect(keysOf(ledger.overdue(things, 3000).get('a'))).toEqual(['x']);
    ledger.giveUp('a', things, id, 'x');
    expect(ledger.dueAt(things)).toBe(5000);
    expect(ledger.overdue(things, 4999).size).toBe(0);
    expect(keysOf(ledger.overdue(things, 5000).get('a'))).toEqual(['z']);
    ledger.giveUp('a', things, id, 'z');
    expect(ledger.dueAt(things)).toBeUndefined();
  });

  it('is later for a peer that sends, within the bound of the kind', () => {
    const ledger = new RequestLedger();
    const peer = { ...peerOf('a'), lastBytesAt: 0 };
    ledger.peerReady(peer);
    const kind: RequestKind = { ...things, graceUntil: ({ lastBytesAt }) => lastBytesAt + 1000 };
    ledger.ask('a', kind, 3000, 0);
    for (let now = 0; now < 15_000; now += 500) {
      peer.lastBytesAt = now;
      expect(ledger.overdue(kind, now).size).toBe(0);
    }
    expect(ledger.overdue(kind, 15_000).size).toBe(1);
  });

  it('is not put off by a message that has ended, for longer than the least time-out', () => {
    const ledger = new RequestLedger();
    const peer = { ...peerOf('a'), partialBytes: 1_000_000 };
    ledger.peerReady(peer);
    const kind: RequestKind = { ...things, graceUntil: ({ partialBytes }) => partialBytes };
    ledger.ask('a', kind, 3000, 0);
    expect(ledger.overdue(kind, 3000).size).toBe(0);
    peer.partialBytes = 0;
    expect(ledger.dueAt(kind)).toBe(3000 + REQUEST_TIMEOUT_MIN_MS);
    expect(ledger.overdue(kind, 3000 + REQUEST_TIMEOUT_MIN_MS).size).toBe(1);
  });

  it('begins anew when the platform slept', () => {
    const ledger = ledgerOf('a');
    ledger.ask('a', things, 3000, 0);
    ledger.overslept(100_000);
    expect(ledger.overdue(things, 102_999).size).toBe(0);
    expect(ledger.overdue(things, 103_000).size).toBe(1);
  });

  it('is never missed: between two wakes nothing is overdue', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.tuple(fc.constantFrom('ask', 'take', 'pass'), fc.nat(2), fc.integer({ min: 1, max: 4000 })),
          {
            maxLength: 60,
          },
        ),
        (steps) => {
          const ids = ['a', 'b', 'c'];
          const ledger = ledgerOf(...ids);
          let now = 0;
          for (const [step, which, ms] of steps) {
            const id = ids[which] as string;
            if (step === 'ask') ledger.ask(id, things, ms, now);
            const [first] = ledger.awaited(id, things);
            if (step === 'take' && first !== undefined) ledger.take(id, things, first.requestId, now);
            if (step === 'pass') now += ms;
            const wake = ledger.dueAt(things);
            const overdue = ledger.overdue(things, now);
            if (overdue.size > 0) expect(wake).toBeLessThanOrEqual(now);
            for (const [peerId, late] of overdue)
              for (const { requestId } of late) ledger.giveUp(peerId, things, requestId);
            const isAnything = ids.some((each) => ledger.inFlight(each, things) > 0);
            expect(ledger.dueAt(things) !== undefined).toBe(isAnything);
          }
        },
      ),
    );
  });
});

describe('what follows from failures', () => {
  const fail = (ledger: RequestLedger, id: string, now: number): string[] =>
    [0, 1, 2].map(() => ledger.failed(id, things, now));

  it('is a pause after three in a row of one kind, which an answer of another kind does not undo', () => {
    const ledger = ledgerOf('a', 'b');
    const id = ledger.ask('a', others, 3000, 0);
    expect([ledger.failed('a', things, 0), ledger.failed('a', things, 0)]).toEqual(['failing', 'failing']);
    ledger.take('a', others, id, 0);
    expect(ledger.failed('a', things, 7)).toBe('paused');
    expect([ledger.isPaused('a', 7), ledger.isPaused('a', 7 + PAUSE_MS)]).toEqual([true, false]);
    expect(ledger.pausedUntil('a')).toBe(7 + PAUSE_MS);
    expect(ledger.isPaused('b', 7)).toBe(false);
  });

  it('is nothing while answers of the kind come between', () => {
    const ledger = ledgerOf('a', 'b');
    for (let round = 0; round < 10; round++) {
      expect([ledger.failed('a', things, 0), ledger.failed('a', things, 0)]).toEqual(['failing', 'failing']);
      ledger.take('a', things, ledger.ask('a', things, 3000, 0), 0);
    }
  });

  it('is the end of the connection with the second pause, but not with failures within the first', () => {
    const ledger = ledgerOf('a', 'b');
    expect(fail(ledger, 'a', 0)).toEqual(['failing', 'failing', 'paused']);
    expect(fail(ledger, 'a', PAUSE_MS - 1)).toEqual(['failing', 'failing', 'paused']);
    expect(fail(ledger, 'a', PAUSE_MS)).toEqual(['failing', 'failing', 'unresponsive']);
  });

  it('is nothing for the last peer that is not paused, and the last peer left is woken', () => {
    const ledger = ledgerOf('a', 'b');
    expect(fail(ledger, 'a', 0)).toEqual(['failing', 'failing', 'paused']);
    expect(fail(ledger, 'b', 1)).toEqual(['failing', 'failing', 'failing']);
    ledger.peerGone(peerOf('b'));
    expect(ledger.isPaused('a', 2)).toBe(false);
  });
});
