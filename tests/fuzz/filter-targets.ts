/** Compact filters, the blocks that they are held to, and addresses. */
import { ByteWriter, buildFilter, checkFilter, readFilter } from '@vision-light/protocol';
import { writeCompactSize } from '../../packages/protocol/src/families/bitcoin/block/transaction-rules.js';
import { readParts } from '../../packages/protocol/src/families/bitcoin/filter/block-parts.js';
import { encodeAscending } from '../../packages/protocol/src/families/bitcoin/filter/golomb-rice.js';
import { spentScript } from '../../packages/protocol/src/families/bitcoin/filter/spent-script.js';
import { scriptOfAddress } from '../../packages/protocol/src/families/bitcoin/transaction/address.js';
import { parseTransactions } from '../../packages/protocol/src/families/bitcoin/transaction/transaction.js';
import { bitcoinBlocks } from './bitcoin-blocks.js';
import type { FuzzTarget } from './fuzz-target.js';

const blockHash = new Uint8Array(32).fill(6);
/** A filter of several items, and a block that has it and no other. */
const outputs = Array.from({ length: 12 }, (_, i) => Uint8Array.of(0x51, i));
const rewards = bodyOfRewards(outputs);
const rewardsFilter = buildFilter(rewards, [], blockHash);

/** A coinbase that pays to each script. */
function bodyOfRewards(scripts: readonly Uint8Array[]): Uint8Array {
  const nullOutpoint = [...new Uint8Array(32), 0xff, 0xff, 0xff, 0xff];
  const paid = scripts.flatMap((script) => [...new Uint8Array(8), script.length, ...script]);
  return Uint8Array.from([
    1,
    2,
    0,
    0,
    0,
    1,
    ...nullOutpoint,
    0,
    0,
    0,
    0,
    0,
    scripts.length,
    ...paid,
    0,
    0,
    0,
    0,
  ]);
}

const filters: FuzzTarget = {
  name: 'compact filters',
  weight: 1,
  samples: [
    Uint8Array.of(0),
    rewardsFilter,
    ...bitcoinBlocks.map(({ body }) => buildFilter(body, outputs, blockHash)),
  ],
  check(input) {
    const filter = readFilter(input);
    if (typeof filter === 'string') return;
    const writer = new ByteWriter();
    writeCompactSize(writer, filter.values.length);
    encodeAscending(writer, filter.values);
    if (Buffer.compare(writer.bytes(), input) !== 0) throw new Error('encoded again it is another');
    const { verdict, isDecided } = checkFilter(filter, blockHash, rewards);
    const isTrue = Buffer.compare(input, rewardsFilter) === 0;
    if ((verdict === 'consistent') !== isTrue || !isDecided) throw new Error(`it is said to be ${verdict}`);
  },
};

const filteredBlocks: FuzzTarget = {
  name: 'blocks that filters are held to',
  weight: 1,
  samples: bitcoinBlocks.map(({ body }) => body),
  check(input) {
    if (parseTransactions(input) === undefined) return;
    const inputs = readParts(input).flatMap((parts) => parts.inputs);
    const shown = inputs.flatMap((each) => spentScript(each)?.script ?? []);
    const filter = readFilter(buildFilter(input, shown, blockHash));
    if (typeof filter === 'string') throw new Error(`its filter is refused: ${filter}`);
    const { verdict } = checkFilter(filter, blockHash, input);
    if (verdict !== 'consistent') throw new Error(`its own filter is said to be ${verdict}`);
  },
};

const networks = ['bitcoin-mainnet', 'bitcoin-testnet4', 'bitcoin-regtest'];
const [mainnet = '', testnet4 = '', regtest = ''] = networks;
/** Addresses, and the networks that read them. */
const known: ReadonlyMap<string, readonly string[]> = new Map([
  ['1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa', [mainnet]],
  ['mww4LvqtTMKvmeQvizPz2EQv26xTneWrbg', [testnet4, regtest]],
  ['2NC2hEhe28ULKAJkW5MjZ3jtTMJdvXmByvK', [testnet4, regtest]],
  ['bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4', [mainnet]],
  ['BC1SW50QGDZ25J', [mainnet]],
  ['tb1pqqqqp399et2xygdj5xreqhjjvcmzhxw4aywxecjdzew6hylgvsesf3hn0c', [testnet4]],
  ['bcrt1qan8gntac7z7me2ejt4hpru42ad2f759fmy0m3ejvs98656znv7eqga4uhv', [regtest]],
]);

const addresses: FuzzTarget = {
  name: 'addresses of Bitcoin',
  weight: 1,
  samples: [...known.keys()].map((address) => Buffer.from(address)),
  check(input) {
    const text = Buffer.from(input).toString('utf8');
    // A changed one passes its checksum once in 2^30 times.
    const isKnown = (network: string): boolean => known.get(text)?.includes(network) === true;
    for (const network of networks) {
      const script = scriptOfAddress(text, network);
      if ((script !== undefined) !== isKnown(network)) throw new Error(`on ${network}: ${script}`);
    }
  },
};

/** All of them. */
export const filterTargets: readonly FuzzTarget[] = [filters, filteredBlocks, addresses];
