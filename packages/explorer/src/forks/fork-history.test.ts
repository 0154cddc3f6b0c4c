import type { Tip } from '@vision-light/browser-node';
import { describe, expect, it } from 'vitest';
import { EVENTS_MAX, ForkHistory } from './fork-history.js';
import { layOutFork } from './fork-tree.js';

const tip = (height: number, branch = 'a'): Tip => ({
  height,
  hash: `${branch}${height}`.padEnd(64, '0'),
  time: height,
  chainwork: BigInt(height),
});
const run = (from: number, count: number, branch: string) =>
  Array.from({ length: count }, (_, index) => tip(from + index, branch));

/** The tree of the newest event. */
function newest(history: ForkHistory) {
  const [event] = history.events;
  return event && layOutFork(event);
}

describe('the history of forks', () => {
  it('keeps the newest events, newest first', () => {
    const history = new ForkHistory();
    for (let height = 0; height < EVENTS_MAX + 3; height++)
      history.competing([tip(height), tip(height, 'b')], height);
    expect(history.events.map(({ at }) => at)).toEqual(
      Array.from({ length: EVENTS_MAX }, (_, index) => EVENTS_MAX + 2 - index),
    );
    expect(new Set(history.events.map(({ number }) => number)).size).toBe(EVENTS_MAX);
  });
});

describe('the tree of a reorganisation', () => {
  it('has the branch that is followed above the one that was left, from what they share', () => {
    const history = new ForkHistory();
    history.reorg({ ancestor: tip(5), disconnected: run(6, 1, 'b'), connected: run(6, 2, 'a') }, 1);
    const tree = newest(history);
    expect(tree?.nodes.map(({ column, row, height, state }) => [column, row, height, state])).toEqual([
      [0, 0, 5, 'shared'],
      [1, 0, 6, 'followed'],
      [2, 0, 7, 'followed'],
      [1, 1, 6, 'left'],
    ]);
    expect(tree?.lines.map(({ from, to, isCut }) => [from.height, to.height, isCut])).toEqual([
      [5, 6, false],
      [6, 7, false],
      [5, 6, false],
    ]);
    expect([tree?.columns, tree?.rows]).toEqual([3, 2]);
  });

  it('is cut in the middle of a long branch', () => {
    const history = new ForkHistory();
    history.reorg({ ancestor: tip(0), disconnected: run(1, 40, 'b'), connected: run(1, 41, 'a') }, 1);
    const tree = newest(history);
    expect(tree?.nodes.filter(({ row }) => row === 0).map(({ height }) => height)).toEqual([
      0, 1, 2, 39, 40, 41,
    ]);
    expect(tree?.lines.filter(({ isCut }) => isCut).map(({ to }) => to.height)).toEqual([39, 38]);
  });
});

it('branches with the same work are drawn side by side, and a withheld run is told in words alone', () => {
  const history = new ForkHistory();
  history.competing([tip(7), tip(7, 'b'), tip(7, 'c')], 1);
  expect(newest(history)?.nodes.map(({ row, state }) => [row, state])).toEqual([
    [0, 'shared'],
    [0, 'followed'],
    [1, 'tied'],
    [2, 'tied'],
  ]);
  history.withheld({ blocks: 2, spreadS: 9, displaced: 1, tip: tip(8) }, 2);
  expect(newest(history)).toBeUndefined();
});
