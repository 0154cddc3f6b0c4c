/**
 * Transactions of Vision: their JSON, as existing full nodes write it, and the hash over that text
 * (docs/chains/vision.md §1).
 */
import { blake3 } from '../../../bytes/blake3.js';
import { type JsonValue, parseLosslessJson } from '../../../bytes/lossless-json.js';
import { encodeUtf8 } from '../../../bytes/utf8.js';

/** A transaction. The field order is that of its JSON. */
export interface VisionTransaction {
  /** Number of transactions that the sender made before it. */
  readonly nonce: bigint;
  /** 64 hex digits: an Ed25519 key. */
  readonly sender_pubkey: string;
  /** Names of what the call may touch. */
  readonly access_list: readonly string[];
  /** Name of the module that is called. */
  readonly module: string;
  /** Name of its method. */
  readonly method: string;
  /** Bytes. */
  readonly args: readonly number[];
  /** What the miner gets, in the smallest unit. */
  readonly tip: bigint;
  /** The most that the call may cost, in the smallest unit. */
  readonly fee_limit: bigint;
  /** 128 hex digits: the sender's Ed25519 signature. */
  readonly sig: string;
  /** u128. */
  readonly max_priority_fee_per_gas: bigint;
  /** u128. */
  readonly max_fee_per_gas: bigint;
}

/** @returns the transaction, or undefined if the text is not the JSON of one; unknown members are ignored */
export function decodeTransaction(text: string): VisionTransaction | undefined {
  try {
    return transactionFromJson(parseLosslessJson(text));
  } catch {
    return undefined;
  }
}

/** @returns the transaction that a JSON value is, or undefined if it is none; unknown members are ignored */
export function transactionFromJson(value: JsonValue): VisionTransaction | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const json = value;
  const integer = (member: string, bits: number, otherwise?: bigint): bigint | undefined => {
    const given = json[member];
    if (given === undefined) return otherwise;
    const isInteger = typeof given === 'bigint' || (typeof given === 'number' && Number.isSafeInteger(given));
    if (!isInteger) return undefined;
    const number = BigInt(given);
    return BigInt.asUintN(bits, number) === number ? number : undefined;
  };
  const string = (member: string): string | undefined => {
    const given = json[member];
    return typeof given === 'string' ? given : undefined;
  };
  const list = <T>(member: string, isItem: (item: unknown) => item is T): T[] | undefined => {
    const given = json[member];
    const items: readonly unknown[] | undefined = Array.isArray(given) ? given : undefined;
    const valid = items?.filter(isItem);
    return valid?.length === items?.length ? valid : undefined;
  };
  const tx = {
    nonce: integer('nonce', 64),
    sender_pubkey: string('sender_pubkey'),
    access_list: list('access_list', (item): item is string => typeof item === 'string'),
    module: string('module'),
    method: string('method'),
    args: list('args', isByte),
    tip: integer('tip', 64),
    fee_limit: integer('fee_limit', 64),
    sig: string('sig'),
    max_priority_fee_per_gas: integer('max_priority_fee_per_gas', 128, 0n),
    max_fee_per_gas: integer('max_fee_per_gas', 128, 0n),
  };
  return isComplete(tx) ? tx : undefined;
}

type PartialTransaction = {
  readonly [Member in keyof VisionTransaction]: VisionTransaction[Member] | undefined;
};

function isComplete(tx: PartialTransaction): tx is VisionTransaction {
  return !Object.values(tx).includes(undefined);
}

function isByte(item: unknown): item is number {
  return typeof item === 'number' && Number.isInteger(item) && item >= 0 && item <= 255;
}

/** The JSON text of a transaction, byte for byte as `serde_json` writes it. */
export function encodeTransaction(tx: VisionTransaction): string {
  const members = [
    ['nonce', tx.nonce],
    ['sender_pubkey', tx.sender_pubkey],
    ['access_list', tx.access_list],
    ['module', tx.module],
    ['method', tx.method],
    ['args', tx.args],
    ['tip', tx.tip],
    ['fee_limit', tx.fee_limit],
    ['sig', tx.sig],
    ['max_priority_fee_per_gas', tx.max_priority_fee_per_gas],
    ['max_fee_per_gas', tx.max_fee_per_gas],
  ] as const;
  const parts = members.map(([name, value]) => {
    return `"${name}":${typeof value === 'bigint' ? value : JSON.stringify(value)}`;
  });
  return `{${parts.join(',')}}`;
}

/** The text that is signed and hashed: the transaction with an empty signature. */
export function signableText(tx: VisionTransaction): string {
  return encodeTransaction({ ...tx, sig: '' });
}

/** BLAKE3-256 of {@link signableText}: the transaction's hash. It does not cover the signature. */
export function transactionHash(tx: VisionTransaction): Uint8Array {
  const bytes = encodeUtf8(signableText(tx));
  // JSON.stringify writes half a surrogate pair as an escape, so its text is always valid.
  if (bytes === undefined) throw new RangeError('tx: a member is not text');
  return blake3(bytes);
}
