import { expect, it } from 'vitest';
import { FILTER_TIMEOUT_MS, REQUEST_TIMEOUT_MIN_MS } from '../limits.js';
import { Outbox } from '../peer/outbox.js';
import { Peer } from '../peer/peer.js';
import { RequestLedger } from '../peer/request-ledger.js';
import { FilterRequests } from './filter-requests.js';

const hashOf = (i: number): Uint8Array => new Uint8Array(32).fill(i);
const range = { first: 1, blocks: [hashOf(1), hashOf(2)] };

function start(isBridged: boolean) {
  const ledger = new RequestLedger();
  const peer = new Peer('a', 4 * 1024 * 1024, undefined, 0, { isBridged });
  ledger.peerReady(peer);
  let now = 0;
  const requests = new FilterRequests(ledger, new Outbox(), () => now);
  const at = (ms: number): void => {
    now = ms;
    requests.advance(ms);
  };
  const got: (readonly Uint8Array[] | undefined)[] = [];
  requests.askFilters(peer, range, (filters) => got.push(filters));
  return { requests, peer, at, got };
}

it.each([
  { isBridged: true, timeoutMs: REQUEST_TIMEOUT_MIN_MS },
  { isBridged: false, timeoutMs: FILTER_TIMEOUT_MS },
])('gives up who says nothing, a full node before whoever asked waits no longer: %o', (kind) => {
  const { requests, peer, at, got } = start(kind.isBridged);
  at(kind.timeoutMs - 1);
  expect(got).toEqual([]);
  at(kind.timeoutMs);
  expect(got).toEqual([undefined]);
  expect(requests.failures(peer)).toBe(1);
  // What comes late is no fault, and no answer.
  const late = { type: 'filters', requestId: 1, filters: [Uint8Array.of(1)] } as const;
  expect(requests.receive(peer, late, kind.timeoutMs)).toBeUndefined();
  expect(got.length).toBe(1);
});

it('gives each filter of an answer the time of one', () => {
  const { requests, peer, at, got } = start(false);
  const almost = FILTER_TIMEOUT_MS - 1;
  at(almost);
  requests.receive(peer, { type: 'filters', requestId: 1, filters: [Uint8Array.of(1)] }, almost);
  at(almost + FILTER_TIMEOUT_MS - 1);
  expect(got).toEqual([]);
  requests.receive(peer, { type: 'filters', requestId: 1, filters: [Uint8Array.of(2)] }, almost);
  expect(got).toEqual([[Uint8Array.of(1), Uint8Array.of(2)]]);
  expect(requests.failures(peer)).toBe(0);
});
