/**
 * A proof that a block of the chain has a transaction: plain JSON, and what it says once it is read.
 *
 * Three ties lead from the block to what a verifier knows (its anchor):
 * - `root`: the path of RFC 9162 from the header to the root of a checkpoint, at any depth below it;
 * - `links`: all headers from the block to the anchor, each of which names the one before by its hash;
 * - `work`: all headers above a checkpoint up to the block and its confirmations, held to every rule.
 *
 * One proof has one form: all that is not stated follows from what is, so there is no second way to write any of it.
 * Memory: PROOF_BYTES_MAX bytes, a few times over while it is read.
 */
import { base64ToBytes } from '../bytes/base64.js';
import { hashesNeeded, leastCount, type PartialTree } from '../chain/proof/partial-tree.js';
import type { ProofFamily } from '../chain/proof/proof-family.js';
import type { ProofFault } from '../chain/proof/proof-fault.js';
import { pathHashesOf } from '../checkpoints/header-commitment.js';
import { type CustomNetwork, isSameNetwork, type NetworkName } from '../families/proof-families.js';
import { PROOF_BYTES_MAX, PROOF_HEADERS_MAX } from '../limits.js';

/** What ties a block to the anchor; see the head of this file. */
export type ProofTie = (typeof ties)[number];

/** A proof that a block has a transaction, as JSON. */
export interface TxProof {
  /** Of this form. */
  readonly version: 1;
  /** As `createLightNode` takes it. */
  readonly network: NetworkName | CustomNetwork;
  /** Of the block. */
  readonly height: number;
  /** 64 lowercase hex digits (Bitcoin: display order). */
  readonly txid: string;
  /**
   * Base64: the bytes that `txid` is the hash of: of Bitcoin the transaction without witnesses, of Vision the text that was
   * signed. Absent where only the id is known, as in Bitcoin Core's `gettxoutproof`.
   */
  readonly tx?: string;
  /** Of the transaction in its block, from 0. */
  readonly position: number;
  /** Transactions of the block. Where only the id is known: the least number that goes with what is shown. */
  readonly count: number;
  /** Base64: the first transaction of the block, of Bitcoin without witnesses; only with `tx`, and if `position` is not 0. */
  readonly coinbase?: string;
  /** Base64: the hashes of 32 bytes that the root needs beside the known leaves, in the order of `partial-tree.ts`. */
  readonly hashes: string;
  /** How the block is tied to what a verifier knows. */
  readonly tie: ProofTie;
  /** Height of the checkpoint or header that the proof is to be held to. */
  readonly anchor: number;
  /**
   * Base64, hashes of 32 bytes: of the tie `root` those from the header to the root of the checkpoint, of `work` that of the
   * last header, to which nothing else is tied. Absent with `links`.
   */
  readonly path?: string;
  /** Base64: canonical bytes of headers, lowest height first; which ones follows from the tie. */
  readonly headers: string;
}

/** A network and what proofs need of it. */
export interface ProofNetwork {
  readonly network: NetworkName | CustomNetwork;
  readonly family: ProofFamily;
}

/** A proof that was read, in bytes. Nothing but its form is checked. */
export interface ProofParts extends ProofNetwork {
  readonly height: number;
  /** 32 bytes, internal order. Where there is `tx` it is that of its bytes. */
  readonly id: Uint8Array;
  readonly tx: Uint8Array | undefined;
  readonly position: number;
  readonly count: number;
  readonly coinbase: Uint8Array | undefined;
  readonly hashes: Uint8Array;
  readonly tie: ProofTie;
  readonly anchor: number;
  readonly path: Uint8Array;
  readonly headers: Uint8Array;
}

/** Why something is not taken. */
export interface ProofRefusal {
  /** It does not hold. */
  readonly ok: false;
  /** Why; `proofFaults` has a sentence for each. */
  readonly code: ProofFault;
  /** What is known beyond the code, for developers. */
  readonly detail: string;
}

/** A refusal. */
export function refused(code: ProofFault, detail = ''): ProofRefusal {
  return { ok: false, code, detail };
}

/** What was read, or why it is no proof. */
export type ReadResult = { readonly ok: true; readonly parts: ProofParts } | ProofRefusal;

/** Whether a proof shows the header before the block too. */
export function showsParent({ family, tie, height }: Pick<ProofParts, 'family' | 'tie' | 'height'>): boolean {
  return family.isRootRepeated && tie === 'root' && height > 0;
}

/** The height of the first header in a proof. */
export function firstHeaderOf(parts: Pick<ProofParts, 'family' | 'tie' | 'height' | 'anchor'>): number {
  if (parts.tie === 'work') return parts.anchor + 1;
  return parts.height - (showsParent(parts) ? 1 : 0);
}

/**
 * What of the tree a proof shows: the transaction; the coinbase, where that says how deep the tree is; the last leaf, where
 * that says how many there are. Of a bare id no more is shown than its path.
 */
