/**
 * What a node may begin with instead of genesis: one header, what the rules need to go on from there, and one hash that
 * commits to every header up to it. All of it is taken on trust until the headers below are verified down to genesis.
 *
 * It is plain JSON, so that an application can import it from a file. It is read in two steps: its form, for which no
 * rules of a chain are needed, and then its content, by the rules of its network.
 */
import { assert } from '../assert.js';
import { base64ToBytes, bytesToBase64 } from '../bytes/base64.js';
import { ByteReader } from '../bytes/byte-reader.js';
import { ByteWriter } from '../bytes/byte-writer.js';
import { areEqual } from '../bytes/compare-bytes.js';
import { bytesToHex, hexToBytes } from '../bytes/hex.js';
import type { HeaderBytes, HeaderRules, ProofOfWork } from '../chain/chain-family.js';
import type { CustomNetwork, NetworkName } from '../families/networks.js';
import { BASE_HEIGHT_MAX, CHECKPOINT_WINDOW_MAX } from '../limits.js';
import type { TreeBase } from '../tree/tree-base.js';

/** A header to begin with, and a commitment to all that is below it. */
export interface Checkpoint {
  /** Of this form. */
  readonly version: 1;
  /** As `createLightNode` takes it. */
  readonly network: NetworkName | CustomNetwork;
  /** Number of headers below its header, at most `BASE_HEIGHT_MAX`. */
  readonly height: number;
  /** 64 hex digits, in display order: the hash of the header at `height`. */
  readonly hash: string;
  /** Decimal digits: work from genesis to that header, both included. */
  readonly chainwork: string;
  /** Base64: the canonical bytes of the headers that the rules look at for those above, one after the other; the last is the header at `height`. */
  readonly window: string;
  /** 64 hex digits: the Merkle Tree Hash of RFC 9162 over the canonical bytes of the headers 0 … `height`. */
  readonly root: string;
}

/** What a checkpoint says, read. */
export interface OpenCheckpoint {
  /** What a tree begins with. */
  readonly base: TreeBase;
  /** 32 bytes. */
  readonly root: Uint8Array;
}

/** What a family must tell of headers for a checkpoint to be read or made. */
export type CheckpointFamily = HeaderBytes &
  Pick<HeaderRules, 'recordBytes' | 'parent' | 'firstAncestor'> &
  Pick<ProofOfWork, 'hashFromHex' | 'hashToHex'>;

/** A chainwork is below this: what messages and the store can say. */
const chainworkEnd = 2n ** 128n;
const chainworkDigitsMax = 39;

/**
 * Reads the form of a checkpoint, as JSON gave it. Of its content nothing is checked: see {@link openCheckpoint}.
 *
 * @throws {TypeError} if a member is missing or of another type
 * @throws {RangeError} if one is out of range
 */
export function readCheckpoint(value: unknown): Checkpoint {
  if (typeof value !== 'object' || value === null)
    throw new TypeError(`checkpoint: must be an object, got ${value === null ? 'null' : typeof value}`);
  const given: Partial<Record<keyof Checkpoint, unknown>> = value;
  if (given.version !== 1)
    throw new RangeError(`checkpoint.version: must be 1, got ${JSON.stringify(given.version)}`);
  const { height } = given;
  if (typeof height !== 'number' || !Number.isInteger(height) || height < 0 || height > BASE_HEIGHT_MAX)
    throw typeof height === 'number'
      ? new RangeError(`checkpoint.height: must be an integer from 0 to ${BASE_HEIGHT_MAX}, got ${height}`)
      : new TypeError(`checkpoint.height: must be a number, got ${typeof height}`);
  const chainwork = textOf('chainwork', given.chainwork);
  const isShort = /^[1-9]\d*$/.test(chainwork) && chainwork.length <= chainworkDigitsMax;
  if (!isShort || BigInt(chainwork) >= chainworkEnd)
    throw new RangeError('checkpoint.chainwork: must be decimal digits of an integer from 1 to 2^128 - 1');
  const text = textOf('window', given.window);
  if (text.length > Math.ceil(CHECKPOINT_WINDOW_MAX / 3) * 4 || base64ToBytes(text) === undefined)
    throw new RangeError(`checkpoint.window: must be base64 of at most ${CHECKPOINT_WINDOW_MAX} bytes`);
  return {
    version: 1,
    network: networkOf(given.network),
    height,
    hash: hexOf('hash', given.hash),
    chainwork,
    window: text,
    root: hexOf('root', given.root),
  };
}

