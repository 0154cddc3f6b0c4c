/** The group `constants`: parameters of the Vision mainnet, and hashes over them. */
import { createHash } from 'node:crypto';
import { resolveNetwork } from '@vision-light/protocol';
import { blake3 } from '../../packages/protocol/src/bytes/blake3.js';
import {
  canonicalVisionX,
  visionMainnet,
} from '../../packages/protocol/src/families/vision/network-params.js';
import { assertSame } from './check.js';
import type { CaseChecks } from './primitive-groups.js';
import { toHex, type VectorCase } from './vector-case.js';

const genesisHash = toHex(resolveNetwork('vision-mainnet').genesis.hash);
const { datasetMb, scratchMb, mixIters, readsPerIter, writeEvery } = canonicalVisionX;
const { epochBlocks } = visionMainnet;
const paramsText = `v1:dataset_mb=${datasetMb}:scratch_mb=${scratchMb}:mix_iters=${mixIters}:reads_per_iter=${readsPerIter}:write_every=${writeEvery}:epoch_blocks=${epochBlocks}`;
// The last two describe the existing node's bootstrap checkpoint. Vision Light does not use them
// (docs/chains/vision.md §4.6).
const chainIdText = `Vision|chain_id_v=1|genesis=${genesisHash}|block_time_secs=2|bootstrap_ckpt_h=9|bootstrap_ckpt_hash=e5bddd1e4081d8021937c3bf04a3abb95d2e449770672e6c5c17235ee142a945`;

const texts: Readonly<Record<string, string>> = {
  genesis_hash: genesisHash,
  chain_id_material: chainIdText,
  chain_id_blake3: toHex(blake3(Buffer.from(chainIdText))),
  pow_params_fingerprint: paramsText,
  pow_params_hash_sha256: sha256Hex(paramsText),
  blake3_empty: toHex(blake3(new Uint8Array(0))),
  sha256_empty: sha256Hex(''),
};

function sha256Hex(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** What each constant must be, by name; the case is the whole group. */
export const constantChecks: CaseChecks = {
  canonical_params: (group) => {
    const given = group.object('canonical_params');
    const { visionx } = visionMainnet;
    const ours = {
      dataset_mb: visionx.datasetMb,
      scratch_mb: visionx.scratchMb,
      mix_iters: visionx.mixIters,
    };
    const rest = { reads_per_iter: readsPerIter, write_every: writeEvery, epoch_blocks: epochBlocks };
    for (const [name, value] of Object.entries({ ...ours, ...rest }))
      assertSame(name, value, given.count(name));
  },
  ...Object.fromEntries(
    Object.entries(texts).map(([name, text]) => [
      name,
      (group: VectorCase) => assertSame(name, text, group.text(name)),
    ]),
  ),
};
