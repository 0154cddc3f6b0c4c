/** Block, the JSON in which existing full nodes hand out blocks (docs/chains/vision.md §1). */
import { bytesToHex } from '../../../bytes/hex.js';
import { decodeUtf8 } from '../../../bytes/utf8.js';
import { decodeRecord } from '../header/record.js';
import { encodeTransaction } from '../transaction/transaction.js';
import { decodeVisionBody } from './body-codec.js';

const noRoot = '0'.repeat(64);

/**
 * The JSON of a block, members in the order of the reference, integers bare and with all their digits.
 *
 * `pow_hash` is the digest, also on the devnet, where a block's name is another: so the header is complete, and
 * `headerFromJson` reads it back. What our headers do not have is 64 zeros, 0 or null; `agg_signature` is left out, as
 * the reference does where there is none.
 *
 * @param body  the block's body; not checked against the header
 * @returns undefined if the body cannot be decoded
 */
export function encodeBlockJson(record: Uint8Array, body: Uint8Array): string | undefined {
  const placed = decodeVisionBody(body);
  if (placed === undefined) return undefined;
  const txs = placed.map(({ tx }) => encodeTransaction(tx));
  return `{"header":${encodeHeader(record)},"txs":[${txs.join(',')}],"weight":0}`;
}

function encodeHeader(record: Uint8Array): string {
  const { parent, number, timestamp, difficulty, nonce, digest, txRoot, miner } = decodeRecord(record);
  const name = JSON.stringify(decodeUtf8(miner) ?? '');
  return (
    `{"parent_hash":"${bytesToHex(parent)}","number":${number},"timestamp":${timestamp},` +
    `"difficulty":${difficulty},"nonce":${nonce},"pow_hash":"${bytesToHex(digest)}","state_root":"${noRoot}",` +
    `"tx_root":"${bytesToHex(txRoot)}","receipts_root":"${noRoot}","da_commitment":null,"miner":${name},` +
    '"base_fee_per_gas":0}'
  );
}
