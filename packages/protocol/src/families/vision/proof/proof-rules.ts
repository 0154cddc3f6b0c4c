/**
 * What proofs rest on in Vision: BLAKE3 of a transaction's text without its signature (docs/chains/vision.md §1), under the
 * `tx_root` of a header. So a proof shows what was signed, and not the signature: its bytes are that text.
 *
 * On the devnet the root commits to the number of leaves, and a leaf cannot pass for a node (docs/chains/vision-devnet.md
 * §7). On the mainnet (docs/chains/vision.md §6, §12.7, §14)
 * - a leaf cannot pass for a node either, since no transaction's text has 64 bytes: the names of its members alone have more;
 * - the number of leaves is not committed, so the last leaf has to show it;
 * - a block without transactions repeats its parent's root, so a header proves something only beside its parent;
 * - two headers can have one digest, so links between headers prove nothing.
 */
import { Blake3, blake3 } from '../../../bytes/blake3.js';
import { areEqual } from '../../../bytes/compare-bytes.js';
import { writeU32 } from '../../../bytes/integers.js';
import { decodeUtf8 } from '../../../bytes/utf8.js';
import type { MerkleTree, ProofRules } from '../../../chain/proof-rules.js';
import { bodyTransactionsMax } from '../block/body-codec.js';
import { EpochSeeds } from '../header/epoch-seed.js';
import { powInputOf } from '../header/pow-input.js';
import { digestOf, offsets } from '../header/record.js';
import type { VisionParams } from '../network-params.js';
import { visionXOf } from './visionx-halves.js';

/** A domain, a count and a hash, or two hashes. */
const hasher = new Blake3(1 + 2 * 32);

/** BLAKE3 of one part after another. */
function hashOf(...parts: readonly Uint8Array[]): Uint8Array {
  let length = 0;
  for (const part of parts) {
    hasher.input.set(part, length);
    length += part.length;
  }
  const hash = new Uint8Array(32);
  hasher.digestInto(length, hash, 0);
  return hash;
}

/** No byte of an encoded transaction becomes more than six of its text, which has some 300 besides. */
const committedBytesMax = 6 * 64 * 1024 + 512;

const string = '"(?:[^"\\\\]|\\\\.)*"';
const integer = '(?:0|[1-9][0-9]*)';
const listOf = (item: string): string => `\\[(?:${item}(?:,${item})*)?\\]`;
/** The text of a transaction with an empty signature: its members in their order, and nothing between them. */
const signedText = new RegExp(
  `^\\{"nonce":${integer},"sender_pubkey":${string},"access_list":${listOf(string)},"module":${string},` +
    `"method":${string},"args":${listOf(integer)},"tip":${integer},"fee_limit":${integer},"sig":"",` +
    `"max_priority_fee_per_gas":${integer},"max_fee_per_gas":${integer}\\}$`,
);

function isSignedText(text: Uint8Array): boolean {
  return signedText.test(decodeUtf8(text) ?? '');
}

const leafDomain = Uint8Array.of(0);
const nodeDomain = Uint8Array.of(1);
const rootDomain = Uint8Array.of(2);

/** The tree of the mainnet. */
const mainnetTree: MerkleTree = {
  isCountCommitted: false,
  leavesMax: bodyTransactionsMax,
  leaf: (id) => id,
  join: (left, right) => hashOf(left, right),
  single: (node) => hashOf(node, node),
  root: (top) => top,
};

/** The tree of the devnet and of custom networks. */
const devnetTree: MerkleTree = {
  isCountCommitted: true,
  leavesMax: bodyTransactionsMax,
  leaf: (id) => hashOf(leafDomain, id),
  join: (left, right) => hashOf(nodeDomain, left, right),
  single: (node) => node,
  root(top, count) {
    const size = new Uint8Array(4);
    writeU32(size, 0, count);
    return hashOf(rootDomain, size, top);
  },
};

/** The rules of proofs of a Vision network. Memory: as {@link EpochSeeds}. */
export function proofRules(params: VisionParams): ProofRules {
  const isMainnet = params.rules === 'mainnet';
  const seeds = new EpochSeeds(params.seedName);
  return {
    tree: isMainnet ? mainnetTree : devnetTree,
    committedBytesMax,
    hasCoinbase: false,
    isRootRepeated: isMainnet,
    areLinksWeak: isMainnet,
    txRoot: (record) => record.subarray(offsets.txRoot, offsets.txRoot + 32),
    readCommitted: (text) =>
      isSignedText(text) ? { id: blake3(text), isCoinbase: false, isNodeSized: false } : undefined,
    isProven: (record, kernel = visionXOf) =>
      areEqual(kernel(params.visionx, powInputOf(params, seeds, record)), digestOf(record)),
  };
}
