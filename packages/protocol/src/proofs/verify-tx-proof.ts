/**
 * Whether a proof holds: a function of the proof and of what the verifier knows, with no network, no clock and no state.
 * Everything in the proof is of whoever made it. It is checked in the order of what it costs: form, anchor, links and
 * rules, the Merkle tree, and last the proof of work of the headers above a checkpoint.
 *
 * What it says is that the miner of a block committed to a transaction, and how that block is tied to the anchor. It does
 * not say that the transaction did anything: nobody who checks headers can know that.
 *
 * Bounds: PROOF_BYTES_MAX bytes, PROOF_HEADERS_MAX headers, so as many hashes. With VisionX, which is dear, hashing ends at
 * the first false one: whoever makes a verifier compute has done as much work himself, but for one header.
 */

import { defined } from '../assert.js';
import { base64ToBytes } from '../bytes/base64.js';
import { ByteReader } from '../bytes/byte-reader.js';
import { areEqual } from '../bytes/compare-bytes.js';
import { bytesToHex, hexToBytes } from '../bytes/hex.js';
import { readU32 } from '../bytes/integers.js';
import type { Ancestry } from '../chain/chain-family.js';
import { partialRoot } from '../chain/proof/partial-tree.js';
import type { ProofFamily } from '../chain/proof/proof-family.js';
import type { VisionXKernel } from '../chain/proof/proof-rules.js';
import type { Checkpoint } from '../checkpoints/checkpoint.js';
import { hashLeaf, isUnderRoot, pathHashesOf } from '../checkpoints/header-commitment.js';
import type { CustomNetwork, NetworkName } from '../families/proof-families.js';
import { isSameNetwork, proofFamilyOf } from '../families/proof-families.js';
import { PROOF_HEADERS_MAX } from '../limits.js';
import { readProofBytes } from './proof-codec.js';
import {
  firstHeaderOf,
  type ProofNetwork,
  type ProofParts,
  type ProofRefusal,
  readTxProof,
  refused,
  shownTree,
  type TxProof,
} from './tx-proof.js';

/** A header that the verifier knows to be on the chain: its own node has verified it, or it trusts whoever says so. */
export interface KnownHeader {
  /** Name or description of its network. */
  readonly network: NetworkName | CustomNetwork;
  /** Number of headers below it. */
  readonly height: number;
  /** 64 lowercase hex digits (Bitcoin: display order). */
  readonly hash: string;
}

/** What a verifier may say beside. */
export interface VerifyOptions {
  /**
   * The time, Unix seconds: headers above a checkpoint that are too far ahead of it are refused. Without it any time goes,
   * as far as the rules of difficulty let it.
   */
  readonly now?: number;
  /**
   * Computes VisionX, which headers of Vision above a checkpoint need. `@vision-light/protocol/visionx` has one that takes
   * some 30 ms for each of them, and is built in here; `@vision-light/protocol/verify` has none.
   */
  readonly visionX?: VisionXKernel;
}

/** What a proof that holds says. */
export interface ProvenTx {
  /** It holds. */
  readonly ok: true;
  /** 64 lowercase hex digits (Bitcoin: display order). */
  readonly txid: string;
  /** The bytes that the id commits to, see `TxProof.tx`; undefined where only the id is known: then whoever holds the transaction has to compare. */
  readonly tx: Uint8Array | undefined;
  /** Of the transaction in its block, from 0. */
  readonly position: number;
  /** Transactions of the block; undefined where only the id is known, since then nothing shows it. */
  readonly count: number | undefined;
  /** Height of its block. */
  readonly height: number;
  /** 64 lowercase hex digits (Bitcoin: display order). */
  readonly blockHash: string;
  /** Of the block, Unix seconds. */
  readonly time: number;
  /** Blocks from this one to the anchor, or as many as the proof shows above a checkpoint. */
  readonly confirmations: number;
  /** Work of those headers from the block on that the proof shows: of the tie `root` that is the block alone. */
  readonly work: bigint;
}

/** What became of a verification. */
export type VerifyResult = ProvenTx | ProofRefusal;

/** The anchor, read. */
interface Anchor extends ProofNetwork, KnownHeader {
  /** 32 bytes, internal order. */
  readonly hashBytes: Uint8Array;
  readonly checkpoint: Checkpoint | undefined;
}

/** What the tie gives. Records of consecutive headers, of which `index` is the block's. */
interface Tied {
  readonly ok: true;
  readonly index: number;
  readonly confirmations: number;
  readonly parentRecord: Uint8Array | undefined;
  /** Whose proof of work is to be verified. */
  readonly unproven: readonly Uint8Array[];
}

/**
 * Verifies a proof, as JSON or in its binary form.
 *
 * @param anchor  the checkpoint that the proof was made for, or a header of that height
 * @returns what it says, or the code of what is wrong with it; nothing in a proof makes this throw
 * @throws {TypeError | RangeError} if the anchor is none
 */
