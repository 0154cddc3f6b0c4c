/**
 * Transactions of Bitcoin, legacy and segwit (BIP144), as places in the bytes that hold them: nothing is copied, and
 * memory grows by one small object for each transaction of at least 60 bytes.
 *
 * @see Bitcoin Core `UnserializeTransaction`, `ReadCompactSize`
 */
import { ByteReader } from '../../../bytes/byte-reader.js';
import { Sha256 } from '../../../bytes/sha256.js';

/** One transaction in the bytes of a body. Offsets are from the beginning of the body. */
export interface BitcoinTransaction {
  readonly start: number;
  readonly end: number;
  /** Where inputs begin: after the version, and after marker and flag if there are any. */
  readonly inputsStart: number;
  /** Where outputs end: witnesses follow if there are any, then 4 bytes of lock time. */
  readonly outputsEnd: number;
  readonly hasWitness: boolean;
  readonly inputCount: number;
  /** True if the only input spends nothing (a null outpoint). */
  readonly isCoinbase: boolean;
}

/** Version, one input of 41 bytes, one output of 9, lock time and two counts. */
const transactionBytesMin = 60;
const outpointBytes = 36;

/** Reads Bitcoin's CompactSize, shortest form only; 2^32 and above fails, since nothing here can be so long. */
export function readCompactSize(reader: ByteReader): number {
  const first = reader.u8();
  if (first < 0xfd) return first;
  const size = first === 0xfd ? reader.u8() | (reader.u8() << 8) : reader.u32();
  if (first === 0xff || size < (first === 0xfd ? 0xfd : 0x1_0000)) reader.fail();
  return reader.failed ? 0 : size;
}

/**
 * All transactions of a body: a count, then that many, and nothing after them.
 *
 * @returns undefined if the bytes are anything else, or a transaction has no inputs or no outputs
 */
export function parseTransactions(body: Uint8Array): BitcoinTransaction[] | undefined {
  const reader = new ByteReader(body);
  const count = readCompactSize(reader);
  if (count * transactionBytesMin > reader.remaining) return undefined;
  const transactions: BitcoinTransaction[] = [];
  while (transactions.length < count && !reader.failed) transactions.push(parseTransaction(reader));
  return reader.isDone ? transactions : undefined;
}

/** The transaction that begins here. Counts only if the reader did not fail. */
export function parseTransaction(reader: ByteReader): BitcoinTransaction {
  const start = reader.position;
  reader.skip(4);
  // No transaction has no inputs, so a count of zero is the marker of a segwit one; its flag must be 1. If it is marked and
  // has no inputs, it has no witness either.
  const isMarked = reader.bytes[reader.position] === 0;
  if (isMarked) {
    reader.skip(1);
    if (reader.u8() !== 1) reader.fail();
  }
  const inputsStart = reader.position;
  const inputCount = readCompactSize(reader);
  const isCoinbase = inputCount === 1 && isNullOutpoint(reader.bytes, reader.position);
  for (let i = 0; i < inputCount && !reader.failed; i++) {
    reader.skip(outpointBytes);
    reader.skip(readCompactSize(reader));
    reader.skip(4);
  }
  const outputCount = readCompactSize(reader);
  if (outputCount === 0) reader.fail();
  for (let i = 0; i < outputCount && !reader.failed; i++) {
    reader.skip(8);
    reader.skip(readCompactSize(reader));
  }
  const outputsEnd = reader.position;
  // Marked as segwit without a witness: it has a shorter form.
  if (isMarked && !skipWitnesses(reader, inputCount)) reader.fail();
  reader.skip(4);
  return {
    start,
    end: reader.position,
    inputsStart,
    outputsEnd,
    hasWitness: isMarked,
    inputCount,
    isCoinbase,
  };
}

/** @returns whether any input has a witness */
function skipWitnesses(reader: ByteReader, inputCount: number): boolean {
  let items = 0;
  for (let i = 0; i < inputCount && !reader.failed; i++) {
    const count = readCompactSize(reader);
    items += count;
    for (let k = 0; k < count && !reader.failed; k++) reader.skip(readCompactSize(reader));
  }
  return items > 0;
}

function isNullOutpoint(bytes: Uint8Array, at: number): boolean {
  for (let i = 0; i < 32; i++) if (bytes[at + i] !== 0) return false;
  for (let i = 32; i < outpointBytes; i++) if (bytes[at + i] !== 0xff) return false;
  return true;
}

/** SHA-256 twice over the bytes, one part after another. */
export function sha256d(...parts: readonly Uint8Array[]): Uint8Array {
  const hasher = new Sha256();
  for (const part of parts) hasher.update(part, 0, part.length);
  return hasher.doubleDigest();
}

/** The txid, internal byte order: it does not cover witnesses. */
export function transactionId(body: Uint8Array, tx: BitcoinTransaction, hasher = new Sha256()): Uint8Array {
  if (!tx.hasWitness) return witnessId(body, tx, hasher);
  hasher.update(body, tx.start, tx.start + 4);
  hasher.update(body, tx.inputsStart, tx.outputsEnd);
  hasher.update(body, tx.end - 4, tx.end);
  return hasher.doubleDigest();
}

/** The wtxid, internal byte order: it covers everything (BIP141), and is the txid where there is no witness. */
export function witnessId(body: Uint8Array, tx: BitcoinTransaction, hasher = new Sha256()): Uint8Array {
  hasher.update(body, tx.start, tx.end);
  return hasher.doubleDigest();
}

/** Bytes of a transaction without its witnesses. */
export function strippedBytes(tx: BitcoinTransaction): number {
  return 4 + (tx.outputsEnd - tx.inputsStart) + 4;
}
