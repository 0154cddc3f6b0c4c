/**
 * The canonical bytes of a Vision header: what its id commits to. The message with the real nonce in its place
 * (`message.ts`), then the 32 bytes of the digest: 140 bytes and the miner.
 *
 * A header has one such form, and the length of the miner stands before it, so headers can follow one another.
 */

import type { ByteReader } from '../../../bytes/byte-reader.js';
import { bytesToHex } from '../../../bytes/hex.js';
import { readU64BigEndian } from '../../../bytes/integers.js';
import type { HeaderBytes } from '../../../chain/chain-family.js';
import type { VisionTerms } from '../network-terms.js';
import { encodePowMessage, headerHash, messagePrefix, messagePrefixBytes } from './message.js';
import { decodeRecord, encodeRecord } from './record.js';

/** The canonical bytes of the headers of a Vision network. */
export function headerBytes(params: Pick<VisionTerms, 'rules' | 'minerBytesMax'>): HeaderBytes {
  const prefix = bytesToHex(messagePrefix(params.rules));
  return {
    // There it is the digest, and that can be made to collide: docs/chains/vision.md §12.6.
    hashCommits: params.rules !== 'mainnet',
    headerBytes: (record) => {
      const header = decodeRecord(record);
      const message = encodePowMessage(params.rules, header, header.nonce);
      const bytes = new Uint8Array(message.length + 32);
      bytes.set(message);
      bytes.set(header.digest, message.length);
      return bytes;
    },
    readHeaderBytes: (reader) => {
      if (bytesToHex(reader.view(messagePrefixBytes)) !== prefix) return undefined;
      return readRecord(reader, params.minerBytesMax);
    },
    headerHash: (record) => headerHash(params.rules, record),
  };
}

function readRecord(reader: ByteReader, minerBytesMax: number): Uint8Array | undefined {
  const parent = reader.view(32);
  const number = reader.u64();
  const timestamp = reader.u64();
  const difficulty = reader.u64();
  const nonceBytes = reader.view(8);
  const txRoot = reader.view(32);
  const minerLength = reader.u32();
  if (reader.failed || minerLength > minerBytesMax) return undefined;
  const miner = reader.view(minerLength);
  const digest = reader.view(32);
  if (reader.failed) return undefined;
  const nonce = readU64BigEndian(nonceBytes, 0);
  const header = { parent, number, timestamp, difficulty, nonce, txRoot, miner, digest };
  return encodeRecord(header, minerBytesMax);
}
