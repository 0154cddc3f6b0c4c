import { describe, expect, it } from 'vitest';
import { resolveNetwork } from '../../networks.js';
import { scriptOfAddress } from './address.js';

const mainnet = resolveNetwork('bitcoin-mainnet');

describe('an address', () => {
  // BIP173 and BIP350, "Test vectors"; the older ones are those of the genesis block and of BIP16.
  it.each([
    [
      'bitcoin-mainnet',
      'BC1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KV8F3T4',
      '0014751e76e8199196d454941c45d1b3a323f1433bd6',
    ],
    [
      'bitcoin-testnet4',
      'tb1qrp33g0q5c5txsp9arysrx4k6zdkfs4nce4xj0gdcccefvpysxf3q0sl5k7',
      '00201863143c14c5166804bd19203356da136c985678cd4d27a1b8c6329604903262',
    ],
    [
      'bitcoin-mainnet',
      'bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0',
      '512079be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798',
    ],
    ['bitcoin-mainnet', 'BC1SW50QGDZ25J', '6002751e'],
    [
      'bitcoin-mainnet',
      '1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa',
      '76a91462e907b15cbf27d5425399ebf6f0fb50ebb88f1888ac',
    ],
    [
      'bitcoin-mainnet',
      '3P14159f73E4gFr7JterCCQh9QjiTjiZrG',
      'a914e9c3dd0c07aac76179ebc76a6c78d4d67c6c160a87',
    ],
  ])('of %s is a script: %s', (network, address, script) => {
    expect(scriptOfAddress(address, network)).toBe(script);
  });

  it.each([
    ['of another network', 'tb1qw508d6qejxtdg4y5r3zarvary0c5xw7kxpjzsx'],
    ['in both cases', 'bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kV8f3t4'],
    ['with a wrong digit', 'bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t5'],
    [
      'of version 1 with the checksum of version 0',
      'bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqh2y7hd',
    ],
    [
      'of version 0 with the checksum of others',
      'BC1S0XLXVLHEMJA6C4DQV22UAPCTQUPFHLXM9H8Z3K2E72Q4K9HCZ7VQ54WELL',
    ],
    ['of version 0 with 16 bytes', 'BC1QR508D6QEJXTDG4Y5R3ZARVARYV98GJ9P'],
    ['with padding that is not zero', 'bc1zw508d6qejxtdg4y5r3zarvaryvqyzf3du'],
    ['with nothing after the prefix', 'bc1gmk9yu'],
    ['with a zero too many', '11A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa'],
    ['with a wrong digit', '1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNb'],
    ['of a test network', 'mipcBbFg9gMiCh81Kj8tqqdgoZub1ZJRfn'],
    ['that is longer than any', 'z'.repeat(91)],
    ['that is empty', ''],
  ])('%s is none', (_what, address) => {
    expect(scriptOfAddress(address, 'bitcoin-mainnet')).toBeUndefined();
    expect(mainnet.addressName(address)).toBeUndefined();
  });

  it('may be a script in hex', () => {
    expect(mainnet.addressName('76A914AB')).toBe('76a914ab');
    expect(mainnet.addressName('76a')).toBeUndefined();
    expect(mainnet.addressName('ab'.repeat(10_001))).toBeUndefined();
  });
});
