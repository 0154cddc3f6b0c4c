import { networks, resolveNetwork } from '@vision-light/protocol';
import { describe, expect, it } from 'vitest';
import * as limits from '../limits.js';
import { encodeMessage } from './encode-message.js';
import { BASIC_FILTER } from './messages/filters.js';
import { PROTOCOL_VERSION, serviceBits } from './messages/handshake.js';
import { inventoryKinds } from './messages/inventory.js';
import { type BitcoinNetworkName, bitcoinNetworks } from './networks.js';

describe("Bitcoin's networks", () => {
  const expected: Readonly<
    Record<BitcoinNetworkName, readonly [magic: string, port: number, seeds: number]>
  > = {
    'bitcoin-mainnet': ['f9beb4d9', 8333, 9],
    'bitcoin-testnet3': ['0b110907', 18333, 5],
    'bitcoin-testnet4': ['1c163f28', 48333, 2],
    'bitcoin-signet': ['0a03cf40', 38333, 2],
    'bitcoin-regtest': ['fabfb5da', 18444, 0],
  };

  it.each(Object.entries(bitcoinNetworks))('%s is told apart as in Bitcoin Core 28', (name, network) => {
    const bytes = encodeMessage(network.magic, { command: 'verack' });
    const facts = [
      Buffer.from(bytes.subarray(0, 4)).toString('hex'),
      network.defaultPort,
      network.dnsSeeds.length,
    ];
    expect(facts).toEqual(Object.entries(expected).find(([each]) => each === name)?.[1]);
    expect(resolveNetwork(name as BitcoinNetworkName).family).toBe('bitcoin');
    for (const seed of network.dnsSeeds) expect(seed).toMatch(/^([a-z0-9-]+\.)+[a-z]+$/);
  });

  it('are those of the core', () => {
    const names = networks.map((name) => name as string).filter((name) => name.startsWith('bitcoin-'));
    expect(Object.keys(bitcoinNetworks)).toEqual(names);
  });
});

it('numbers are those of Bitcoin Core 28 and of the BIPs', () => {
  expect(PROTOCOL_VERSION).toBe(70_016);
  expect(serviceBits).toEqual({
    NETWORK: 1n << 0n,
    WITNESS: 1n << 3n,
    COMPACT_FILTERS: 1n << 6n,
    NETWORK_LIMITED: 1n << 10n,
    P2P_V2: 1n << 11n,
  });
  expect(inventoryKinds).toEqual({
    TX: 1,
    BLOCK: 2,
    WTX: 5,
    WITNESS_TX: 0x4000_0001,
    WITNESS_BLOCK: 0x4000_0002,
  });
  expect(BASIC_FILTER).toBe(0);
  expect(limits).toMatchObject({
    BLOCK_BYTES_MAX: 4_000_000,
    HEADERS_MAX: 2000,
    LOCATOR_HASHES_MAX: 101,
    INVENTORY_ITEMS_MAX: 50_000,
    ADDRESSES_PER_MESSAGE_MAX: 1000,
    USER_AGENT_BYTES_MAX: 256,
    FILTER_HASHES_MAX: 2000,
  });
});

it('a filter is as long as its limit at most, by the rules of a block', () => {
  // BIP158: 19 bits of remainder, a quotient of up to N × 784931 / 2^19 in unary over all items, and one bit to end each.
  const outputs = 1_000_000 / 10;
  const bits = outputs * (19 + 1 + 784_931 / 2 ** 19);
  expect(bits / 8 + 5).toBeLessThan(limits.FILTER_BYTES_MAX);
  expect(bits / 8 + 5).toBeGreaterThan(limits.FILTER_BYTES_MAX * 0.99);
});
