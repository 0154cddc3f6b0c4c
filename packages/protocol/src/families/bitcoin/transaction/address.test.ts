import { describe, expect, it } from 'vitest';
import { scriptOfAddress } from './address.js';

const prefixes = ['mainnet', 'testnet3', 'testnet4', 'signet', 'regtest'].map((name) => `bitcoin-${name}`);
const [mainnet = '', ...others] = prefixes;
/** The networks that write their addresses of witness programs alike. */
const testnets = others.filter((name) => name !== 'bitcoin-regtest');
const regtest = ['bitcoin-regtest'];

/** Addresses that are read on some networks and on no other. */
const valid: readonly (readonly [readonly string[], string, string])[] = [
  // BIP350, "Test vectors for v0-v16 native segregated witness addresses".
  [[mainnet], 'BC1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KV8F3T4', '0014751e76e8199196d454941c45d1b3a323f1433bd6'],
  [
    testnets,
    'tb1qrp33g0q5c5txsp9arysrx4k6zdkfs4nce4xj0gdcccefvpysxf3q0sl5k7',
    '00201863143c14c5166804bd19203356da136c985678cd4d27a1b8c6329604903262',
  ],
  [
    [mainnet],
    'bc1pw508d6qejxtdg4y5r3zarvary0c5xw7kw508d6qejxtdg4y5r3zarvary0c5xw7kt5nd6y',
    '5128751e76e8199196d454941c45d1b3a323f1433bd6751e76e8199196d454941c45d1b3a323f1433bd6',
  ],
  [[mainnet], 'BC1SW50QGDZ25J', '6002751e'],
  [[mainnet], 'bc1zw508d6qejxtdg4y5r3zarvaryvaxxpcs', '5210751e76e8199196d454941c45d1b3a323'],
  [
    testnets,
    'tb1qqqqqp399et2xygdj5xreqhjjvcmzhxw4aywxecjdzew6hylgvsesrxh6hy',
    '0020000000c4a5cad46221b2a187905e5266362b99d5e91c6ce24d165dab93e86433',
  ],
  [
    testnets,
    'tb1pqqqqp399et2xygdj5xreqhjjvcmzhxw4aywxecjdzew6hylgvsesf3hn0c',
    '5120000000c4a5cad46221b2a187905e5266362b99d5e91c6ce24d165dab93e86433',
  ],
  [
    [mainnet],
    'bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0',
    '512079be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798',
  ],
  // BIP173, "Examples".
  [
    [mainnet],
    'bc1qrp33g0q5c5txsp9arysrx4k6zdkfs4nce4xj0gdcccefvpysxf3qccfmv3',
    '00201863143c14c5166804bd19203356da136c985678cd4d27a1b8c6329604903262',
  ],
  [testnets, 'tb1qw508d6qejxtdg4y5r3zarvary0c5xw7kxpjzsx', '0014751e76e8199196d454941c45d1b3a323f1433bd6'],
  // Those that Bitcoin Core reads, `key_io_valid.json`, some of each kind and network.
  [[mainnet], 'bc1z2rksukkjr8', '520250ed'],
  [testnets, 'tb1rgv5m6uvdk3kc7qsuz0c79v88ycr5w4wa', '53104329bd718db46d8f021c13f1e2b0e726'],
  [testnets, 'tb1q3vya2h5435jkugq2few7dmktlrwq4ejmfaw7kr', '00148b09d55e958d256e200a4e5de6eecbf8dc0ae65b'],
  [regtest, 'bcrt1qdavt4j2sd7dlhqsavtnfxvzppw6k7qy97tmnu9', '00146f58bac9506f9bfb821d62e69330410bb56f0085'],
  [
    regtest,
    'bcrt1qan8gntac7z7me2ejt4hpru42ad2f759fmy0m3ejvs98656znv7eqga4uhv',
    '0020ecce89afb8f0bdbcab325d6e11f2aaeb549f50a9d91fb8e64c814faa685367b2',
  ],
  [
    regtest,
    'bcrt1pfwxjqvtt4tcxrtdluukfmy2dv7xd2qzdfy6kajv5nwn4yam3wxkq3553uh',
    '51204b8d20316baaf061adbfe72c9d914d678cd5004d49356ec9949ba752777171ac',
  ],
  [
    regtest,
    'bcrt1sx6p8njlx7h9mc2agz4yg82dzne23050ncq72cneeecez2pst8mahn8xecsf8g6hzx94420',
    '6028368279cbe6f5cbbc2ba8154883a9a29e5517d1f3c03cac4f39ce3225060b3efb799cd9c412746ae2',
  ],
  [[mainnet], '1FsSia9rv4NeEwvJ2GvXrX7LyxYspbN2mo', '76a914a31c06bd463e3923bc1aadbde48b16976c08071788ac'],
  [[mainnet], '36j4NfKv6Akva9amjWrLG6MuSQym1GuEmm', 'a914373b819a068f32b7a6b38b6b38729647cfde01c287'],
  [others, 'mzK2FFDEhxqHcmrJw1ysqFkVyhUULo45hZ', '76a914ce28b26c57472737f5c3561a1761185bd8589a4388ac'],
  [others, '2NC2hEhe28ULKAJkW5MjZ3jtTMJdvXmByvK', 'a914ce0bba75891ff9ec60148d4bd4a09ee2dc5c933187'],
  [others, 'mww4LvqtTMKvmeQvizPz2EQv26xTneWrbg', '76a914b4110ba93ac54afc14da3bdd19614774a2d55d2988ac'],
  [others, '2MxFajLApXpYk4VodBSZSt7rw8y4ryABkfA', 'a91436e9f191e0b75036a77f65e2eaa4752443233fbe87'],
  // Of the genesis block, and of hashes that begin with zeros and are zero.
  [[mainnet], '1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa', '76a91462e907b15cbf27d5425399ebf6f0fb50ebb88f1888ac'],
  [others, 'mfhE6jAUwjUDNZhaX1PAsDTKfneQF2Nshc', '76a91401f15a4cc063dae4f4d56b89bfbc8bcc9ae5387c88ac'],
  [[mainnet], '1111111111111111111114oLvT2', `76a914${'00'.repeat(20)}88ac`],
];

