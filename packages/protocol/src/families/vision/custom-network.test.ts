import { expect, test } from 'vitest';
import { type CustomNetwork, customNetworkParams } from './custom-network.js';

const network = {
  name: 'mine',
  visionx: { datasetMb: 1, scratchMb: 1, mixIters: 0, readsPerIter: 4, writeEvery: 4 },
  targetSpacingS: 5,
};

test('a network takes the devnet’s rules and its own name', () => {
  expect(customNetworkParams(network)).toMatchObject({
    name: 'mine',
    seedName: 'mine',
    rules: 'devnet',
    epochBlocks: 32,
    minerBytesMax: 64,
    genesis: { timestamp: 1767225600, miner: 'mine' },
  });
});

test.each([
  [null, TypeError, 'network: must be a name or an object, got null'],
  [{ ...network, name: 7 }, TypeError, 'network.name: must be a string, got number'],
  [{ ...network, name: '' }, RangeError, 'network.name'],
  [{ ...network, name: 'ü'.repeat(33) }, RangeError, 'network.name: must be 1 to 64 bytes'],
  [{ ...network, name: '\ud800' }, RangeError, 'network.name'],
  [{ ...network, visionx: undefined }, TypeError, 'network.visionx: must be an object, got undefined'],
  [
    { ...network, visionx: { ...network.visionx, datasetMb: 0 } },
    RangeError,
    'network.visionx.datasetMb: must be an integer from 1 to 512, got 0',
  ],
  [{ ...network, visionx: { ...network.visionx, scratchMb: 129 } }, RangeError, 'network.visionx.scratchMb'],
  [{ ...network, visionx: { ...network.visionx, mixIters: 1.5 } }, RangeError, 'network.visionx.mixIters'],
  [
    { ...network, visionx: { ...network.visionx, mixIters: 1_000_001 } },
    RangeError,
    'network.visionx.mixIters',
  ],
  [
    { ...network, visionx: { ...network.visionx, readsPerIter: 9 } },
    RangeError,
    'network.visionx.readsPerIter',
  ],
  [{ ...network, visionx: { ...network.visionx, writeEvery: -1 } }, RangeError, 'network.visionx.writeEvery'],
  [
    { ...network, visionx: { ...network.visionx, writeEvery: '4' } },
    TypeError,
    'network.visionx.writeEvery: must be a number, got string',
  ],
  [
    { ...network, targetSpacingS: 0 },
    RangeError,
    'network.targetSpacingS: must be an integer from 1 to 86400, got 0',
  ],
  [{ ...network, targetSpacingS: Number.NaN }, RangeError, 'network.targetSpacingS'],
])('mistake %# names the member and what it got', (given, kind, message) => {
  const make = () => customNetworkParams(given as CustomNetwork);
  expect(make).toThrow(kind);
  expect(make).toThrow(message);
});

test('names of up to 64 bytes will do', () => {
  expect(customNetworkParams({ ...network, name: 'ü'.repeat(32) }).name).toHaveLength(32);
});

test('the bounds are inclusive', () => {
  const least = { datasetMb: 1, scratchMb: 1, mixIters: 0, readsPerIter: 0, writeEvery: 0 };
  const most = { ...least, readsPerIter: 8, writeEvery: 1_000_000 };
  expect(customNetworkParams({ name: 'x', visionx: least, targetSpacingS: 1 })).toMatchObject({
    visionx: least,
    targetSpacingS: 1,
  });
  expect(customNetworkParams({ name: 'x', visionx: most, targetSpacingS: 86_400 })).toMatchObject({
    visionx: most,
    targetSpacingS: 86_400,
  });
});
