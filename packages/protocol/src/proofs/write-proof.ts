/** Writes proofs in either form, and turns the one into the other: for whoever makes or keeps them. */

import { defined } from '../assert.js';
import { bytesToBase64 } from '../bytes/base64.js';
import { ByteWriter } from '../bytes/byte-writer.js';
import { encodeUtf8 } from '../bytes/utf8.js';
import type { CustomNetwork } from '../families/proof-families.js';
import { type NetworkName, networks, proofFamilyOf } from '../families/proof-families.js';
import { customNetwork, idOnly, magic, readProofBytes } from './proof-codec.js';
import {
  type ProofNetwork,
  type ProofParts,
  type ProofRefusal,
  readTxProof,
  type TxProof,
  ties,
} from './tx-proof.js';

/**
 * The binary form of a proof; PROTOCOL.md has its bytes.
 *
 * @throws {TypeError | RangeError} if it is no proof
 */
export function encodeTxProof(proof: TxProof): Uint8Array {
  const read = readTxProof({ ...proof }, { network: proof.network, family: proofFamilyOf(proof.network) });
  if (!read.ok) throw new TypeError(`proof: ${read.code} ${read.detail}`);
  const { network, height, id, tx, position, count, coinbase, hashes, tie, anchor, path, headers } =
    read.parts;
  const writer = new ByteWriter(256 + (tx?.length ?? 0) + headers.length);
  writer.raw(magic);
  writer.u8(ties.indexOf(tie) + (tx === undefined ? idOnly : 0));
  writeNetwork(writer, network);
  writer.varint(height);
  writer.varint(anchor);
  if (tx === undefined) writer.raw(id);
  else writeBytes(writer, tx);
  writer.varint(position);
  writer.varint(count);
  if (coinbase !== undefined) writeBytes(writer, coinbase);
  for (const each of [hashes, path, headers]) writer.raw(each);
  return writer.bytes();
}

function writeBytes(writer: ByteWriter, bytes: Uint8Array): void {
  writer.varint(bytes.length);
  writer.raw(bytes);
}

function writeNetwork(writer: ByteWriter, network: NetworkName | CustomNetwork): void {
  if (typeof network === 'string') {
    writer.u8(networks.indexOf(network));
    return;
  }
  const { name, visionx, targetSpacingS } = network;
  const { datasetMb, scratchMb, mixIters, readsPerIter, writeEvery } = visionx;
  writer.u8(customNetwork);
  writeBytes(writer, defined(encodeUtf8(name), 'the name of a network is text'));
  for (const each of [datasetMb, scratchMb, mixIters, readsPerIter, writeEvery, targetSpacingS])
    writer.varint(each);
}

/** Reads the binary form of a proof. Never throws; nothing but the form is checked: `verifyTxProof` does the rest. */
export function decodeTxProof(
  bytes: Uint8Array,
): { readonly ok: true; readonly proof: TxProof } | ProofRefusal {
  const read = readProofBytes(bytes, knownNetwork);
  return read.ok ? { ok: true, proof: writeTxProof(read.parts) } : read;
}

/** A network that something describes; undefined if it describes none. */
function knownNetwork(described: unknown): ProofNetwork | undefined {
  const name = networks.find((each) => each === described);
  try {
    if (name !== undefined) return { network: name, family: proofFamilyOf(name) };
    if (!isDescription(described)) return undefined;
    return { network: described, family: proofFamilyOf(described) };
  } catch {
    return undefined;
  }
}

/** What its members must be says whoever has the rules. */
function isDescription(value: unknown): value is CustomNetwork {
  return typeof value === 'object' && value !== null && 'visionx' in value;
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
    ...(tie === 'links' ? {} : { path: bytesToBase64(path) }),
    headers: bytesToBase64(headers),
  };
}
