import { expect, it } from 'vitest';
import { isSameNetwork } from './network-names.js';

const visionx = { datasetMb: 1, scratchMb: 1, mixIters: 4, readsPerIter: 1, writeEvery: 2 };
const own = { name: 'own', targetSpacingS: 5, visionx };

it('is the same by its name, or by all that describes it', () => {
  expect(isSameNetwork('bitcoin-mainnet', 'bitcoin-mainnet')).toBe(true);
  expect(isSameNetwork('bitcoin-mainnet', 'bitcoin-signet')).toBe(false);
  expect(isSameNetwork(own, 'vision-devnet')).toBe(false);
  expect(isSameNetwork(own, { visionx: { ...visionx }, targetSpacingS: 5, name: 'own' })).toBe(true);
  expect(isSameNetwork(own, { ...own, visionx: { ...visionx, writeEvery: 3 } })).toBe(false);
  expect(isSameNetwork(own, { ...own, targetSpacingS: 6 })).toBe(false);
});

it('is no network, whatever JSON has in its place', () => {
  const depth = 100_000;
  const deep: unknown = JSON.parse(`${'{"name":'.repeat(depth)}1${'}'.repeat(depth)}`);
  for (const value of [deep, [], {}, null, 1, undefined]) expect(isSameNetwork(value, own)).toBe(false);
});
