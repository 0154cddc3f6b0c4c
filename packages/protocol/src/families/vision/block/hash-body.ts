/**
 * Hashes of the transactions in a body, without decoding them. A body says no more than its transactions' text, so the
 * text is made from its bytes, and what makes bytes no body is found on the way: this accepts just what
 * `decodeVisionBody` does.
 *
 * By way of transactions, strings and `transactionHash` it takes about ten times as long, see `body.bench.mjs`. What is
 * allocated is bounded by one transaction's text, and 32 bytes for each transaction.
 */
import { defined } from '../../../assert.js';
import { Blake3 } from '../../../bytes/blake3.js';
import { ByteReader } from '../../../bytes/byte-reader.js';
import { isUtf8 } from '../../../bytes/utf8.js';
import { asciiBytes, SignableWriter } from '../transaction/signable-writer.js';
import {
  bodyTransactionsMax,
  flagHexKey,
  flagHexSignature,
  transactionBytesMax,
  transactionBytesMin,
} from './body-codec.js';

const hashBytes = 32;
const keyBytes = 32;
const signatureBytes = 64;
/** No byte of a body becomes more than the six of `\u0000`; an item of the access list, empty, becomes three. */
const textBytesPerByte = 6;
/** The names, and all that has a fixed size: a key, five integers. */
const textBytesFixed = 512;

const quote = asciiBytes('"');
const comma = asciiBytes(',');
const pieces = {
  nonce: asciiBytes('{"nonce":'),
  senderPubkey: asciiBytes(',"sender_pubkey":"'),
  accessList: asciiBytes('","access_list":['),
  module: asciiBytes('],"module":"'),
  method: asciiBytes('","method":"'),
  args: asciiBytes('","args":['),
  tip: asciiBytes('],"tip":'),
  feeLimit: asciiBytes(',"fee_limit":'),
  maxPriorityFee: asciiBytes(',"sig":"","max_priority_fee_per_gas":'),
  maxFee: asciiBytes(',"max_fee_per_gas":'),
  end: asciiBytes('}'),
};

/**
 * @param ends  is filled with the place behind each transaction
 * @returns `transactionHash` of each transaction, 32 bytes after another, or undefined as `decodeVisionBody`
 */
export function hashTransactions(body: Uint8Array, ends?: number[]): Uint8Array | undefined {
  const reader = new ByteReader(body);
  const count = reader.varint();
  if (count > bodyTransactionsMax || count * transactionBytesMin > reader.remaining) return undefined;
  const bytesMax = Math.min(transactionBytesMax, reader.remaining);
  const blake3 = hasherOf(textBytesFixed + textBytesPerByte * bytesMax);
  const writer = new SignableWriter(blake3.input);
  const hashes = new Uint8Array(count * hashBytes);
  for (let i = 0; i < count; i++) {
    const end = reader.position + Math.min(transactionBytesMax, reader.remaining);
    writer.length = 0;
    writeSignable(writer, reader, end);
    if (reader.failed || reader.position > end) return undefined;
    blake3.digestInto(writer.length, hashes, i * hashBytes);
    ends?.push(reader.position);
  }
  return reader.isDone ? hashes : undefined;
}

/** The text that the signature of one encoded transaction covers, and its hash, both in memory of their own. */
export interface SignedText {
  readonly message: Uint8Array;
  readonly hash: Uint8Array;
}

/** See {@link SignedText}; undefined if the bytes are not one transaction. */
export function signedText(bytes: Uint8Array): SignedText | undefined {
  if (bytes.length > transactionBytesMax) return undefined;
  const reader = new ByteReader(bytes);
  const blake3 = hasherOf(textBytesFixed + textBytesPerByte * bytes.length);
  const writer = new SignableWriter(blake3.input);
  writeSignable(writer, reader, bytes.length);
  if (!reader.isDone) return undefined;
  const message = blake3.input.slice(0, writer.length);
  const hash = new Uint8Array(hashBytes);
  blake3.digestInto(writer.length, hash, 0);
  return { message, hash };
}

