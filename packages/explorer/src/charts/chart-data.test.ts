import type { HeaderInfo } from '@vision-light/browser-node';
import { describe, expect, it } from 'vitest';
import { difficulties, ranges, spacings, summarise } from './chart-data.js';

const header = (height: number, time: number, fields: HeaderInfo['fields'] = {}): HeaderInfo => ({
  height,
  time,
  hash: '',
  parent: '',
  fields,
});

describe('spacings', () => {
  it('are the times between headers, genesis left out, and never negative', () => {
    const newestFirst = [header(3, 108), header(2, 110), header(1, 100), header(0, 0)];
    expect(spacings(newestFirst)).toEqual({ heights: [2, 3], values: [10, 0] });
    expect(spacings([])).toEqual({ heights: [], values: [] });
  });
});

it('difficulties are those of the headers that say one', () => {
  const newestFirst = [header(2, 0, { difficulty: 9n }), header(1, 0), header(0, 0, { bits: '1d00ffff' })];
  expect(difficulties(newestFirst)).toEqual({ heights: [0, 2], values: [1, 9] });
});

it('a series is summarised, and cut into ranges', () => {
  expect(summarise([])).toBeUndefined();
  expect(summarise([3, 1, 8])).toEqual({ least: 1, median: 3, mean: 4, greatest: 8 });
  const rows = ranges({ heights: [1, 2, 3, 4, 5], values: [1, 2, 3, 4, 5] }, 2);
  expect(rows.map(({ from, to, summary }) => [from, to, summary.mean])).toEqual([
    [1, 3, 2],
    [4, 5, 4.5],
  ]);
});