describe('an address', () => {
  it.each(valid)('of %j: %s', (networks, address, script) => {
    const isWitness = !/^(?:76|a9)/.test(script);
    for (const network of prefixes) {
      const expected = networks.includes(network) ? script : undefined;
      expect(scriptOfAddress(address, network), network).toBe(expected);
      const flipped = address === address.toLowerCase() ? address.toUpperCase() : address.toLowerCase();
      expect(scriptOfAddress(flipped, network), flipped).toBe(isWitness ? expected : undefined);
    }
  });

  it.each(valid)('is none with any other character: %j %s', ([network = ''], address) => {
    for (let at = 0; at < address.length; at++) {
      for (const other of ['q', 'Q', '2', 'b', '0', ' ', 'é']) {
        const changed = address.slice(0, at) + other + address.slice(at + 1);
        const isSame = changed === address;
        expect(scriptOfAddress(changed, network) === undefined, changed).toBe(!isSame);
      }
    }
  });
});

describe('is none on any network', () => {
  it.each([
    // BIP350.
    'tc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vq5zuyut',
    'bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqh2y7hd',
    'tb1z0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqglt7rf',
    'BC1S0XLXVLHEMJA6C4DQV22UAPCTQUPFHLXM9H8Z3K2E72Q4K9HCZ7VQ54WELL',
    'bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kemeawh',
    'tb1q0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vq24jc47',
    'bc1p38j9r5y49hruaue7wxjce0updqjuyyx0kh56v8s25huc6995vvpql3jow4',
    'BC130XLXVLHEMJA6C4DQV22UAPCTQUPFHLXM9H8Z3K2E72Q4K9HCZ7VQ7ZWS8R',
    'bc1pw5dgrnzv',
    'bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7v8n0nx0muaewav253zgeav',
    'BC1QR508D6QEJXTDG4Y5R3ZARVARYV98GJ9P',
    'tb1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vq47Zagq',
    'bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7v07qwwzcrf',
    'tb1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vpggkg4j',
    'bc1gmk9yu',
    // Texts in the codes of BIP173 and BIP350 that are no addresses, some of them in no code.
    'A12UEL5L',
    'A1LQFN3A',
    'abcdef1l7aum6echk45nj3s0wdvt2fg8x9yrzpqzd3ryx',
    '11llllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllludsr8',
    '?1v759aa',
    '\u{20}1xj0phk',
    '\u{7f}1g6xzxy',
    '\u{80}1vctc34',
    'an84characterslonghumanreadablepartthatcontainsthetheexcludedcharactersbioandnumber11d6pts4',
    'qyrz8wqd2c9m',
    '1qyrz8wqd2c9m',
    'in1muywd',
    'M1VUXWEZ',
    '16plkw9',
    // BIP173.
    'tc1qw508d6qejxtdg4y5r3zarvary0c5xw7kg3g4ty',
    'bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t5',
    'bc1rw5uspcuh',
    'tb1qrp33g0q5c5txsp9arysrx4k6zdkfs4nce4xj0gdcccefvpysxf3q0sL5k7',
    'bc1zw508d6qejxtdg4y5r3zarvaryvqyzf3du',
    'tb1qrp33g0q5c5txsp9arysrx4k6zdkfs4nce4xj0gdcccefvpysxf3pjxtptv',
    // Those that Bitcoin Core refuses, `key_io_invalid.json`, and private keys of `key_io_valid.json`.
    '',
    'x',
    '37G2kMDLpmWVhimxRdzwNfE8JFvWXnJYnVcXeeGrek2qumdJuK7XArcVVpRtLLjRra3t64BEPF2',
    'bcrt1r2qxpwuge',
    'bcrt1q888ryfgxpvl0k7vum8zpyar2u2sexvdhkf38ue37yknmqq0ycrwpl3w48y',
    '2UVPFpGYnLHJezFzjUo42our6PMEoozzRdM',
    '2MygHQjE1U33q3LSC53p69YqFjP8PihumJAF',
    'KzNbAQ4mexfAxa6RKBzHQqfoTycaeWpv2p',
    '2jDPrDfAKihCGPbPD9ztY8TswAia4V8Bc6vx',
    '5JuW2AMDYu4xVwRG9DZW18VbzQrGcd5RCgb99sS6ehJsNQXu5b9',
    'cPisAUdLvqqAr6MYtXnrWvgvyUAwuNyuTvZkDGw6miPhZdaiSDNH',
    // A zero too many, and one too few.
    '11A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa',
    '111111111111111111114oLvT2',
    '1'.repeat(34),
    'z'.repeat(91),
    '1'.repeat(100_000),
  ])('%j', (text) => {
    for (const network of prefixes) expect(scriptOfAddress(text, network), network).toBeUndefined();
  });
});
