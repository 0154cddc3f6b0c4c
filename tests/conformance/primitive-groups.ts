/** Vector groups that check one function each. */
import { datasetWord, expand256, foldSeed, splitmix64 } from '@vision-light/pow';
import { devnetMerkleRoot } from '@vision-light/protocol';
import { ArrayAncestry } from '../../packages/protocol/src/chain/array-ancestry.js';
import {
  followMainnetPath,
  mainnetMerklePath,
  mainnetMerkleRoot,
  receiptsRoot,
} from '../../packages/protocol/src/families/vision/block/merkle.js';
import { epochSeed } from '../../packages/protocol/src/families/vision/header/epoch-seed.js';
import { lwmaDifficulty } from '../../packages/protocol/src/families/vision/header/lwma.js';
import { nextProducerDifficulty } from '../../packages/protocol/src/families/vision/header/producer-rule.js';
import { encodeRecord } from '../../packages/protocol/src/families/vision/header/record.js';
import { isAtMost, targetHigh, targetOf } from '../../packages/protocol/src/families/vision/header/target.js';
import {
  canonicalVisionX,
  visionDevnet,
} from '../../packages/protocol/src/families/vision/network-params.js';
import { assertSame } from './check.js';
import { toHex, type VectorCase } from './vector-case.js';
import { visionXDigest, visionXParamsOf } from './visionx-kernels.js';

/** What to do with each case of a group. */
export type CaseChecks = Readonly<Record<string, (vector: VectorCase) => void>>;

/** Groups of `vision-vectors.json` and `vision-devnet-vectors.json` by name. */
export const primitiveGroups: CaseChecks = {
  epoch_seed: (vector) => {
    const seed = epochSeed(
      vector.text('chain_id'),
      vector.integer('epoch'),
      vector.bytes('genesis_pow_hash'),
    );
    assertSame('seed', toHex(seed), vector.text('seed'));
  },

  splitmix64: (vector) => {
    const seed = vector.integer('seed');
    vector.integers('first8').forEach((word, i) => {
      assertSame(`output ${i}`, splitmix64(seed, BigInt(i)), word);
    });
  },

  fold_seed_and_dataset: (vector) => {
    const seed = vector.bytes('prev_hash32');
    const epoch = vector.integer('epoch');
    assertSame('fold_seed', foldSeed(seed, epoch), vector.integer('fold_seed'));
    for (const word of vector.cases('dataset_words')) {
      const index = word.integer('i');
      assertSame(`word ${index}`, datasetWord(seed, epoch, index), word.integer('word'));
    }
  },

  expand_256: (vector) => {
    assertSame('out', toHex(expand256(vector.integer('a'), vector.integer('b'))), vector.text('out'));
  },

  visionx_small: (vector) => checkDigest(vector, visionXParamsOf(vector.object('params'))),
  visionx_canonical: (vector) => checkDigest(vector, canonicalVisionX),

  u256_from_difficulty: (vector) => {
    const difficulty = vector.integer('difficulty');
    assertSame('target', toHex(targetOf(difficulty)), vector.text('target'));
    assertSame('target_hi', targetHigh(difficulty), vector.integer('target_hi'));
  },

  u256_leq: (vector) => {
    assertSame('leq', isAtMost(vector.bytes('a'), vector.bytes('b')), vector.flag('leq'));
  },

  difficulty: (vector) => {
    const times = vector.counts('timestamps');
    for (const rule of vector.cases('producer_rule')) {
      const last = rule.integer('last_difficulty');
      assertSame(
        `next after ${last}`,
        nextProducerDifficulty(times.length, times, last),
        rule.integer('next'),
      );
    }
  },

  merkle: (vector) => {
    const leaves = vector.byteStrings('leaves');
    const root = toHex(mainnetMerkleRoot(leaves));
    assertSame('tx_root', root, vector.text('tx_root'));
    const succeeded = vector.counts('receipt_status').map((status) => status !== 0);
    assertSame('receipts_root', toHex(receiptsRoot(leaves, succeeded)), vector.text('receipts_root'));
    const paths = vector.list('paths');
    assertSame('number of paths', paths.length, leaves.length);
    leaves.forEach((leaf, index) => {
      const path = mainnetMerklePath(leaves, index);
      const json = path.map((step) => ({ hash: toHex(step.hash), sibling_is: step.siblingIs }));
      assertSame(`path ${index}`, JSON.stringify(json), JSON.stringify(paths[index]));
      assertSame(`end of path ${index}`, toHex(followMainnetPath(leaf, path)), root);
    });
  },

  devnet_merkle: (vector) => {
    assertSame('tx_root', toHex(devnetMerkleRoot(vector.byteStrings('tx_hashes'))), vector.text('tx_root'));
  },

  devnet_lwma: (vector) => {
    const times = vector.integers('timestamps');
    const difficulties = vector.integers('difficulties');
    assertSame('number of difficulties', difficulties.length, times.length);
    const records = times.map((timestamp, i) => blankRecord(timestamp, difficulties[i] ?? 0n));
    const ancestry = new ArrayAncestry(
      (record) => Number(new DataView(record.buffer).getBigUint64(40, true)),
      0,
      records,
    );
    assertSame('next', lwmaDifficulty(ancestry, visionDevnet.targetSpacingS), vector.integer('next'));
  },
};

function checkDigest(vector: VectorCase, params: typeof canonicalVisionX): void {
  const input = {
    message: vector.bytes('header_bytes'),
    nonce: vector.integer('nonce'),
    seed: vector.bytes('prev_hash32'),
    epoch: vector.integer('epoch'),
  };
  assertSame('digest', toHex(visionXDigest(params, input)), vector.text('digest'));
}

/** A header of which only the time and the difficulty mean anything. */
function blankRecord(timestamp: bigint, difficulty: bigint): Uint8Array {
  const zeros = new Uint8Array(32);
  const header = {
    parent: zeros,
    number: 0n,
    timestamp,
    difficulty,
    nonce: 0n,
    txRoot: zeros,
    digest: zeros,
  };
  return encodeRecord({ ...header, miner: new Uint8Array(0) }, visionDevnet.minerBytesMax) as Uint8Array;
}