/** Kept, since it takes 400 kB for a large transaction. Every caller writes its whole input before it reads. */
let hasher = new Blake3(0);

function hasherOf(inputBytesMax: number): Blake3 {
  if (hasher.input.length < inputBytesMax) hasher = new Blake3(inputBytesMax);
  return hasher;
}

/** The text of the transaction that the reader is at, if the reader does not fail. `end` is where it must have ended. */
function writeSignable(writer: SignableWriter, reader: ByteReader, end: number): void {
  const flags = reader.u8();
  if (flags > (flagHexKey | flagHexSignature)) reader.fail();
  writer.raw(pieces.nonce);
  writeInteger(writer, reader, 64);
  writer.raw(pieces.senderPubkey);
  if ((flags & flagHexKey) !== 0) writer.hex(reader.view(keyBytes));
  else writeText(writer, reader, end, 2 * keyBytes);
  writer.raw(pieces.accessList);
  const items = readLength(reader, end);
  for (let i = 0; i < items && !reader.failed; i++) {
    if (i > 0) writer.raw(comma);
    writer.raw(quote);
    writeText(writer, reader, end);
    writer.raw(quote);
  }
  writer.raw(pieces.module);
  writeText(writer, reader, end);
  writer.raw(pieces.method);
  writeText(writer, reader, end);
  writer.raw(pieces.args);
  writer.byteNumbers(reader.view(readLength(reader, end)));
  writer.raw(pieces.tip);
  writeInteger(writer, reader, 64);
  writer.raw(pieces.feeLimit);
  writeInteger(writer, reader, 64);
  if ((flags & flagHexSignature) !== 0) reader.skip(signatureBytes);
  else skipSignatureText(reader, end);
  writer.raw(pieces.maxPriorityFee);
  writeInteger(writer, reader, 128);
  writer.raw(pieces.maxFee);
  writeInteger(writer, reader, 128);
  writer.raw(pieces.end);
}

/** A count of things that take at least a byte each. */
function readLength(reader: ByteReader, end: number): number {
  const length = reader.varint();
  if (reader.position + length <= end) return length;
  reader.fail();
  return 0;
}

/** A varint below 2^`bits` in its shortest form. */
function writeInteger(writer: SignableWriter, reader: ByteReader, bits: 64 | 128): void {
  const start = reader.position;
  const bytesMax = Math.ceil(bits / 7);
  let byte = reader.u8();
  for (let i = 1; byte >= 0x80 && i < bytesMax; i++) byte = reader.u8();
  const bytes = reader.position - start;
  const isPadded = byte === 0 && bytes > 1;
  // The last byte of the longest form has room for the rest of the bits only, and for no mark that another follows.
  const isTooLarge = bytes === bytesMax && byte >> (bits - 7 * (bytesMax - 1)) !== 0;
  if (isPadded || isTooLarge) reader.fail();
  else writer.varint(reader.bytes, start, reader.position);
}

/** @param hexLength  as many hex digits have a shorter form */
function writeText(writer: SignableWriter, reader: ByteReader, end: number, hexLength?: number): void {
  const length = readLength(reader, end);
  const start = reader.position;
  reader.skip(length);
  const isValid = writer.text(reader.bytes, start, reader.position);
  if (!isValid || (length === hexLength && isHex(reader.bytes, start, length))) reader.fail();
}

/** The signature is not part of the text. */
function skipSignatureText(reader: ByteReader, end: number): void {
  const length = readLength(reader, end);
  const start = reader.position;
  const isValid = isUtf8(reader.view(length));
  if (!isValid || (length === 2 * signatureBytes && isHex(reader.bytes, start, length))) reader.fail();
}

function isHex(bytes: Uint8Array, start: number, length: number): boolean {
  for (let i = start; i < start + length; i++) {
    const byte = defined(bytes[i], 'a length was checked before it is read');
    const isDigit = (byte >= 0x30 && byte <= 0x39) || (byte >= 0x61 && byte <= 0x66);
    if (!isDigit) return false;
  }
  return true;
}
