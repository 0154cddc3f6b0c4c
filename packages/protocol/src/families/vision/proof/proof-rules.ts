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
import { blake3 } from '../../../bytes/blake3.js';
import { areEqual } from '../../../bytes/compare-bytes.js';
import { writeU32 } from '../../../bytes/integers.js';
import { isUtf8 } from '../../../bytes/utf8.js';
import type { MerkleTree, ProofRules, VisionXKernel } from '../../../chain/proof/proof-rules.js';
import { bodyTransactionsMax } from '../block/body-codec.js';
import { epochSeed } from '../header/epoch-seed.js';
import { powInputOf } from '../header/pow-input.js';
import { digestOf, offsets } from '../header/record.js';
import type { VisionTerms } from '../network-terms.js';
import { visionXOf } from './visionx-halves.js';

/** BLAKE3 of one part after another, at most a domain and two hashes. */
function hashOf(...parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(1 + 2 * 32);
  let length = 0;
  for (const part of parts) {
    bytes.set(part, length);
    length += part.length;
  }
  return blake3(bytes.subarray(0, length));
}

/** No byte of an encoded transaction becomes more than six of its text, which has some 300 besides. */
const committedBytesMax = 6 * 64 * 1024 + 512;

/** The members of a transaction's text, in their order (docs/chains/vision.md §1). */
const members =
  'nonce,sender_pubkey,access_list,module,method,args,tip,fee_limit,sig,max_priority_fee_per_gas,max_fee_per_gas';

/** Whether bytes are the text of a transaction with an empty signature. */
function isSignedText(bytes: Uint8Array): boolean {
  // Bytes for characters: JSON looks at ASCII alone.
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  try {
    const value: unknown = JSON.parse(text);
    return isUtf8(bytes) && hasSignature(value) && value.sig === '' && Object.keys(value).join() === members;
  } catch {
    return false;
  }
}

function hasSignature(value: unknown): value is { readonly sig: unknown } {
  return typeof value === 'object' && value !== null && 'sig' in value;
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

/** The rules of proofs of a Vision network. */
export function proofRules(params: VisionTerms): ProofRules {
  const isMainnet = params.rules === 'mainnet';
  return {
    tree: isMainnet ? mainnetTree : devnetTree,
    committedBytesMax,
    hasCoinbase: false,
    txRoot: (record) => record.subarray(offsets.txRoot, offsets.txRoot + 32),
    readCommitted: (text) =>
      isSignedText(text) ? { id: blake3(text), isCoinbase: false, isNodeSized: false } : undefined,
    isProven: (record, kernel: VisionXKernel | undefined = visionXOf) =>
      kernel &&
      areEqual(
        kernel(
          params.visionx,
          powInputOf(params, (epoch) => epochSeed(params.seedName, epoch), record),
        ),
        digestOf(record),
      ),
  };
}
