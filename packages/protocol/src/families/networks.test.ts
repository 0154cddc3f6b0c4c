import { describe, expect, test } from 'vitest';
import { createBitcoinFamily } from './bitcoin/bitcoin-family.js';
import { bitcoinParams } from './bitcoin/network-params.js';
import { isNetworkName, type NetworkName, networks, resolveNetwork } from './networks.js';
import type { CustomNetwork } from './vision/custom-network.js';
import { visionDevnet } from './vision/network-params.js';
import { createVisionFamily } from './vision/vision-family.js';

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const custom = {
  name: 'mine',
  visionx: { datasetMb: 1, scratchMb: 1, mixIters: 4, readsPerIter: 4, writeEvery: 4 },
  targetSpacingS: 5,
};

test('seven networks, the devnet first', () => {
  expect(networks).toEqual([
    'vision-devnet',
    'vision-mainnet',
    'bitcoin-mainnet',
    'bitcoin-testnet3',
    'bitcoin-testnet4',
    'bitcoin-signet',
    'bitcoin-regtest',
  ]);
});

test.each(networks)('%s resolves, once', (name) => {
  const family = resolveNetwork(name);
  expect(family.name).toBe(name);
  expect(resolveNetwork(name)).toBe(family);
  expect(family.recordBytes % 4).toBe(0);
  expect(family.genesis.record).toHaveLength(family.recordBytes);
  expect(family.networkId).toHaveLength(32);
});

test('what is no network is refused by name', () => {
  expect(() => resolveNetwork('bitcoin' as NetworkName)).toThrow(RangeError);
  expect(() => resolveNetwork('toString' as NetworkName)).toThrow('network: must be one of vision-devnet');
  expect(() => resolveNetwork(undefined as unknown as NetworkName)).toThrow(TypeError);
  expect(() => resolveNetwork(null as unknown as NetworkName)).toThrow(TypeError);
  expect(isNetworkName('__proto__')).toBe(false);
});

describe('what branches of little work are held to', () => {
  test.each(networks)('%s has all of it', (name) => {
    const { presync } = resolveNetwork(name);
    expect(Object.keys(presync).sort()).toEqual([
      'answerHeaders',
      'bufferHeaders',
      'commitmentPeriod',
      'headersPerSecondMax',
      'minChainwork',
    ]);
    const isPublic = name.startsWith('bitcoin') && name !== 'bitcoin-regtest';
    expect(presync.minChainwork > 0n).toBe(isPublic);
  });

  test('regtest and networks of one’s own have the sizes of the largest of their family', () => {
    const { presync: regtest } = resolveNetwork('bitcoin-regtest');
    expect({ ...regtest, minChainwork: undefined }).toEqual({
      ...resolveNetwork('bitcoin-mainnet').presync,
      minChainwork: undefined,
    });
    expect(resolveNetwork(custom).presync).toEqual(resolveNetwork('vision-devnet').presync);
    expect(resolveNetwork({ ...custom, name: 'toString' }).presync).toEqual(
      resolveNetwork('vision-devnet').presync,
    );
  });
});

describe('network ids', () => {
  test('are all different, and stay as they are', () => {
    const ids = [...networks, custom].map((network) => hex(resolveNetwork(network as NetworkName).networkId));
    expect(new Set(ids).size).toBe(8);
    expect(hex(resolveNetwork(custom).networkId)).toBe(hex(resolveNetwork({ ...custom }).networkId));
  });

  test.each([
    ['vision-devnet', '551ded16b2bfdee269d2ea483aeaf41e39650b056995cb62eb6556b559f5deeb'],
    ['vision-mainnet', 'f7c2f12162176da86732dc2feea0adf70db31b2a876a9cf71f999ca57fdc80e8'],
    ['bitcoin-mainnet', '4b68ba1eb5b58f697955171ab44440b67ccc1f9072ef38f8e9405d58ebd852ca'],
  ] as const)('of %s does not change unawares: nodes of another id are strangers', (name, id) => {
    expect(hex(resolveNetwork(name).networkId)).toBe(id);
  });

  test('of a custom network cover every member', () => {
    const changes: Partial<CustomNetwork>[] = [
      { name: 'other' },
      { targetSpacingS: 6 },
      ...Object.keys(custom.visionx).map((member) => ({ visionx: { ...custom.visionx, [member]: 3 } })),
    ];
    const ids = changes.map((change) => hex(resolveNetwork({ ...custom, ...change }).networkId));
    expect(new Set([...ids, hex(resolveNetwork(custom).networkId)]).size).toBe(8);
  });

  test('of either family cover every parameter', () => {
    const bitcoin = hex(createBitcoinFamily(bitcoinParams.regtest).networkId);
    for (const [name, value] of Object.entries(bitcoinParams.regtest)) {
      const changed = value instanceof Uint8Array ? new Uint8Array(value.length) : [value].flat().join() + 1;
      const params = { ...bitcoinParams.regtest, [name]: changed };
      expect(hex(createBitcoinFamily(params as typeof bitcoinParams.regtest).networkId), name).not.toBe(
        bitcoin,
      );
    }
    const vision = hex(createVisionFamily(visionDevnet).networkId);
    const changes = {
      seedName: 'x',
      epochBlocks: 33,
      rules: 'mainnet',
      genesis: { ...visionDevnet.genesis, timestamp: 1 },
    };
    for (const [name, value] of Object.entries(changes)) {
      const params = { ...visionDevnet, [name]: value } as typeof visionDevnet;
      expect(hex(createVisionFamily(params).networkId), name).not.toBe(vision);
    }
  });
});