export function verifyTxProof(
  proof: TxProof | Uint8Array,
  anchor: Checkpoint | KnownHeader,
  options: VerifyOptions = {},
): VerifyResult {
  const known = readAnchor(anchor);
  const read =
    proof instanceof Uint8Array
      ? readProofBytes(proof, (described) => (isSameNetwork(described, known.network) ? known : undefined))
      : readTxProof({ ...proof }, known);
  if (!read.ok) return read;
  const { parts } = read;
  const { family } = parts;
  if (parts.anchor !== known.height)
    return refused('PROOF_WRONG_ANCHOR', `height ${parts.anchor}, not ${known.height}`);
  const records = readHeaders(family, parts.headers);
  if (records === undefined) return refused('PROOF_MALFORMED', 'headers');
  const tied = tie(parts, records, known, options);
  if (!tied.ok) return tied;
  const record = records[tied.index];
  if (record === undefined) return refused('PROOF_MALFORMED', 'headers');
  const fault = merkleFault(parts, record, tied.parentRecord);
  if (fault !== undefined) return fault;
  for (const each of tied.unproven) {
    const isProven = family.isProven(each, options.visionX);
    if (!isProven) return refused(isProven === undefined ? 'PROOF_NEEDS_VISIONX' : 'PROOF_WORK_FALSE');
  }
  return {
    ok: true,
    txid: family.hashToHex(parts.id),
    tx: parts.tx?.slice(),
    position: parts.position,
    count: parts.tx && parts.count,
    height: parts.height,
    blockHash: family.hashToHex(family.headerHash(record)),
    time: family.time(record),
    confirmations: tied.confirmations,
    work: records.slice(tied.index).reduce((sum, each) => sum + family.work(each), 0n),
  };
}

function readAnchor(anchor: Checkpoint | KnownHeader): Anchor {
  if (typeof anchor !== 'object' || anchor === null)
    throw new TypeError(`anchor: must be a checkpoint or a header, got ${anchor}`);
  const { network, height, hash } = anchor;
  const family = proofFamilyOf(network);
  const hashBytes = typeof hash === 'string' ? family.hashFromHex(hash) : undefined;
  if (hashBytes === undefined) throw new TypeError('anchor.hash: must be 64 lowercase hex digits');
  if (!Number.isSafeInteger(height) || height < 0)
    throw new TypeError(`anchor.height: must be an integer of 0 or more, got ${height}`);
  return { network, height, hash, family, hashBytes, checkpoint: 'root' in anchor ? anchor : undefined };
}

/** Headers one after another; undefined if they are not whole, or too many. */
function readHeaders(family: ProofFamily, headers: Uint8Array): Uint8Array[] | undefined {
  const reader = new ByteReader(headers);
  const records: Uint8Array[] = [];
  while (reader.remaining > 0) {
    const record = records.length > PROOF_HEADERS_MAX ? undefined : family.readHeaderBytes(reader);
    if (record === undefined || reader.failed) return undefined;
    records.push(record);
  }
  return records;
}

function tie(
  parts: ProofParts,
  records: readonly Uint8Array[],
  anchor: Anchor,
  options: VerifyOptions,
): Tied | ProofRefusal {
  const { checkpoint } = anchor;
  if (parts.tie === 'links') return tieByLinks(parts, records, anchor);
  if (checkpoint === undefined) return refused('PROOF_NEEDS_CHECKPOINT');
  return parts.tie === 'root'
    ? tieToRoot(parts, records, checkpoint)
    : tieByWork(parts, records, checkpoint, anchor.hashBytes, options);
}

/** The headers are leaves under the root of the checkpoint: that of the block, and before it perhaps its parent's. */
function tieToRoot(
  parts: ProofParts,
  records: readonly Uint8Array[],
  checkpoint: Checkpoint,
): Tied | ProofRefusal {
  const { family, height, anchor, path } = parts;
  const first = firstHeaderOf(parts);
  const root = hexToBytes(checkpoint.root, 32);
  if (root === undefined || records.length !== height - first + 1)
    return refused('PROOF_MALFORMED', 'headers');
  let at = 0;
  for (const [i, record] of records.entries()) {
    const hashes = Array.from({ length: pathHashesOf(first + i, anchor + 1) }, () => {
      at += 32;
      return path.subarray(at - 32, at);
    });
    if (!isUnderRoot(hashLeaf(family.headerBytes(record)), first + i, anchor + 1, hashes, root))
      return refused('PROOF_NOT_TIED', `header ${first + i}`);
  }
  return {
    ok: true,
    index: height - first,
    confirmations: anchor - height + 1,
    parentRecord: height > first ? records[0] : undefined,
    unproven: [],
  };
}