function textOf(member: string, value: unknown): string {
  if (typeof value !== 'string')
    throw new TypeError(`checkpoint.${member}: must be a string, got ${typeof value}`);
  return value;
}

function hexOf(member: string, value: unknown): string {
  const text = textOf(member, value);
  if (hexToBytes(text, 32) === undefined)
    throw new RangeError(`checkpoint.${member}: must be 64 lowercase hex digits`);
  return text;
}

/** Whether it is a network, and which, says whoever has the rules of networks. */
function networkOf(value: unknown): NetworkName | CustomNetwork {
  if (typeof value === 'string') return value as NetworkName;
  if (typeof value === 'object' && value !== null) return value as CustomNetwork;
  throw new TypeError(
    `checkpoint.network: must be a name or an object, got ${value === null ? 'null' : typeof value}`,
  );
}

/**
 * Reads the content of a checkpoint. The headers of its window are held to their links; to the rules and to proof of work
 * they are held when the headers below them are known.
 *
 * @throws {RangeError} if it contradicts itself
 */
export function openCheckpoint(family: CheckpointFamily, checkpoint: Checkpoint): OpenCheckpoint {
  const { height } = checkpoint;
  const hash = family.hashFromHex(checkpoint.hash);
  const root = hexToBytes(checkpoint.root, 32);
  const bytes = base64ToBytes(checkpoint.window);
  assert(hash !== undefined && root !== undefined && bytes !== undefined, 'the form was checked');
  const first = family.firstAncestor(height);
  const reader = new ByteReader(bytes);
  const writer = new ByteWriter((height - first + 1) * family.recordBytes);
  let previous: Uint8Array | undefined;
  for (let at = first; at <= height; at++) {
    const record = family.readHeaderBytes(reader);
    if (record === undefined) throw new RangeError(`checkpoint.window: no header at height ${at}`);
    if (previous !== undefined && !areEqual(family.parent(record), previous))
      throw new RangeError(`checkpoint.window: the header at height ${at} is not on the one before`);
    previous = family.headerHash(record);
    writer.raw(record);
  }
  if (!reader.isDone) throw new RangeError(`checkpoint.window: more than the headers ${first} … ${height}`);
  if (previous === undefined || !areEqual(previous, hash))
    throw new RangeError('checkpoint.window: does not end with the header of checkpoint.hash');
  const base = { height, hash, chainwork: BigInt(checkpoint.chainwork), records: writer.bytes() };
  return { base, root };
}

/**
 * A checkpoint of a verified chain.
 *
 * @param base  the header, its chainwork and its window
 * @param root  32 bytes, over all headers up to it
 */
export function makeCheckpoint(
  family: CheckpointFamily,
  network: NetworkName | CustomNetwork,
  base: TreeBase,
  root: Uint8Array,
): Checkpoint {
  const { height, hash, chainwork, records } = base;
  const { recordBytes } = family;
  const bytes = new ByteWriter(records.length);
  const first = records.length - (height - family.firstAncestor(height) + 1) * recordBytes;
  for (let at = first; at < records.length; at += recordBytes)
    bytes.raw(family.headerBytes(records.subarray(at, at + recordBytes)));
  return {
    version: 1,
    network,
    height,
    hash: family.hashToHex(hash),
    chainwork: chainwork.toString(),
    window: bytesToBase64(bytes.bytes()),
    root: bytesToHex(root),
  };
}
