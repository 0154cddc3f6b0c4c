import type { ChainFamily } from '../../chain/chain-family.js';
import { createBitcoinFamily } from './bitcoin-family.js';
import { bitcoinParams } from './network-params.js';

/** The networks with Bitcoin's rules, by name. */
export const bitcoinNetworks = {
  'bitcoin-mainnet': (): ChainFamily => createBitcoinFamily(bitcoinParams.mainnet),
  'bitcoin-testnet3': (): ChainFamily => createBitcoinFamily(bitcoinParams.testnet3),
  'bitcoin-testnet4': (): ChainFamily => createBitcoinFamily(bitcoinParams.testnet4),
  'bitcoin-signet': (): ChainFamily => createBitcoinFamily(bitcoinParams.signet),
  'bitcoin-regtest': (): ChainFamily => createBitcoinFamily(bitcoinParams.regtest),
};
