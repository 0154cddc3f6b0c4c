/**
 * What each network that ships with the code holds branches of little work to (`headers/presync`). None of it is a rule of
 * a chain, so it stands apart from the parameters that the network id commits to.
 *
 * Chainwork: `nMinimumChainWork` of Bitcoin Core 28, the work of its chains up to a header of 2024. Existing Vision nodes
 * know no such bound, and a network of one's own begins with nothing. Sizes: as `npm run presync-params` computes them.
 */
import type { ChainFamily, PresyncParams } from '../chain/chain-family.js';

const bitcoin = { answerHeaders: 2000, headersPerSecondMax: 6 };
const vision = { minChainwork: 0n, answerHeaders: 100, headersPerSecondMax: 6 };

const mainnetSizes = { ...bitcoin, commitmentPeriod: 614, bufferHeaders: 15_259 };
const devnet: PresyncParams = { ...vision, commitmentPeriod: 133, bufferHeaders: 3_270 };

/** By the name of the network. */
export const presyncParams: Readonly<Record<string, PresyncParams>> = {
  'bitcoin-mainnet': { ...mainnetSizes, minChainwork: 0x88e186b70e0862c193ec44d6n },
  'bitcoin-testnet3': {
    ...bitcoin,
    minChainwork: 0xf209695166be8b61fa9n,
    commitmentPeriod: 602,
    bufferHeaders: 13_895,
  },
  'bitcoin-testnet4': {
    ...bitcoin,
    minChainwork: 0x5faa15d02e6202f3ban,
    commitmentPeriod: 275,
    bufferHeaders: 7_650,
  },
  'bitcoin-signet': {
    ...bitcoin,
    minChainwork: 0x25dbd66e58fn,
    commitmentPeriod: 384,
    bufferHeaders: 9_986,
  },
  'vision-devnet': devnet,
  'vision-mainnet': { ...vision, commitmentPeriod: 102, bufferHeaders: 2_499 },
};

const others: Readonly<Record<ChainFamily['family'], PresyncParams>> = {
  bitcoin: { ...mainnetSizes, minChainwork: 0n },
  vision: devnet,
};

/** @returns those of a network; of one's own and regtest: the sizes of the family's largest, and no least chainwork */
export function presyncParamsOf(family: ChainFamily['family'], name: string): PresyncParams {
  return Object.hasOwn(presyncParams, name) ? (presyncParams[name] ?? others[family]) : others[family];
}
