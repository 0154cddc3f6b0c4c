/**
 * The binary form of a proof; PROTOCOL.md has its bytes. It holds no length that follows from anything else in it, so one
 * proof has one encoding.
 */
import { ByteReader } from '../bytes/byte-reader.js';
import { areEqual } from '../bytes/compare-bytes.js';
import { decodeUtf8 } from '../bytes/utf8.js';
import { hashesNeeded } from '../chain/proof/partial-tree.js';
import { networks } from '../families/proof-families.js';
import { PROOF_BYTES_MAX } from '../limits.js';
import {
  checkedParts,
  type ProofNetwork,
  pathBytesOf,
  type ReadResult,
  refused,
  shownTree,
  ties,
} from './tx-proof.js';

/** "VLTP" and the version. */
export const magic = Uint8Array.of(0x56, 0x4c, 0x54, 0x50, 1);
/** Added to the tie if there is an id, and no transaction. */
export const idOnly = 4;
/** Stands in the place of a network's number for one that an object describes. */
export const customNetwork = 255;
/** Bytes of a custom network's name. */
const nameBytesMax = 64;
/** More than any block has. */
const countMax = 1 << 24;

/**
 * Reads the binary form of a proof. Never throws; nothing but the form is checked. Views point into the bytes.
 *
 * @param networkOf  gives the network that it must be of, when it is known which one it says; undefined for none
 */
export function readProofBytes(
  bytes: Uint8Array,
  networkOf: (described: unknown) => ProofNetwork | undefined,
): ReadResult {
  if (bytes.length > PROOF_BYTES_MAX) return refused('PROOF_TOO_LARGE', `${bytes.length} bytes`);
  const reader = new ByteReader(bytes);
  const start = reader.view(magic.length);
  if (!areEqual(start.subarray(0, 4), magic.subarray(0, 4))) return refused('PROOF_MALFORMED', 'begin');
  if (!areEqual(start, magic)) return refused((start[4] ?? 0) > 1 ? 'PROOF_VERSION' : 'PROOF_MALFORMED');
  const kind = reader.u8();
  const tie = ties[kind % idOnly];
  const network = networkOf(readNetwork(reader));
  if (network === undefined) return refused('PROOF_WRONG_NETWORK');
  if (tie === undefined || kind >= 2 * idOnly) return refused('PROOF_MALFORMED', 'kind');
  const hasTx = kind < idOnly;
  const height = reader.varint();
  const anchor = reader.varint();
  const tx = hasTx ? reader.view(reader.varint()) : undefined;
  const id = tx === undefined ? reader.view(32) : network.family.readCommitted(tx)?.id;
  const position = reader.varint();
  const count = reader.varint();
  const { family } = network;
  const isPlace = position < count && count <= countMax;
  if (id === undefined || reader.failed || !isPlace)
    return refused('PROOF_MALFORMED', 'transaction or place');
  const coinbase = hasTx && family.hasCoinbase && position > 0 ? reader.view(reader.varint()) : undefined;
  const hashes = reader.view(32 * hashesNeeded(shownTree(family, position, count, hasTx)));
  const path = reader.view(pathBytesOf({ family, tie, height, anchor }));
  const headers = reader.view(reader.remaining);
  if (!reader.isDone) return refused('PROOF_MALFORMED', 'too short');
  return checkedParts({
    ...network,
    height,
    id,
    tx,
    position,
    count,
    coinbase,
    hashes,
    tie,
    anchor,
    path,
    headers,
  });
}

function readNetwork(reader: ByteReader): unknown {
  const number = reader.u8();
  if (number !== customNetwork) return networks[number];
  const length = reader.varint();
  const name = decodeUtf8(reader.view(Math.min(length, nameBytesMax + 1))) ?? '';
  const next = (): number => reader.varint();
  const visionx = {
    datasetMb: next(),
    scratchMb: next(),
    mixIters: next(),
    readsPerIter: next(),
    writeEvery: next(),
  };
  return { name, visionx, targetSpacingS: next() };
}
