import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeJoin, decodeMetrics, decodePeers, decodeSignal } from './request.js';

const network = '0123456789abcdef'.repeat(4);

test('a join needs a network id and a kind; the name may be left out', () => {
  expect(decodeJoin({ network, kind: 'browser' })).toEqual({ network, name: undefined, kind: 'browser' });
  const full = { network, name: 'vision-devnet', kind: 'gateway' };
  expect(decodeJoin({ ...full, more: 1 })).toEqual(full);
});

test.each([
  { network: network.slice(1), kind: 'browser' },
  { network: `${network}0`, kind: 'browser' },
  { network: network.toUpperCase(), kind: 'browser' },
  { network: `${network.slice(1)}\n`, kind: 'browser' },
  { network: [network], kind: 'browser' },
  { network, kind: 'server' },
  { network },
  { network, kind: 'browser', name: '' },
  { network, kind: 'browser', name: 'a'.repeat(65) },
  { network, kind: 'browser', name: 'Ä' },
  { network, kind: 'browser', name: null },
  [network, 'browser'],
  null,
  undefined,
  'join',
])('a join of another shape is none: %j', (payload) => {
  expect(decodeJoin(payload)).toBeUndefined();
});

test('a request for peers needs a whole number of at least one', () => {
  expect(decodePeers({ count: 1 })).toEqual({ count: 1 });
  for (const count of [0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, '1', null, 2 ** 53]) {
    expect(decodePeers({ count })).toBeUndefined();
  }
});

test('a signal is addressed to an id and carries an object or a string', () => {
  for (const data of ['', 'x', {}, { type: 'offer', sdp: 'v=0' }]) {
    expect(decodeSignal({ to: 'a', data })).toEqual({ to: 'a', data });
  }
  for (const data of [undefined, null, 1, true, []]) expect(decodeSignal({ to: 'a', data })).toBeUndefined();
  expect(decodeSignal({ to: 1, data: {} })).toBeUndefined();
});

test('a report of metrics is an object', () => {
  expect(decodeMetrics({ any: 'thing' })).toEqual({ any: 'thing' });
  for (const payload of [undefined, null, 1, 'x', []]) expect(decodeMetrics(payload)).toBeUndefined();
});

test('no payload makes a decoder throw', () => {
  fc.assert(
    fc.property(fc.anything({ withNullPrototype: true }), (payload) => {
      decodeJoin(payload);
      decodePeers(payload);
      decodeSignal(payload);
      decodeMetrics(payload);
    }),
  );
});
