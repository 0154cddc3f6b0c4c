/**
 * CompactBlock, the JSON in which existing full nodes send a block without its transactions (docs/chains/vision.md §9),
 * with what they leave out and a receiver needs: `miner`, and `pow_hash` where that is not the block's name.
 *
 * As there, every transaction has a short id, those too that are prefilled: short id number i stands for transaction
 * number i. Existing nodes count the prefilled ones a second time when they receive, and rebuild every block wrongly.
 */
import { bytesToHex, hexToBytes } from '../../../bytes/hex.js';
import type { JsonValue } from '../../../bytes/lossless-json.js';
import { decodeUtf8 } from '../../../bytes/utf8.js';
import { recordFromJson } from '../header/header-json.js';
import { encodeLiteHeader } from '../header/lite-header.js';
import { decodeRecord } from '../header/record.js';
import type { VisionParams } from '../network-params.js';
import { visionShortId } from '../transaction/short-id.js';
import { encodeTransaction, transactionFromJson } from '../transaction/transaction.js';
import { bodyTransactionsMax, decodeVisionBody, encodeVisionTransaction } from './body-codec.js';
import { hashTransactions } from './hash-body.js';

/** A compact block as its JSON says, before any rule has looked at it. */
export interface CompactJson {
  /** 32 bytes: the block's name. */
  readonly hash: Uint8Array;
  /** 32 bytes: the name of the block before it. */
  readonly parent: Uint8Array;
  /** Undefined if the header says no miner: then its proof of work cannot be computed. */
  readonly record: Uint8Array | undefined;
  /** u64: the key of the short ids. */
  readonly nonce: bigint;
  /** One of each transaction, 48 bits. */
  readonly shortIds: readonly bigint[];
  /** Encoded transactions by their place. */
  readonly prefilled: ReadonlyMap<number, Uint8Array>;
}

/** A transaction that may be in a block. */
export interface NamedTransaction {
  /** 32 bytes: its hash, of which the short id is made. */
  readonly id: Uint8Array;
  /** As it is encoded in a body. */
  readonly bytes: Uint8Array;
}

/** @returns the JSON with the first transaction prefilled; undefined if the body cannot be decoded */
export function encodeCompactJson(
  record: Uint8Array,
  hash: Uint8Array,
  body: Uint8Array,
  nonce: bigint,
): string | undefined {
  const hashes = hashTransactions(body);
  const first = decodeVisionBody(body)?.[0];
  if (hashes === undefined) return undefined;
  const { miner, digest } = decodeRecord(record);
  const more = `"miner":${JSON.stringify(decodeUtf8(miner) ?? '')},"pow_hash":"${bytesToHex(digest)}"}`;
  const ids = Array.from({ length: hashes.length / 32 }, (_, i) =>
    visionShortId(hashes.subarray(32 * i, 32 * i + 32), nonce),
  );
  const prefilled = first === undefined ? '' : `{"index":0,"tx":${encodeTransaction(first.tx)}}`;
  return (
    `{"header":${encodeLiteHeader(record, hash).slice(0, -1)},${more},"short_tx_ids":[${ids.join(',')}],` +
    `"prefilled_txs":[${prefilled}],"nonce":${nonce}}`
  );
}

/** @returns undefined if a member is missing, of a wrong type, or out of range */
export function compactFromJson(params: VisionParams, value: JsonValue): CompactJson | undefined {
  const { header, short_tx_ids: ids, prefilled_txs: given, nonce } = membersOf(value);
  const lite = membersOf(header);
  const { hash: name, prev } = lite;
  const hash = hashOf(name);
  const parent = hashOf(prev);
  const key = integerOf(nonce, 64);
  if (hash === undefined || parent === undefined || key === undefined) return undefined;
  if (!Array.isArray(ids) || !Array.isArray(given)) return undefined;
  if (ids.length > bodyTransactionsMax || given.length > ids.length) return undefined;
  const shortIds = ids.map((id) => integerOf(id, 48)).filter((id) => id !== undefined);
  const prefilled = new Map<number, Uint8Array>();
  for (const item of given) {
    const { index, tx: json } = membersOf(item);
    const tx = json === undefined ? undefined : transactionFromJson(json);
    const isPlace = typeof index === 'number' && Number.isInteger(index) && index >= 0 && index < ids.length;
    const bytes = tx && encoded(tx);
    if (!isPlace || bytes === undefined || prefilled.has(index)) return undefined;
    prefilled.set(index, bytes);
  }
  if (shortIds.length < ids.length) return undefined;
  return { hash, parent, record: recordOf(params, lite), nonce: key, shortIds, prefilled };
}

/**
 * The transactions of a compact block in block order, or the places of those that are not known. Of two known ones with
 * the short id of a place neither is taken.
 */
export function rebuildCompact(
  { nonce, shortIds, prefilled }: CompactJson,
  known: Iterable<NamedTransaction>,
): { readonly transactions: Uint8Array[] } | { readonly missing: number[] } {
  const byShortId = new Map<bigint, Uint8Array | 'ambiguous'>();
  const wanted = new Set(shortIds);
  for (const { id, bytes } of known) {
    const shortId = visionShortId(id, nonce);
    if (wanted.has(shortId)) byShortId.set(shortId, byShortId.has(shortId) ? 'ambiguous' : bytes);
  }
  const found = shortIds.map((shortId, i) => prefilled.get(i) ?? byShortId.get(shortId));
  const missing = found.flatMap((bytes, i) => (bytes === undefined || bytes === 'ambiguous' ? i : []));
  if (missing.length > 0) return { missing };
  return { transactions: found.filter((bytes) => bytes instanceof Uint8Array) };
}

type Members = { readonly [name: string]: JsonValue | undefined };

function membersOf(value: JsonValue | undefined): Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {};
}

/** The names of a LiteHeader are not those of a header. */
function recordOf(params: VisionParams, lite: Members): Uint8Array | undefined {
  const { prev, height, time, merkle, difficulty, nonce, miner, hash, pow_hash: digest = hash } = lite;
  const names = { parent_hash: prev, number: height, timestamp: time, tx_root: merkle };
  const header = { ...names, difficulty, nonce, miner, pow_hash: digest };
  const result = recordFromJson(params, header);
  return result.ok ? result.record : undefined;
}

function hashOf(value: JsonValue | undefined): Uint8Array | undefined {
  return typeof value === 'string' ? hexToBytes(value.replace(/^0x/i, '').toLowerCase(), 32) : undefined;
}

function integerOf(value: JsonValue | undefined, bits: number): bigint | undefined {
  const isInteger = typeof value === 'bigint' || (typeof value === 'number' && Number.isSafeInteger(value));
  const integer = isInteger ? BigInt(value) : -1n;
  return BigInt.asUintN(bits, integer) === integer ? integer : undefined;
}

function encoded(tx: Parameters<typeof encodeVisionTransaction>[0]): Uint8Array | undefined {
  try {
    return encodeVisionTransaction(tx);
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}
