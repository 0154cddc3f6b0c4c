import { describe, expect, it } from 'vitest';
import { resolveNetwork } from '../../networks.js';

const mainnet = resolveNetwork('bitcoin-mainnet');

describe('what is watched', () => {
  it('may be an address of the network', () => {
    expect(mainnet.addressName('1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa')).toBe(
      '76a91462e907b15cbf27d5425399ebf6f0fb50ebb88f1888ac',
    );
    expect(mainnet.addressName('bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4')).toBe(
      '0014751e76e8199196d454941c45d1b3a323f1433bd6',
    );
    expect(mainnet.addressName('tb1qw508d6qejxtdg4y5r3zarvary0c5xw7kxpjzsx')).toBeUndefined();
    expect(mainnet.addressName('mipcBbFg9gMiCh81Kj8tqqdgoZub1ZJRfn')).toBeUndefined();
    expect(mainnet.addressName('')).toBeUndefined();
  });

  it('may be a script in hex', () => {
    expect(mainnet.addressName('76A914AB')).toBe('76a914ab');
    expect(mainnet.addressName('76a')).toBeUndefined();
    expect(mainnet.addressName('ab'.repeat(10_000))).toHaveLength(20_000);
    expect(mainnet.addressName('ab'.repeat(10_001))).toBeUndefined();
  });
});
