/**
 * LiteHeader, the JSON in which existing full nodes hand out headers over HTTP (docs/chains/vision.md §1). It lacks the
 * miner, so no proof of work can be checked with it: it is for tools, never for peers.
 */
import { bytesToHex } from '../../../bytes/hex.js';
import { decodeRecord } from './record.js';

/**
 * The LiteHeader of a verified header: members in the order of existing nodes, u64 as bare integers.
 *
 * `target` is not a target: it is the difficulty as 16 hex digits, as in existing nodes.
 *
 * @param hash  32 bytes: what children call the header
 */
export function encodeLiteHeader(record: Uint8Array, hash: Uint8Array): string {
  const { parent, number, timestamp, difficulty, nonce, txRoot } = decodeRecord(record);
  const target = difficulty.toString(16).padStart(16, '0');
  return (
    `{"hash":"${bytesToHex(hash)}","prev":"${bytesToHex(parent)}","height":${number},"time":${timestamp},` +
    `"target":"${target}","merkle":"${bytesToHex(txRoot)}","difficulty":${difficulty},"nonce":${nonce}}`
  );
}
