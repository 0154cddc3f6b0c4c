/** Empty blocks under the rules of the devnet: their validity follows from their header alone (docs/chains/vision-devnet.md §7). */
import type { MiningRules } from '../../mining-rules.js';
import { EpochSeeds } from '../header/epoch-seed.js';
import { headerBytes } from '../header/header-bytes.js';
import { powInputOf } from '../header/pow-input.js';
import { difficultyOf, recordBytesOf, timeOf } from '../header/record.js';
import { meetsDifficulty } from '../header/target.js';
import type { VisionTerms } from '../network-terms.js';
import { createTemplate, minerBytes, sealTemplate } from './template.js';

/** The root of a block without transactions. */
const emptyRoot = new Uint8Array(32);

/** The nonce that is tried as number `index`. */
const nonceAt = (start: bigint, index: number): bigint => BigInt.asUintN(64, start + BigInt(index));

/** See `MiningRules`. Memory: the seeds of the last epochs (`EpochSeeds`). */
export function visionMiningRules(terms: VisionTerms): MiningRules {
  const seeds = new EpochSeeds(terms.seedName);
  const hashing = headerBytes(terms);
  return {
    recordBytes: recordBytesOf(terms.minerBytesMax),
    time: timeOf,
    checkMiner: (miner) => void minerBytes(terms, miner),
    createTemplate: (options) => createTemplate({ params: terms }, { ...options, txRoot: emptyRoot }),
    nonceJob(template, startNonce, count) {
      const input = powInputOf(terms, (epoch) => seeds.seed(epoch), template);
      const inputs = Array.from({ length: count }, (_, i) => ({ ...input, nonce: nonceAt(startNonce, i) }));
      return { algorithm: 'visionx', count, params: terms.visionx, inputs };
    },
    solve(template, startNonce, digests) {
      const difficulty = difficultyOf(template);
      for (let i = 0; i < digests.length / 32; i++) {
        const digest = digests.subarray(32 * i, 32 * (i + 1));
        if (!meetsDifficulty(digest, difficulty)) continue;
        const { record, hash } = sealTemplate(hashing, template, nonceAt(startNonce, i), digest);
        return { count: 1, records: record, hashes: hash };
      }
      return undefined;
    },
  };
}
