/** Headers as JSON objects, u64 as decimal strings: the form of the test vectors and of existing nodes' text. */
import { hexToBytes } from '../../../bytes/hex.js';
import { encodeUtf8 } from '../../../bytes/utf8.js';
import type { HeaderFault } from '../../../chain/header-fault.js';
import type { VisionParams } from '../network-params.js';
import { encodeRecord, type VisionHeader } from './record.js';

/** What a header's JSON says, before any rule has looked at it. */
export type HeaderJsonResult =
  | { readonly ok: true; readonly header: VisionHeader }
  | { readonly ok: false; readonly code: HeaderFault; readonly detail: string };

/** A fault that names the member. */
class JsonFault extends Error {}

/**
 * Decodes a header's members. Those of the mainnet are called `parent_hash` and `pow_hash`, those of the devnet
 * `parent` and `digest`; either is taken.
 *
 * Textual rules are those of the reference: parent and tx_root may carry "0x" (not "0X") and any case, and are 32
 * bytes; the digest may carry "0x" and is lowercase, since the reference compares its text (docs/chains/vision.md §2.1,
 * §2.6).
 */
export function headerFromJson(value: unknown): HeaderJsonResult {
  if (!isRecord(value)) return { ok: false, code: 'HEADER_MALFORMED', detail: 'no object' };
  const json = value;
  const names =
    'parent_hash' in json
      ? { parent: 'parent_hash', digest: 'pow_hash' }
      : { parent: 'parent', digest: 'digest' };
  try {
    const header = {
      parent: hash(json, names.parent, 'any case'),
      number: u64(json, 'number'),
      timestamp: u64(json, 'timestamp'),
      difficulty: u64(json, 'difficulty'),
      nonce: u64(json, 'nonce'),
      txRoot: hash(json, 'tx_root', 'any case'),
      miner: text(json, 'miner'),
      digest: hash(json, names.digest, 'lowercase'),
    };
    return { ok: true, header };
  } catch (error) {
    if (!(error instanceof JsonFault)) throw error;
    return { ok: false, code: 'HEADER_MALFORMED', detail: error.message };
  }
}

/** As {@link headerFromJson}, but as a record of a network. */
export function recordFromJson(
  params: VisionParams,
  value: unknown,
): { readonly ok: true; readonly record: Uint8Array } | Exclude<HeaderJsonResult, { readonly ok: true }> {
  const result = headerFromJson(value);
  if (!result.ok) return result;
  const record = encodeRecord(result.header, params.minerBytesMax);
  if (record !== undefined) return { ok: true, record };
  return { ok: false, code: 'HEADER_BAD_MINER', detail: `${result.header.miner.length} bytes` };
}

function hash(json: Record<string, unknown>, member: string, letters: 'any case' | 'lowercase'): Uint8Array {
  const given = json[member];
  if (typeof given !== 'string') throw new JsonFault(`${member}: not a string`);
  const digits = given.startsWith('0x') ? given.slice(2) : given;
  const bytes = hexToBytes(letters === 'lowercase' ? digits : digits.toLowerCase(), 32);
  if (bytes === undefined) throw new JsonFault(`${member}: not 32 bytes of hex`);
  return bytes;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

/** A number, a bigint, or decimal digits in their shortest form. */
function isInteger(given: unknown): given is string | number | bigint {
  if (typeof given === 'string') return /^(0|[1-9][0-9]{0,19})$/.test(given);
  return typeof given === 'bigint' || Number.isSafeInteger(given);
}

function u64(json: Record<string, unknown>, member: string): bigint {
  const given = json[member];
  if (!isInteger(given)) throw new JsonFault(`${member}: not an integer`);
  const value = BigInt(given);
  if (BigInt.asUintN(64, value) !== value) throw new JsonFault(`${member}: not below 2^64`);
  return value;
}

function text(json: Record<string, unknown>, member: string): Uint8Array {
  const given = json[member];
  const bytes = typeof given === 'string' ? encodeUtf8(given) : undefined;
  if (bytes === undefined) throw new JsonFault(`${member}: not text`);
  return bytes;
}
