/**
 * The binary form of a proof; PROTOCOL.md has its bytes. It holds no length that follows from anything else in it, so one
 * proof has one encoding.
 */
import { ByteReader } from '../bytes/byte-reader.js';
import { ByteWriter } from '../bytes/byte-writer.js';
import { areEqual } from '../bytes/compare-bytes.js';
import { decodeUtf8, encodeUtf8 } from '../bytes/utf8.js';
import { hashesNeeded } from '../chain/partial-tree.js';
import { networks } from '../families/network-names.js';
import { PROOF_BYTES_MAX } from '../limits.js';
import {
  checkedParts,
  knownNetwork,
  type ProofRefusal,
  type ProofTie,
  pathBytesOf,
  type ReadResult,
  readTxProof,
  refused,
  shownTree,
  type TxProof,
  writeTxProof,
} from './tx-proof.js';

/** "VLTP" and the version. */
const magic = Uint8Array.of(0x56, 0x4c, 0x54, 0x50, 1);
const ties: readonly ProofTie[] = ['root', 'links', 'work'];
/** Added to the tie if there is an id, and no transaction. */
const idOnly = 4;
/** Stands in the place of a network's number for one that an object describes. */
const customNetwork = 255;
/** Bytes of a custom network's name. */
const nameBytesMax = 64;
/** More than any block has. */
const countMax = 1 << 24;

/**
 * The binary form of a proof, which {@link decodeTxProof} reads.
 *
 * @throws {TypeError} if it is no proof
 */
export function encodeTxProof(proof: TxProof): Uint8Array {
  const read = readTxProof(proof);
  if (!read.ok) throw new TypeError(`proof: ${read.code} ${read.detail}`);
  const { network, height, id, tx, position, count, coinbase, hashes, tie, anchor, path, headers } =
    read.parts;
  const writer = new ByteWriter(256 + (tx?.length ?? 0) + headers.length);
  const writeBytes = (bytes: Uint8Array): void => {
    writer.varint(bytes.length);
    writer.raw(bytes);
  };
  writer.raw(magic);
  writer.u8(ties.indexOf(tie) + (tx === undefined ? idOnly : 0));
  if (typeof network === 'string') writer.u8(networks.indexOf(network));
  else {
    const { name, visionx, targetSpacingS } = network;
    writer.u8(customNetwork);
    writeBytes(encodeUtf8(name) ?? magic);
    const { datasetMb, scratchMb, mixIters, readsPerIter, writeEvery } = visionx;
    for (const each of [datasetMb, scratchMb, mixIters, readsPerIter, writeEvery, targetSpacingS])
      writer.varint(each);
  }
  writer.varint(height);
  writer.varint(anchor);
  if (tx === undefined) writer.raw(id);
  else writeBytes(tx);
  writer.varint(position);
  writer.varint(count);
  if (coinbase !== undefined) writeBytes(coinbase);
  for (const each of [hashes, path, headers]) writer.raw(each);
  return writer.bytes();
}

/** Reads the binary form of a proof. Never throws; nothing but the form is checked. */
export function decodeTxProof(
  bytes: Uint8Array,
): { readonly ok: true; readonly proof: TxProof } | ProofRefusal {
  const read = readProofBytes(bytes);
  return read.ok ? { ok: true, proof: writeTxProof(read.parts) } : read;
}

/** As {@link decodeTxProof}, for whoever verifies it. Views point into the bytes. */
export function readProofBytes(bytes: Uint8Array): ReadResult {
  if (bytes.length > PROOF_BYTES_MAX) return refused('PROOF_TOO_LARGE', `${bytes.length} bytes`);
  const reader = new ByteReader(bytes);
  const start = reader.view(magic.length);
  if (!areEqual(start.subarray(0, 4), magic.subarray(0, 4))) return refused('PROOF_MALFORMED', 'begin');
  if (!areEqual(start, magic)) return refused('PROOF_VERSION', `version ${start[4]}`);
  const kind = reader.u8();
  const tie = ties[kind % idOnly];
  const network = knownNetwork(readNetwork(reader));
  if (tie === undefined || kind >= 2 * idOnly || network === undefined)
    return refused('PROOF_MALFORMED', 'kind or network');
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
  const name = decodeUtf8(reader.view(Math.min(length, nameBytesMax + 1)));
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
