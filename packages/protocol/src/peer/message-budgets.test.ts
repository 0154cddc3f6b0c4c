import { expect, test } from 'vitest';
import {
  ANNOUNCES_PER_MINUTE_MAX,
  BLOCK_REQUEST_INTERVAL_MS,
  GET_BLOCKS_PER_MINUTE_MAX,
  GET_HEADERS_PER_MINUTE_MAX,
  GET_PEERS_INTERVAL_MS,
  GET_PEERS_PER_MINUTE_MAX,
  MESSAGES_PER_SECOND_MAX,
  PINGS_PER_MINUTE_MAX,
  SIGNALS_PER_MINUTE_MAX,
  SIGNALS_PER_RECIPIENT_MAX,
  SIGNALS_PER_ROUTE_MAX,
} from '../limits.js';
import { MessageBudgets } from './message-budgets.js';

test.each([
  ['ping', PINGS_PER_MINUTE_MAX],
  ['announce', ANNOUNCES_PER_MINUTE_MAX],
  ['getHeaders', GET_HEADERS_PER_MINUTE_MAX],
  ['getBlocks', GET_BLOCKS_PER_MINUTE_MAX],
  ['getPeers', GET_PEERS_PER_MINUTE_MAX],
  ['relaySignal', SIGNALS_PER_MINUTE_MAX],
])('%s: so many at once, and again after a minute', (type, budget) => {
  const budgets = new MessageBudgets();
  const takeAll = (now: number): number => {
    let taken = 0;
    while (budgets.take(type, now)) taken++;
    return taken;
  };
  expect(takeAll(1000)).toBe(budget);
  expect(takeAll(31_000)).toBe(budget / 2);
  expect(takeAll(91_000)).toBe(budget);
  // Each type has its own.
  expect(budgets.take(type === 'ping' ? 'announce' : 'ping', 91_000)).toBe(true);
});

test('a type without a number is never above it', () => {
  const budgets = new MessageBudgets();
  for (let i = 0; i < 100_000; i++) expect(budgets.take('headers', 0)).toBe(true);
});

test('no number is above what the common rate lets through, nor below what a node of ours sends', () => {
  expect(GET_BLOCKS_PER_MINUTE_MAX).toBeLessThan(60 * MESSAGES_PER_SECOND_MAX);
  expect(GET_BLOCKS_PER_MINUTE_MAX).toBeGreaterThan(60_000 / BLOCK_REQUEST_INTERVAL_MS);
  expect(GET_PEERS_PER_MINUTE_MAX).toBeGreaterThan(60_000 / GET_PEERS_INTERVAL_MS);
  expect(SIGNALS_PER_MINUTE_MAX).toBeGreaterThan(SIGNALS_PER_RECIPIENT_MAX + SIGNALS_PER_ROUTE_MAX);
});
