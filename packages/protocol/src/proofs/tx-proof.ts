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
import { base64ToBytes, bytesToBase64 } from '../bytes/base64.js';
import { hashesNeeded, leastCount, type PartialTree } from '../chain/partial-tree.js';
import type { ProofFamily } from '../chain/proof-family.js';
import type { ProofFault } from '../chain/proof-fault.js';
import { type NetworkName, networks } from '../families/network-names.js';
import { proofFamilyOf } from '../families/proof-families.js';
import type { CustomNetwork } from '../families/vision/custom-network.js';
import { PROOF_BYTES_MAX, PROOF_HEADERS_MAX } from '../limits.js';

/** What ties a block to the anchor; see the head of this file. */
export type ProofTie = 'root' | 'links' | 'work';

/** A proof that a block has a transaction, as JSON. */
export interface TxProof {
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
  readonly tie: ProofTie;
  /** Height of the checkpoint or header that the proof is to be held to. */
  readonly anchor: number;
  /** Base64: the hashes of 32 bytes from the header to the root of the checkpoint; only with the tie `root`. */
  readonly path?: string;
  /** Base64: canonical bytes of headers, lowest height first; which ones follows from the tie. */
  readonly headers: string;
}

/** A proof that was read, in bytes. Nothing but its form is checked. */
export interface ProofParts {
  readonly network: NetworkName | CustomNetwork;
  readonly family: ProofFamily;
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
  readonly ok: false;
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

/** How many hashes lead from the leaf at `index` to the root over `size` leaves (RFC 9162, section 2.1.3). */
export function pathHashesOf(index: number, size: number): number {
  let hashes = 0;
  let node = index;
  for (let rest = size; rest > 1; hashes++) {
    let split = 1;
    while (split * 2 < rest) split *= 2;
    if (node < split) rest = split;
    else {
      node -= split;
      rest -= split;
    }
  }
  return hashes;
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

/** Bytes of the path, or of both, the parent's first. */
export function pathBytesOf(parts: Pick<ProofParts, 'family' | 'tie' | 'height' | 'anchor'>): number {
  const { tie, height, anchor } = parts;
  if (tie !== 'root') return 0;
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

const ties: readonly unknown[] = ['root', 'links', 'work'];
const members = new Set([
  'version',
  'network',
  'height',
  'txid',
  'tx',
  'position',
  'count',
  'coinbase',
  'hashes',
  'tie',
  'anchor',
  'path',
  'headers',
]);

function isTie(value: unknown): value is ProofTie {
  return ties.includes(value);
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

/** Reads a proof from JSON. Never throws; all that is read is checked for its form alone. */
export function readTxProof(value: unknown): ReadResult {
  if (typeof value !== 'object' || value === null) return refused('PROOF_MALFORMED', 'no object');
  const given: Partial<Record<keyof TxProof, unknown>> = value;
  if (isCount(given.version) && given.version > 1)
    return refused('PROOF_VERSION', `version ${given.version}`);
  const network = knownNetwork(given.network);
  if (network === undefined) return refused('PROOF_MALFORMED', 'network');
  const { family } = network;
  const { height, position, count, tie, anchor, tx, coinbase, path } = given;
  const id = typeof given.txid === 'string' ? family.hashFromHex(given.txid) : undefined;
  const read = {
    tx: tx === undefined ? undefined : bytesOf(tx),
    coinbase: coinbase === undefined ? undefined : bytesOf(coinbase),
    path: path === undefined ? absent : bytesOf(path),
    hashes: bytesOf(given.hashes),
    headers: bytesOf(given.headers),
  };
  const isForm =
    given.version === 1 &&
    Object.keys(given).every((member) => members.has(member)) &&
    (read.tx === undefined) === (tx === undefined) &&
    (read.coinbase === undefined) === (coinbase === undefined) &&
    (tie === 'root') === (path !== undefined);
  if (!isForm || id === undefined || !isTie(tie)) return refused('PROOF_MALFORMED', 'members');
  if (!isCount(height) || !isCount(position) || !isCount(count) || !isCount(anchor))
    return refused('PROOF_MALFORMED', 'numbers');
  if (read.path === undefined || read.hashes === undefined || read.headers === undefined)
    return refused('PROOF_MALFORMED', 'base64');
  return checkedParts({
    ...network,
    ...read,
    height,
    id,
    position,
    count,
    tie,
    anchor,
    path: read.path,
    hashes: read.hashes,
    headers: read.headers,
  });
}

/** A network as a proof names it, and its rules; undefined for anything else. */
export function knownNetwork(value: unknown): Pick<ProofParts, 'network' | 'family'> | undefined {
  try {
    const network = copyNetwork(value);
    return { network, family: proofFamilyOf(network) };
  } catch {
    return undefined;
  }
}

/** A name, or an object with the members of a network and no others. What they must be says whoever has the rules. */
function copyNetwork(value: unknown): NetworkName | CustomNetwork {
  const name = networks.find((each) => each === value);
  if (name !== undefined) return name;
  if (!hasMembers(value, ['name', 'visionx', 'targetSpacingS'])) throw new TypeError('network');
  const { visionx } = value;
  if (!hasMembers(visionx, sizes)) throw new TypeError('network.visionx');
  const [datasetMb = 0, scratchMb = 0, mixIters = 0, readsPerIter = 0, writeEvery = 0] = sizes.map((each) =>
    numberOf(visionx[each]),
  );
  return {
    name: textOf(value.name),
    visionx: { datasetMb, scratchMb, mixIters, readsPerIter, writeEvery },
    targetSpacingS: numberOf(value.targetSpacingS),
  };
}

const sizes = ['datasetMb', 'scratchMb', 'mixIters', 'readsPerIter', 'writeEvery'] as const;

function textOf(value: unknown): string {
  if (typeof value !== 'string') throw new TypeError('network.name');
  return value;
}

function numberOf(value: unknown): number {
  if (typeof value !== 'number') throw new TypeError('network: not a number');
  return value;
}

/** Whether something is an object with these members and no others. */
function hasMembers<Name extends string>(
  value: unknown,
  names: readonly Name[],
): value is Record<Name, unknown> {
  return (
    typeof value === 'object' &&
    value !== null &&
    Object.keys(value).length === names.length &&
    names.every((name) => Object.hasOwn(value, name))
  );
}

/** A proof as JSON. */
export function writeTxProof(parts: ProofParts): TxProof {
  const { network, family, height, id, tx, position, count, coinbase, hashes, tie, anchor, path, headers } =
    parts;
  return {
    version: 1,
    network,
    height,
    txid: family.hashToHex(id),
    ...(tx === undefined ? {} : { tx: bytesToBase64(tx) }),
    position,
    count,
    ...(coinbase === undefined ? {} : { coinbase: bytesToBase64(coinbase) }),
    hashes: bytesToBase64(hashes),
    tie,
    anchor,
    ...(tie === 'root' ? { path: bytesToBase64(path) } : {}),
    headers: bytesToBase64(headers),
  };
}
