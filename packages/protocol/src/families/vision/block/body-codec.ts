/**
 * Compact form of the transactions of a Vision block:
 *
 *     count        varint
 *     transaction  count times:
 *       flags                     u8      1: the public key is hex, 2: the signature is hex
 *       nonce                     u64 as varint
 *       sender_pubkey             32 bytes if it is 64 lowercase hex digits, else text
 *       access_list               varint count, texts
 *       module, method            texts
 *       args                      varint length, bytes
 *       tip, fee_limit            u64 as varint
 *       sig                       64 bytes if it is 128 lowercase hex digits, else text
 *       max_priority_fee_per_gas, max_fee_per_gas   u128 as varint
 *     text         varint length, UTF-8 bytes
 *
 * One list has one encoding. What a transaction may hold is bounded by the bytes that are there and by two caps, so
 * decoding allocates at most a small multiple of the body.
 */
import { assert } from '../../../assert.js';
import { ByteReader } from '../../../bytes/byte-reader.js';
import { ByteWriter } from '../../../bytes/byte-writer.js';
import { bytesToHex, hexToBytes } from '../../../bytes/hex.js';
import { decodeUtf8, encodeUtf8 } from '../../../bytes/utf8.js';
import type { VisionTransaction } from '../transaction/transaction.js';

/**
 * Transactions of one body. The smallest that is signed takes 106 bytes, so a body of 2 MB holds 18,900; what is above
 * is made of unsigned ones, to cost hashing.
 */
export const bodyTransactionsMax = 20_000;
/**
 * Encoded bytes of one transaction: existing nodes take 64 KiB of JSON, which is never shorter (docs/chains/vision.md
 * §1).
 */
export const transactionBytesMax = 64 * 1024;
/** Flags, and one byte for each of the other fields. */
export const transactionBytesMin = 12;

/** Flag of a transaction whose key is in its short form. */
export const flagHexKey = 1;
/** Flag of a transaction whose signature is. */
export const flagHexSignature = 2;

/** A transaction and where it stands in its body. */
export interface PlacedTransaction {
  readonly tx: VisionTransaction;
  readonly offset: number;
  readonly bytes: number;
}

/**
 * @returns the body of a block with these transactions
 * @throws {RangeError} if there are too many, one is too large, or a member is out of range or no valid text
 */
export function encodeVisionBody(transactions: readonly VisionTransaction[]): Uint8Array {
  if (transactions.length > bodyTransactionsMax)
    throw new RangeError(`transactions: ${transactions.length}, at most ${bodyTransactionsMax}`);
  const writer = new ByteWriter(64 + 256 * transactions.length);
  writer.varint(transactions.length);
  for (const tx of transactions) {
    const start = writer.length;
    writeTransaction(writer, tx);
    const bytes = writer.length - start;
    if (bytes > transactionBytesMax)
      throw new RangeError(`tx: ${bytes} bytes, at most ${transactionBytesMax}`);
  }
  return writer.bytes();
}

/** @returns the transactions in block order, or undefined if the bytes are no body or are above a cap */
export function decodeVisionBody(body: Uint8Array): PlacedTransaction[] | undefined {
  const reader = new ByteReader(body);
  const count = reader.varint();
  if (count > bodyTransactionsMax || count * transactionBytesMin > reader.remaining) return undefined;
  const placed: PlacedTransaction[] = [];
  while (placed.length < count && !reader.failed) {
    const offset = reader.position;
    const tx = readTransaction(reader);
    const bytes = reader.position - offset;
    if (bytes > transactionBytesMax) reader.fail();
    placed.push({ tx, offset, bytes });
  }
  return reader.isDone ? placed : undefined;
}

/** @returns the transaction that the bytes are and nothing else; undefined if they are none, or above a cap */
export function decodeVisionTransaction(bytes: Uint8Array): VisionTransaction | undefined {
  if (bytes.length > transactionBytesMax) return undefined;
  const reader = new ByteReader(bytes);
  const tx = readTransaction(reader);
  return reader.isDone ? tx : undefined;
}

/** What a mempool asks of a transaction. */
export interface TransactionTerms {
  readonly nonce: bigint;
  readonly senderPubkey: string;
  readonly tip: bigint;
  /** 32 bytes and 64 bytes, if both are in their short forms. */
  readonly signed: { readonly publicKey: Uint8Array; readonly signature: Uint8Array } | undefined;
}