/** Each header is the one that the next one names, and the last one is the anchor. */
function tieByLinks(
  { family, height, anchor }: ProofParts,
  records: readonly Uint8Array[],
  { hashBytes }: Anchor,
): Tied | ProofRefusal {
  if (family.areLinksWeak) return refused('PROOF_LINKS_WEAK');
  if (records.length !== anchor - height + 1) return refused('PROOF_MALFORMED', 'headers');
  let expected = hashBytes;
  for (const record of records.toReversed()) {
    if (!areEqual(family.headerHash(record), expected)) return refused('PROOF_NOT_TIED');
    expected = family.parent(record);
  }
  return { ok: true, index: 0, confirmations: records.length, parentRecord: undefined, unproven: [] };
}

/** The headers that the rules look at, up to that of the checkpoint. @throws {TypeError} if that is not what the window holds */
function windowOf(family: ProofFamily, checkpoint: Checkpoint): readonly Uint8Array[] {
  const { height, hash } = checkpoint;
  const headers = base64ToBytes(checkpoint.window);
  const records = headers && readHeaders(family, headers);
  const last = records?.at(-1);
  const isWhole = records?.length === height - family.firstAncestor(height) + 1;
  if (
    records === undefined ||
    last === undefined ||
    !isWhole ||
    family.hashToHex(family.headerHash(last)) !== hash
  )
    throw new TypeError('anchor.window: not the headers up to anchor.hash');
  return records;
}

/** The headers go on from the checkpoint by every rule. Their proof of work is left to the caller. */
function tieByWork(
  { family, height, anchor, path }: ProofParts,
  records: readonly Uint8Array[],
  checkpoint: Checkpoint,
  hashBytes: Uint8Array,
  { now = Number.MAX_SAFE_INTEGER }: VerifyOptions,
): Tied | ProofRefusal {
  const before = windowOf(family, checkpoint);
  const chain = [...before];
  const firstHeight = anchor - before.length + 1;
  const recordAt = (at: number): Uint8Array =>
    defined(chain[at - firstHeight], 'the window reaches as far as the rules look');
  const ancestry: Ancestry = {
    firstHeight,
    get height() {
      return firstHeight + chain.length - 1;
    },
    time: (at) => family.time(recordAt(at)),
    record: recordAt,
    word: (at, offset) => readU32(recordAt(at), offset),
  };
  let parent = hashBytes;
  for (const record of records) {
    if (!areEqual(family.parent(record), parent))
      return refused('PROOF_NOT_TIED', `header ${ancestry.height + 1}`);
    const verdict = family.checkHeader(record, ancestry, now);
    if (verdict.kind !== 'ok')
      return refused('PROOF_HEADER_INVALID', verdict.kind === 'held' ? 'HEADER_TIME_TOO_NEW' : verdict.code);
    parent = family.headerHash(record);
    chain.push(record);
  }
  if (!areEqual(parent, path)) return refused('PROOF_NOT_TIED', 'last header');
  const index = height - anchor - 1;
  return {
    ok: true,
    index,
    confirmations: records.length - index,
    parentRecord: index > 0 ? records[index - 1] : before.at(-1),
    unproven: records,
  };
}

/** What is wrong with the place of the transaction under the root of its block. */
function merkleFault(
  { family, height, id, tx, position, count, coinbase, hashes }: ProofParts,
  record: Uint8Array,
  parentRecord: Uint8Array | undefined,
): ProofRefusal | undefined {
  const committed = family.txRoot(record);
  if (family.isRootRepeated) {
    // Genesis has no transactions, and of any other the root of its parent must be known to differ.
    const inherited = parentRecord && family.txRoot(parentRecord);
    if (inherited === undefined || areEqual(committed, inherited))
      return refused('PROOF_ROOT_INHERITED', `height ${height}`);
  }
  const first = coinbase && family.readCommitted(coinbase);
  const leaves = new Map([[position, family.tree.leaf(id)]]);
  if (tx !== undefined) {
    const read = family.readCommitted(tx);
    if (read === undefined || !areEqual(read.id, id)) return refused('PROOF_MALFORMED', 'transaction');
    if (read.isNodeSized) return refused('PROOF_TX_AMBIGUOUS');
    const { isCoinbase } = position === 0 ? read : (first ?? { isCoinbase: false });
    if (family.hasCoinbase && !isCoinbase) return refused('PROOF_COINBASE');
    if (first !== undefined) leaves.set(0, family.tree.leaf(first.id));
  }
  const partial = shownTree(family, position, count, tx !== undefined);
  const { root, hasTwins } = partialRoot(family.tree, partial, (index) => leaves.get(index) ?? id, hashes);
  if (!areEqual(root, committed)) return refused('PROOF_ROOT_MISMATCH', `root ${bytesToHex(root)}`);
  return hasTwins ? refused('PROOF_TREE_MUTATED') : undefined;
}
