import { describe, expect, it } from 'vitest';
import { formatRoute, parseRoute, type Route } from './route.js';

const hash = '0123456789abcdef'.repeat(4);
const other = 'f'.repeat(64);

describe('routes', () => {
  it.each<[string, Route]>([
    ['', { view: 'overview' }],
    ['#/', { view: 'overview' }],
    ['#/peers', { view: 'peers' }],
    ['#/header/0', { view: 'header', at: 0 }],
    [`#/header/${hash}`, { view: 'header', at: hash }],
    [`#/block/${hash.toUpperCase()}`, { view: 'block', hash }],
    [`#/tx/${hash}`, { view: 'tx', id: hash }],
    [`#/tx/${hash}?block=${other}`, { view: 'tx', id: hash, block: other }],
    [`#/address/acct:${hash}`, { view: 'address', address: `acct:${hash}` }],
  ])('reads %s', (text, route) => {
    expect(parseRoute(text)).toEqual(route);
  });

  it.each<Route>([
    { view: 'overview' },
    { view: 'charts' },
    { view: 'header', at: 12 },
    { view: 'header', at: hash },
    { view: 'block', hash },
    { view: 'tx', id: hash },
    { view: 'tx', id: hash, block: other },
    { view: 'address', address: `acct:${hash}` },
  ])('reads what it has written: %j', (route) => {
    expect(parseRoute(formatRoute(route))).toEqual(route);
  });

  it.each([
    '#/nothing',
    '#/block/12',
    '#/header/-1',
    '#/header/1e3',
    '#/header/99999999999999999999',
    '#/tx/',
    '#/tx/xyz',
    `#/tx/${hash}/more`,
    '#/address/<b>',
    `#/address/${'a'.repeat(101)}`,
    '#/%E0%A4%A',
  ])('calls %s unknown', (text) => {
    expect(parseRoute(text).view).toBe('unknown');
  });
});
