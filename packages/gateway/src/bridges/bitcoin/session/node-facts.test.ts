import { expect, test } from 'vitest';
import { factsOf } from './node-facts.js';

test('a node that says a height below 0 is taken to have height 0, which a hello can carry', () => {
  const version = { command: 'version', version: 70016, services: 9n, time: 1, nonce: 1n } as const;
  const facts = factsOf({ ...version, userAgent: '/x/', startHeight: -1, relay: true });
  expect(facts.startHeight).toBe(0);
});
