/**
 * What a stored chain says of itself that does not begin with genesis: the header that it begins with, and a table of the
 * segments above. Whatever is read, a tree can begin with it, and it is written again as it was.
 */
import { type ChainFamily, HeaderTree } from '@vision-light/protocol';
import { createBitcoinFamily } from '../../packages/protocol/src/families/bitcoin/bitcoin-family.js';
import {
  decodeBase,
  decodeTable,
  encodeBase,
  encodeTable,
  noSegments,
} from '../../packages/protocol/src/headers/storage/chain-records.js';
import {
  chainLayout,
  heightBefore,
  segmentOf,
} from '../../packages/protocol/src/headers/storage/stored-chain.js';
import { genesisBase, type TreeBase } from '../../packages/protocol/src/tree/tree-base.js';
import { easyBatch, easyNetwork } from '../sim/bitcoin-chain.js';
import { VisionChain, visionSim } from '../sim/vision-chain.js';
import type { FuzzTarget } from './fuzz-target.js';

/** Few, so that the window of a base is short. */
const SEGMENT_HEADERS = 3;
/** Heights of the header that a chain begins with, and of a later one that segments are counted from. */
const BASE = 14;
const START = 17;
const layout = chainLayout(START, SEGMENT_HEADERS);
/** No table has room for as many segments as there are below it. */
const FAR = 2 ** 45 + BASE;

function expectSame(again: Uint8Array, input: Uint8Array): void {
  if (Buffer.compare(again, input) !== 0) throw new Error('encoded again it is another');
}

function baseTarget(family: ChainFamily, base: TreeBase): FuzzTarget {
  return {
    name: `what a stored chain of ${family.name} begins with`,
    weight: 1,
    samples: [
      encodeBase(layout, base),
      encodeBase({ ...layout, start: BASE + 1000 * SEGMENT_HEADERS }, base),
      encodeBase(layout, genesisBase(family)),
      encodeBase({ ...layout, start: FAR }, { ...base, height: FAR }),
    ],
    check(input) {
      const stored = decodeBase(family, layout, input);
      if (stored === undefined) return;
      const counted = { ...layout, start: stored.start };
      expectSame(encodeBase(counted, stored.base), input);
      const tree = new HeaderTree(family, { base: stored.base });
      expectSame(tree.baseAt(stored.base.height).hash, stored.base.hash);
      const lowest = noSegments(counted, stored.base.height).length;
      if (heightBefore(counted, lowest) !== stored.base.height)
        throw new Error(`segment ${lowest} is elsewhere`);
    },
  };
}

const entry = { lastHash: new Uint8Array(32).fill(7), chainwork: 2n ** 70n, digest: 0xdead_beef };
const below = noSegments(layout, BASE);

const tables: FuzzTarget = {
  name: 'tables of segments above a checkpoint',
  weight: 1,
  samples: [
    encodeTable(layout, below),
    encodeTable(layout, [...below, entry]),
    encodeTable(layout, [...below, entry, { ...entry, chainwork: 0n }]),
  ],
  check(input) {
    const table = decodeTable(layout, input, BASE);
    if (table === undefined) return;
    expectSame(encodeTable(layout, table), input);
    if (table.findIndex((each) => each !== undefined) > segmentOf(layout, BASE + 1))
      throw new Error('the lowest segment is missing');
  },
};

/** The header at {@link BASE} of a Bitcoin chain, and those that the rules look at. */
function bitcoinBase(): [ChainFamily, TreeBase] {
  const params = easyNetwork();
  const family = createBitcoinFamily(params);
  const { records, hashes } = easyBatch(
    params,
    Array.from({ length: BASE }, (_, i) => ({ time: 1_300_000_000 + 600 * (i + 1) })),
  );
  const tree = new HeaderTree(family);
  for (let i = 0; i < BASE; i++)
    tree.insertChecked(records.subarray(80 * i, 80 * i + 80), hashes.subarray(32 * i, 32 * i + 32), tree.tip);
  return [family, tree.baseAt(BASE)];
}

function visionBase(): [ChainFamily, TreeBase] {
  const chain = new VisionChain();
  chain.mine({ count: 2 });
  return [visionSim, chain.tree.baseAt(2)];
}

/** All of them. */
export const baseTargets: readonly FuzzTarget[] = [
  baseTarget(...bitcoinBase()),
  baseTarget(...visionBase()),
  tables,
];
