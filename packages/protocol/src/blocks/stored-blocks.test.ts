import { beforeEach, describe, expect, it } from 'vitest';
import type { Effect } from '../io/effect.js';
import { BODY_READS_MAX } from '../limits.js';
import { Outbox } from '../peer/outbox.js';
import { StoredBlocks } from './stored-blocks.js';

const hashOf = (index: number): Uint8Array => new Uint8Array(32).fill(index);
const bodyOf = (index: number): Uint8Array => Uint8Array.of(index, index);

let outbox: Outbox;
let written: number[];
let shelf: StoredBlocks;

beforeEach(() => {
  outbox = new Outbox();
  written = [];
  shelf = new StoredBlocks(outbox, ([index]) => written.push(index as number));
});

function taken<T extends Effect['type']>(type: T): Extract<Effect, { type: T }>[] {
  return outbox.take().filter((effect): effect is Extract<Effect, { type: T }> => effect.type === type);
}

/** What a read gives, if it has answered. */
function read(index: number): { body: Uint8Array | undefined; isAnswered: boolean } {
  const result: { body: Uint8Array | undefined; isAnswered: boolean } = {
    body: undefined,
    isAnswered: false,
  };
  shelf.read(hashOf(index), (body) => Object.assign(result, { body, isAnswered: true }));
  return result;
}

describe('StoredBlocks', () => {
  it('writes one change at a time, and tells when a body has reached the store', () => {
    shelf.put(hashOf(1), bodyOf(1));
    shelf.advance();
    const [first] = taken('storeBodies');
    expect(first?.change.put).toEqual([{ hash: hashOf(1), body: bodyOf(1) }]);
    shelf.put(hashOf(2), bodyOf(2));
    shelf.put(hashOf(3), bodyOf(3));
    shelf.advance();
    expect([taken('storeBodies'), written, shelf.unwritten]).toEqual([[], [], 3]);
    shelf.stored(first?.write as number);
    shelf.advance();
    const [second] = taken('storeBodies');
    expect([second?.change.put.length, written]).toEqual([2, [1]]);
    shelf.stored(second?.write as number);
    expect([written, shelf.unwritten, shelf.size]).toEqual([[1, 2, 3], 0, 3]);
  });

  it('reads at once what is not written yet, and what was touched last', () => {
    shelf.put(hashOf(1), bodyOf(1));
    shelf.put(hashOf(2), bodyOf(2));
    shelf.advance();
    const [change] = taken('storeBodies');
    expect([read(1).body, read(2).body]).toEqual([bodyOf(1), bodyOf(2)]);
    shelf.stored(change?.write as number);
    expect(read(2).body).toEqual(bodyOf(2));
    expect([read(1).isAnswered, taken('readBody').length]).toEqual([false, 1]);
  });

  it('asks the store for the rest, a few at a time', () => {
    shelf.listed(Array.from({ length: 20 }, (_, i) => hashOf(i + 1)));
    const reads = Array.from({ length: BODY_READS_MAX + 2 }, (_, i) => read(i + 1));
    const asked = taken('readBody');
    expect(asked.length).toBe(BODY_READS_MAX);
    shelf.bodyRead(asked[0]?.read as number, bodyOf(1));
    expect([reads[0]?.body, reads[1]?.isAnswered, taken('readBody').length]).toEqual([bodyOf(1), false, 1]);
    shelf.bodyRead(99, bodyOf(9));
  });

  it('says at once what it does not have, and finds out what the store has lost', () => {
    expect(read(1)).toEqual({ body: undefined, isAnswered: true });
    shelf.listed([hashOf(1)]);
    const lost = read(1);
    const [asked] = taken('readBody');
    shelf.bodyRead(asked?.read as number, undefined);
    expect([lost, shelf.has(hashOf(1))]).toEqual([{ body: undefined, isAnswered: true }, false]);
  });

  it('removes what it has, and what was only about to be written is done with', () => {
    shelf.listed([hashOf(1)]);
    shelf.put(hashOf(2), bodyOf(2));
    shelf.remove(hashOf(1));
    shelf.remove(hashOf(2));
    shelf.remove(hashOf(3));
    shelf.advance();
    const [change] = taken('storeBodies');
    expect(change?.change).toEqual({ put: [], remove: [hashOf(1), hashOf(2)] });
    expect([written, shelf.size, read(2).body]).toEqual([[2], 0, undefined]);
  });

  it('does not keep what could not be written', () => {
    shelf.put(hashOf(1), bodyOf(1));
    shelf.advance();
    const [change] = taken('storeBodies');
    shelf.failed(99);
    expect(shelf.has(hashOf(1))).toBe(true);
    shelf.failed(change?.write as number);
    expect([shelf.has(hashOf(1)), written, shelf.unwritten]).toEqual([false, [1], 0]);
  });
});
