import { describe, expect, it } from 'vitest';
import { Turns } from './turns.js';

/** A taker, and work of it, that end when they are told to. */
function taker(address = 'a') {
  let [leave, finish] = [() => {}, () => {}];
  const taken = new Promise<void>((resolve) => {
    leave = resolve;
  });
  const finished = new Promise<void>((resolve) => {
    finish = resolve;
  });
  return { address, taken, finished, leave: () => leave(), finish: () => finish() };
}

/** Lets everything go on that waits for nothing. */
const settle = () => new Promise((resolve) => setImmediate(resolve));

describe('Turns', () => {
  it('lasts until both the work and the taker are done, in either order', async () => {
    const turns = new Turns(2, 2);
    const begun: number[] = [];
    const takers = [taker(), taker(), taker(), taker()] as const;
    const done = takers.map((each, index) =>
      turns.during(each, async () => {
        begun.push(index);
        await each.finished;
        return index;
      }),
    );
    await settle();
    expect(begun).toEqual([0, 1]);
    takers[0].leave();
    takers[1].finish();
    await settle();
    expect(begun).toEqual([0, 1]);
    takers[0].finish();
    await settle();
    expect(begun).toEqual([0, 1, 2]);
    takers[1].leave();
    await settle();
    expect(begun).toEqual([0, 1, 2, 3]);
    for (const each of takers) each.finish();
    expect(await Promise.all(done)).toEqual([0, 1, 2, 3]);
  });

  it('passes over who left the queue, and goes on after work that failed', async () => {
    const turns = new Turns(1, 1);
    const [first, second, third] = [taker(), taker(), taker()];
    const failed = turns.during(first, () => Promise.reject(new Error('disk')));
    const left = turns.during(second, async () => 'second');
    const last = turns.during(third, async () => 'third');
    second.leave();
    expect(await left).toBeUndefined();
    first.leave();
    await expect(failed).rejects.toThrow('disk');
    expect(await last).toBe('third');
  });

  it('lets nobody wait for an address that has its share', async () => {
    const turns = new Turns(3, 2);
    const begun: string[] = [];
    const takers = ['a', 'a', 'a', 'b', 'b', 'a'].map((address) => taker(address));
    for (const [index, each] of takers.entries())
      void turns.during(each, async () => begun.push(each.address + index));
    await settle();
    expect(begun).toEqual(['a0', 'a1', 'b3']);
    takers[3]?.leave();
    await settle();
    expect(begun).toEqual(['a0', 'a1', 'b3', 'b4']);
    takers[0]?.leave();
    await settle();
    expect(begun).toEqual(['a0', 'a1', 'b3', 'b4', 'a2']);
  });
});
