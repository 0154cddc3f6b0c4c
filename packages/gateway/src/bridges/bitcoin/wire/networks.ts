/** How Bitcoin's networks are told apart on the wire, and where their nodes are found first. @see Bitcoin Core 28, `kernel/chainparams.cpp` */

/** What a connection needs to know of its network. Genesis and rules are those of the core (`resolveNetwork`). */
export interface BitcoinNetwork {
  /** First 4 bytes of every message, as a little-endian number. */
  readonly magic: number;
  /** Where its full nodes listen unless they say otherwise. */
  readonly defaultPort: number;
  /** Host names that DNS answers with addresses of full nodes. What they answer is as little trusted as what a peer says. */
  readonly dnsSeeds: readonly string[];
}

/** By the names that the core gives them. */
export const bitcoinNetworks = {
  'bitcoin-mainnet': {
    magic: 0xd9b4bef9,
    defaultPort: 8333,
    dnsSeeds: [
      'seed.bitcoin.sipa.be',
      'dnsseed.bluematt.me',
      'dnsseed.bitcoin.dashjr-list-of-p2p-nodes.us',
      'seed.bitcoin.jonasschnelli.ch',
      'seed.btc.petertodd.net',
      'seed.bitcoin.sprovoost.nl',
      'dnsseed.emzy.de',
      'seed.bitcoin.wiz.biz',
      'seed.mainnet.achownodes.xyz',
    ],
  },
  'bitcoin-testnet3': {
    magic: 0x0709110b,
    defaultPort: 18333,
    dnsSeeds: [
      'testnet-seed.bitcoin.jonasschnelli.ch',
      'seed.tbtc.petertodd.net',
      'seed.testnet.bitcoin.sprovoost.nl',
      'testnet-seed.bluematt.me',
      'seed.testnet.achownodes.xyz',
    ],
  },
  'bitcoin-testnet4': {
    magic: 0x283f161c,
    defaultPort: 48333,
    dnsSeeds: ['seed.testnet4.bitcoin.sprovoost.nl', 'seed.testnet4.wiz.biz'],
  },
  'bitcoin-signet': {
    magic: 0x40cf030a,
    defaultPort: 38333,
    dnsSeeds: ['seed.signet.bitcoin.sprovoost.nl', 'seed.signet.achownodes.xyz'],
  },
  'bitcoin-regtest': { magic: 0xdab5bffa, defaultPort: 18444, dnsSeeds: [] },
} as const satisfies Record<string, BitcoinNetwork>;

/** A name of {@link bitcoinNetworks}. */
export type BitcoinNetworkName = keyof typeof bitcoinNetworks;

/** What a connection needs to know of a network; undefined if it is none of Bitcoin's. @param name  as the core has it */
export function bitcoinNetworkOf(name: string): BitcoinNetwork | undefined {
  return new Map<string, BitcoinNetwork>(Object.entries(bitcoinNetworks)).get(name);
}
