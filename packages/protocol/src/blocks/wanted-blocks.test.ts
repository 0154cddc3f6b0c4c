import { describe, expect, it } from 'vitest';
import { defined } from '../assert.js';
import { bytesToHex } from '../bytes/hex.js';
import { BODY_BYTES_IN_FLIGHT_MAX, BODY_BYTES_WORST_MAX } from '../limits.js';
import { type WantedBlock, WantedBlocks } from './wanted-blocks.js';

const hashOf = (index: number): Uint8Array => new Uint8Array(32).fill(index);

/** Wants one more body. */
function want(wanted: WantedBlocks, index: number, offeredBy?: string): WantedBlock {
  const isNew = wanted.add(hashOf(index), offeredBy === undefined ? {} : { offeredBy });
  expect(isNew).toBe(true);
  return defined(wanted.get(bytesToHex(hashOf(index))), 'what was added is wanted');
}

function send(wanted: WantedBlocks, index: number): WantedBlock {
  const block = want(wanted, index);
  wanted.sent(block, 'p', 0);
  return block;
}

function receive(wanted: WantedBlocks, index: number, bytes: number): WantedBlock {
  const block = want(wanted, index);
  wanted.arrived(block, 'p', bytes);
  return block;
}

/** The bytes that a body in flight counts for. */
function estimateOf(wanted: WantedBlocks): number {
  const before = wanted.bytes;
  const block = send(wanted, 255);
  const estimate = wanted.bytes - before;
  wanted.delete(block);
  return estimate;
}

/** Bodies that have all been small until now, though they may be as large as `bodyBytesMax`. */
function smallUntilNow(bodyBytesMax: number): WantedBlocks {
  const wanted = new WantedBlocks(bodyBytesMax);
  for (let i = 0; i < 200; i++) wanted.delete(receive(wanted, 254, 1));
  expect(estimateOf(wanted)).toBeLessThan(100);
  return wanted;
}

describe('WantedBlocks', () => {
  it('counts how many are queued and in flight, from the wish to its end', () => {
    const wanted = new WantedBlocks(1000);
    const counts = (): number[] => [wanted.size, wanted.queued, wanted.inFlight, wanted.bytes];
    const first = want(wanted, 1);
    const second = want(wanted, 2);
    expect(counts()).toEqual([2, 2, 0, 0]);
    wanted.sent(first, 'p', 7);
    expect([counts(), first.state, first.peerId, first.sentAt]).toEqual([
      [2, 1, 1, 1000],
      'inFlight',
      'p',
      7,
    ]);
    wanted.arrived(first, 'q', 300);
    expect([counts(), first.state, first.peerId]).toEqual([[2, 1, 0, 300], 'checking', 'q']);
    wanted.requeue(first);
    expect([counts(), first.state, first.peerId]).toEqual([[2, 2, 0, 0], 'queued', undefined]);
    wanted.delete(second);
    wanted.sent(first, 'p', 8);
    wanted.delete(first);
    expect(counts()).toEqual([0, 0, 0, 0]);
  });

  it('keeps a hash of its own, since the given one may be a view of a message', () => {
    const wanted = new WantedBlocks(1000);
    const hash = hashOf(1);
    wanted.add(hash, {});
    hash.fill(9);
    expect([...wanted.values()].map((block) => block.hash)).toEqual([hashOf(1)]);
  });

  it('lets no body remember a peer that is gone, and forgets no other peer', () => {
    const wanted = new WantedBlocks(1000);
    const anywhere = want(wanted, 1);
    const offered = want(wanted, 2, 'p');
    for (const block of [anywhere, offered])
      for (const peer of ['p', 'q']) {
        block.slow.add(peer);
        block.without.add(peer);
        block.offeredBy?.add(peer);
      }
    wanted.forgetPeer('p');
    for (const { slow, without } of [anywhere, offered])
      expect([[...slow], [...without]]).toEqual([['q'], ['q']]);
    // Nobody has said that only some have it.
    expect(anywhere.offeredBy).toBeUndefined();
    expect(offered.offeredBy).toEqual(new Set(['q']));
  });
});

describe('WantedBlocks: the bytes of a body in flight', () => {
  it('are the most that a body can have, until one has come', () => {
    expect(estimateOf(new WantedBlocks(1000))).toBe(1000);
  });

  it('rise to twice what came, and fall by a tenth with each that is smaller', () => {
    const wanted = new WantedBlocks(1000);
    const estimates = [100, 100, 100, 400, 100, 100, 100].map((bytes) => {
      wanted.delete(receive(wanted, 1, bytes));
      return estimateOf(wanted);
    });
    // The last one is 583.2, rounded up.
    expect(estimates).toEqual([900, 810, 729, 800, 720, 648, 584]);
  });

  it('are never more than a body can have', () => {
    const wanted = new WantedBlocks(1000);
    wanted.delete(receive(wanted, 1, 100));
    wanted.delete(receive(wanted, 1, 501));
    expect(estimateOf(wanted)).toBe(1000);
  });
});

describe('WantedBlocks: whether one more may be asked for', () => {
  it('one always may if there is no other, however large it may be', () => {
    const wanted = new WantedBlocks(BODY_BYTES_IN_FLIGHT_MAX + 1);
    expect(wanted.hasCredit).toBe(true);
    const only = send(wanted, 1);
    expect(wanted.hasCredit).toBe(false);
    wanted.delete(only);
    expect(wanted.hasCredit).toBe(true);
  });

  it('as many may as fill the bytes in flight to the last one', () => {
    const wanted = new WantedBlocks(BODY_BYTES_IN_FLIGHT_MAX / 4);
    const credits = [1, 2, 3, 4].map((index) => {
      send(wanted, index);
      return wanted.hasCredit;
    });
    expect(credits).toEqual([true, true, true, false]);
    const larger = new WantedBlocks(BODY_BYTES_IN_FLIGHT_MAX / 2 + 1);
    send(larger, 1);
    expect(larger.hasCredit).toBe(false);
  });

  it('none may that could break the cap if all in flight are as large as they can be', () => {
    const wanted = smallUntilNow(BODY_BYTES_WORST_MAX / 4);
    const credits = [1, 2, 3, 4].map((index) => {
      send(wanted, index);
      return wanted.hasCredit;
    });
    expect(credits).toEqual([true, true, true, false]);
  });

  it('what is being checked counts with its size, until it is settled', () => {
    const rest = 1024 * 1024;
    const wanted = smallUntilNow(BODY_BYTES_WORST_MAX - rest);
    receive(wanted, 1, rest);
    expect(wanted.hasCredit).toBe(true);
    const tooMuch = receive(wanted, 2, 1);
    expect(wanted.hasCredit).toBe(false);
    wanted.delete(tooMuch);
    expect(wanted.hasCredit).toBe(true);
  });

  it('a body that was being checked and is asked for again counts as one in flight alone', () => {
    const rest = 1024 * 1024;
    const wanted = smallUntilNow((BODY_BYTES_WORST_MAX - rest) / 2);
    const wrong = receive(wanted, 1, rest + 1);
    wanted.requeue(wrong);
    wanted.sent(wrong, 'q', 0);
    receive(wanted, 2, rest);
    expect(wanted.hasCredit).toBe(true);
    receive(wanted, 3, 1);
    expect(wanted.hasCredit).toBe(false);
  });
});