export function shownTree(
  { tree, hasCoinbase }: ProofFamily,
  position: number,
  count: number,
  hasTx: boolean,
): PartialTree {
  const known = hasTx && hasCoinbase && position > 0 ? [0, position] : [position];
  const last = count - 1;
  const showsLast = hasTx && !tree.isCountCommitted && !known.includes(last);
  return { count, known, shown: showsLast ? [...known, last] : known };
}

/** Whether the members go together: all counts that follow from others are as they must be. */
function formFault(parts: ProofParts): string | undefined {
  const { family, height, tx, position, count, coinbase, hashes, tie, anchor, path } = parts;
  if (count > family.tree.leavesMax || position >= count) return 'position or count';
  if (tx === undefined && leastCount(count, position) !== count) return 'count is not the least';
  if ((tx?.length ?? 0) > family.committedBytesMax || (coinbase?.length ?? 0) > family.committedBytesMax)
    return 'a transaction is too long';
  const hasCoinbase = tx !== undefined && family.hasCoinbase && position > 0;
  if (hasCoinbase !== (coinbase !== undefined)) return 'coinbase';
  if (hashes.length !== 32 * hashesNeeded(shownTree(family, position, count, tx !== undefined)))
    return 'hashes';
  if (tie === 'work' ? height <= anchor : height > anchor) return 'height and anchor';
  return path.length === pathBytesOf(parts) ? undefined : 'path';
}

/** Bytes of the path; of two headers of their paths, the parent's first. */
export function pathBytesOf(parts: Pick<ProofParts, 'family' | 'tie' | 'height' | 'anchor'>): number {
  const { tie, height, anchor } = parts;
  if (tie !== 'root') return tie === 'work' ? 32 : 0;
  const parent = showsParent(parts) ? pathHashesOf(height - 1, anchor + 1) : 0;
  return 32 * (parent + pathHashesOf(height, anchor + 1));
}

/** A proof whose members go together. */
export function checkedParts(parts: ProofParts): ReadResult {
  const { tie, height, anchor, headers } = parts;
  const headersMin = tie === 'root' ? 1 : tie === 'links' ? anchor - height + 1 : height - anchor;
  if (headersMin > PROOF_HEADERS_MAX || headers.length > PROOF_BYTES_MAX)
    return refused('PROOF_TOO_LARGE', 'headers');
  const fault = formFault(parts);
  return fault === undefined ? { ok: true, parts } : refused('PROOF_MALFORMED', fault);
}

/** In the order of their numbers in the binary form. */
export const ties = ['root', 'links', 'work'] as const;
/** Of a proof as JSON. */
const members = 'version,network,height,txid,tx,position,count,coinbase,hashes,tie,anchor,path,headers'.split(
  ',',
);

function isTie(value: unknown): value is ProofTie {
  return ties.some((each) => each === value);
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}

/** @returns undefined for anything but base64 of no more than a proof can hold */
function bytesOf(value: unknown): Uint8Array | undefined {
  if (typeof value !== 'string' || value.length > (PROOF_BYTES_MAX / 3) * 4 + 4) return undefined;
  return base64ToBytes(value);
}

const absent = new Uint8Array(0);

/**
 * Reads a proof from JSON. Never throws for what JSON can hold; all that is read is checked for its form alone.
 *
 * @param of  the network that it must be of
 */
export function readTxProof(given: Readonly<Record<string, unknown>>, of: ProofNetwork): ReadResult {
  const { version, network, height, position, count, tie, anchor, txid, tx, coinbase, path } = given;
  if (version !== 1) return refused(isCount(version) && version > 1 ? 'PROOF_VERSION' : 'PROOF_MALFORMED');
  if (!isSameNetwork(network, of.network)) return refused('PROOF_WRONG_NETWORK');
  const id = typeof txid === 'string' ? of.family.hashFromHex(txid) : undefined;
  const txBytes = bytesOf(tx);
  const coinbaseBytes = bytesOf(coinbase);
  const pathBytes = tie === 'links' ? absent : bytesOf(path);
  const hashes = bytesOf(given.hashes);
  const headers = bytesOf(given.headers);
  const isForm =
    Object.keys(given).every((member) => members.includes(member)) &&
    (txBytes === undefined) === (tx === undefined) &&
    (coinbaseBytes === undefined) === (coinbase === undefined) &&
    (tie !== 'links' || path === undefined);
  if (
    !isForm ||
    id === undefined ||
    !isTie(tie) ||
    !isCount(height) ||
    !isCount(position) ||
    !isCount(count) ||
    !isCount(anchor) ||
    pathBytes === undefined ||
    hashes === undefined ||
    headers === undefined
  )
    return refused('PROOF_MALFORMED', 'members');
  const parts = { height, id, tx: txBytes, position, count, coinbase: coinbaseBytes, tie, anchor };
  return checkedParts({ ...of, ...parts, hashes, path: pathBytes, headers });
}