/** Some members of a transaction, without what they stand between. The bytes are known to be a transaction. */
export function readTerms(bytes: Uint8Array): TransactionTerms {
  const reader = new ByteReader(bytes);
  const skipText = (): void => reader.skip(reader.varint());
  const flags = reader.u8();
  const nonce = reader.bigVarint(64);
  const publicKey = (flags & flagHexKey) === 0 ? undefined : reader.view(32).slice();
  const senderPubkey = publicKey === undefined ? readText(reader) : bytesToHex(publicKey);
  for (let rest = reader.varint(); rest > 0; rest--) skipText();
  // Module, method and arguments.
  for (let rest = 3; rest > 0; rest--) skipText();
  const tip = reader.bigVarint(64);
  reader.bigVarint(64);
  const signature = (flags & flagHexSignature) === 0 ? undefined : reader.view(64).slice();
  assert(!reader.failed, 'a transaction has all of its members');
  return { nonce, senderPubkey, tip, signed: publicKey && signature && { publicKey, signature } };
}

/** @returns the bytes of one transaction @throws {RangeError} if it is too large, or a member is out of range or no valid text */
export function encodeVisionTransaction(tx: VisionTransaction): Uint8Array {
  const writer = new ByteWriter(256);
  writeTransaction(writer, tx);
  if (writer.length > transactionBytesMax)
    throw new RangeError(`tx: ${writer.length} bytes, at most ${transactionBytesMax}`);
  return writer.bytes();
}

/** Moves the reader behind the transaction that begins here; fails it if there is none, or one above a cap. */
export function skipTransaction(reader: ByteReader): void {
  const start = reader.position;
  readTransaction(reader);
  if (reader.position - start > transactionBytesMax) reader.fail();
}

function writeTransaction(writer: ByteWriter, tx: VisionTransaction): void {
  const key = hexToBytes(tx.sender_pubkey, 32);
  const signature = hexToBytes(tx.sig, 64);
  writer.u8((key ? flagHexKey : 0) | (signature ? flagHexSignature : 0));
  writer.bigVarint(tx.nonce, 64);
  if (key) writer.raw(key);
  else writeText(writer, tx.sender_pubkey);
  writer.varint(tx.access_list.length);
  for (const item of tx.access_list) writeText(writer, item);
  writeText(writer, tx.module);
  writeText(writer, tx.method);
  writer.varint(tx.args.length);
  writer.raw(Uint8Array.from(tx.args));
  writer.bigVarint(tx.tip, 64);
  writer.bigVarint(tx.fee_limit, 64);
  if (signature) writer.raw(signature);
  else writeText(writer, tx.sig);
  writer.bigVarint(tx.max_priority_fee_per_gas, 128);
  writer.bigVarint(tx.max_fee_per_gas, 128);
}

/** Counts only if the reader did not fail. */
function readTransaction(reader: ByteReader): VisionTransaction {
  const flags = reader.u8();
  if (flags > (flagHexKey | flagHexSignature)) reader.fail();
  const nonce = reader.bigVarint(64);
  const senderPubkey = readHexOrText(reader, (flags & flagHexKey) !== 0, 32);
  const accessList: string[] = [];
  // An item takes at least the byte of its length.
  for (let rest = readLength(reader); rest > 0 && !reader.failed; rest--) accessList.push(readText(reader));
  return {
    nonce,
    sender_pubkey: senderPubkey,
    access_list: accessList,
    module: readText(reader),
    method: readText(reader),
    args: Array.from(reader.view(readLength(reader))),
    tip: reader.bigVarint(64),
    fee_limit: reader.bigVarint(64),
    sig: readHexOrText(reader, (flags & flagHexSignature) !== 0, 64),
    max_priority_fee_per_gas: reader.bigVarint(128),
    max_fee_per_gas: reader.bigVarint(128),
  };
}

/** A count of things that take at least a byte each, within the cap of one transaction. */
function readLength(reader: ByteReader): number {
  const length = reader.varint();
  if (length <= Math.min(reader.remaining, transactionBytesMax)) return length;
  reader.fail();
  return 0;
}

function readHexOrText(reader: ByteReader, isHex: boolean, bytes: number): string {
  if (isHex) return bytesToHex(reader.view(bytes));
  const text = readText(reader);
  if (hexToBytes(text, bytes) !== undefined) reader.fail();
  return text;
}

function readText(reader: ByteReader): string {
  const text = decodeUtf8(reader.view(readLength(reader)));
  if (text === undefined) reader.fail();
  return text ?? '';
}

function writeText(writer: ByteWriter, text: string): void {
  const bytes = encodeUtf8(text);
  if (bytes === undefined) throw new RangeError('tx: a member is not text');
  writer.varint(bytes.length);
  writer.raw(bytes);
}
