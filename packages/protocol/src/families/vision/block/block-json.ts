/** Block, the JSON in which existing full nodes hand out blocks (docs/chains/vision.md §1). */
import { bytesToHex } from '../../../bytes/hex.js';
import type { JsonValue } from '../../../bytes/lossless-json.js';
import { decodeUtf8 } from '../../../bytes/utf8.js';
import type { BodyFault } from '../../../chain/body-fault.js';
import type { HeaderFault } from '../../../chain/header-fault.js';
import { recordFromJson } from '../header/header-json.js';
import { decodeRecord } from '../header/record.js';
import type { VisionParams } from '../network-params.js';
import { encodeTransaction, transactionFromJson } from '../transaction/transaction.js';
import { decodeVisionBody, encodeVisionBody } from './body-codec.js';
import { bodyBytesMax } from './check-body.js';

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

/** A block as its JSON says, before any rule has looked at it. */
export type BlockJsonResult =
  | { readonly ok: true; readonly record: Uint8Array; readonly body: Uint8Array }
  | { readonly ok: false; readonly code: HeaderFault | BodyFault; readonly detail: string };

/**
 * The counterpart of {@link encodeBlockJson}: of what existing nodes write, what no header of ours has is ignored.
 *
 * @param value  of `parseLosslessJson`, so that integers have all their digits
 */
export function blockFromJson(params: VisionParams, value: JsonValue): BlockJsonResult {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  const { header: headerJson, txs }: { readonly [name: string]: JsonValue } = isObject ? value : {};
  const header = recordFromJson(params, headerJson);
  if (!header.ok) return header;
  const transactions = Array.isArray(txs) ? txs.map(transactionFromJson) : [undefined];
  const all = transactions.filter((tx) => tx !== undefined);
  if (all.length < transactions.length) return { ok: false, code: 'BODY_MALFORMED', detail: 'txs' };
  try {
    const body = encodeVisionBody(all);
    return body.length > bodyBytesMax
      ? { ok: false, code: 'BODY_TOO_LARGE', detail: `${body.length} bytes` }
      : { ok: true, record: header.record, body };
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return { ok: false, code: 'BODY_MALFORMED', detail: error.message };
  }
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
