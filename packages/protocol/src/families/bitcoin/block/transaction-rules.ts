/**
 * Bitcoin's transactions outside of blocks, and bodies taken apart and put together. A light node has no coins to check
 * against: it sees the form, the size and what is spent twice, and no more is claimed.
 *
 * @see Bitcoin Core `CheckTransaction`, `IsStandardTx`
 */
import { ByteReader } from '../../../bytes/byte-reader.js';
import { ByteWriter } from '../../../bytes/byte-writer.js';
import { bytesToHex } from '../../../bytes/hex.js';
import { Sha256 } from '../../../bytes/sha256.js';
import type { TransactionFault } from '../../../chain/transaction-fault.js';
import type { BlockTransaction, Transaction, TransactionRules } from '../../../chain/transaction-rules.js';
import {
  type BitcoinTransaction,
  parseTransaction,
  parseTransactions,
  readCompactSize,
  strippedBytes,
  transactionId,
  witnessId,
} from '../transaction/transaction.js';

/** Most weight of a transaction that nodes relay. @see Bitcoin Core `MAX_STANDARD_TX_WEIGHT` */
export const transactionWeightMax = 400_000;
/** Fewest bytes of one without witnesses: 64 could pass for a node of the Merkle tree. @see `MIN_STANDARD_TX_NONWITNESS_SIZE` */
const strippedBytesMin = 65;
/** All coins that there will ever be, in satoshi. @see Bitcoin Core `MAX_MONEY` */
const moneyMax = 2_100_000_000_000_000n;
const outpointBytes = 36;

/** The rules of all Bitcoin networks. */
export const transactionRules: TransactionRules = {
  // In a block one may take all of its weight.
  transactionBytesMax: 4_000_000,
  transactionChecks: ['form', 'size', 'conflicts'],
  readTransaction,
  splitBody,
  joinBody,
  committedBytes,
};

/** See `TransactionRules.readTransaction`. Peers relay by the hash that covers witnesses (BIP339). */
function readTransaction(bytes: Uint8Array): Transaction | undefined {
  const reader = new ByteReader(bytes);
  const tx = parseTransaction(reader);
  if (!reader.isDone) return undefined;
  const hasher = new Sha256();
  const outpoints = outpointsOf(bytes, tx);
  const spends = new Set(outpoints.map(bytesToHex));
  return {
    id: transactionId(bytes, tx, hasher),
    relayId: witnessId(bytes, tx, hasher),
    bytes,
    fault: faultOf(bytes, tx, outpoints.length > spends.size),
    spends: [...spends],
    sequence: undefined,
    parents: [...new Set(outpoints.map((outpoint) => bytesToHex(outpoint.subarray(0, 32))))],
    tip: undefined,
    signature: undefined,
  };
}

function faultOf(bytes: Uint8Array, tx: BitcoinTransaction, isDouble: boolean): TransactionFault | undefined {
  if (tx.isCoinbase) return 'TX_COINBASE';
  const stripped = strippedBytes(tx);
  if (3 * stripped + bytes.length > transactionWeightMax) return 'TX_TOO_LARGE';
  if (stripped < strippedBytesMin) return 'TX_NOT_CANONICAL';
  return isDouble || !areAmountsPossible(bytes, tx) ? 'TX_VALUE_INVALID' : undefined;
}

function outpointsOf(bytes: Uint8Array, tx: BitcoinTransaction): Uint8Array[] {
  const reader = new ByteReader(bytes.subarray(0, tx.outputsEnd));
  reader.skip(tx.inputsStart);
  return Array.from({ length: readCompactSize(reader) }, () => {
    const outpoint = reader.view(outpointBytes);
    reader.skip(readCompactSize(reader));
    reader.skip(4);
    return outpoint;
  });
}

/** Whether the outputs, one by one and together, are no more than all coins. */
function areAmountsPossible(bytes: Uint8Array, tx: BitcoinTransaction): boolean {
  const reader = new ByteReader(bytes.subarray(0, tx.outputsEnd));
  reader.skip(tx.inputsStart);
  for (let rest = readCompactSize(reader); rest > 0; rest--) {
    reader.skip(outpointBytes);
    reader.skip(readCompactSize(reader));
    reader.skip(4);
  }
  let sum = 0n;
  for (let rest = readCompactSize(reader); rest > 0; rest--) {
    sum += reader.u64();
    if (sum > moneyMax) return false;
    reader.skip(readCompactSize(reader));
  }
  return true;
}

/** See `TransactionRules.committedBytes`: a txid does not cover witnesses. */
function committedBytes(transaction: Uint8Array): Uint8Array | undefined {
  const reader = new ByteReader(transaction);
  const { inputsStart, outputsEnd, end } = parseTransaction(reader);
  if (!reader.isDone) return undefined;
  const inner = transaction.subarray(inputsStart, outputsEnd);
  const bytes = new Uint8Array(inner.length + 8);
  bytes.set(transaction.subarray(0, 4));
  bytes.set(inner, 4);
  bytes.set(transaction.subarray(end - 4, end), 4 + inner.length);
  return bytes;
}

function splitBody(body: Uint8Array): BlockTransaction[] | undefined {
  const hasher = new Sha256();
  return parseTransactions(body)?.map((tx) => {
    const id = transactionId(body, tx, hasher);
    const relayId = tx.hasWitness ? witnessId(body, tx, hasher) : id;
    return { id, relayId, bytes: body.subarray(tx.start, tx.end) };
  });
}

function joinBody(transactions: readonly Uint8Array[]): Uint8Array {
  const writer = new ByteWriter(8 + transactions.reduce((sum, { length }) => sum + length, 0));
  writeCompactSize(writer, transactions.length);
  for (const bytes of transactions) writer.raw(bytes);
  return writer.bytes();
}

/** Bitcoin's CompactSize, below 2^32. */
export function writeCompactSize(writer: ByteWriter, size: number): void {
  if (size < 0xfd) {
    writer.u8(size);
  } else if (size <= 0xffff) {
    writer.u8(0xfd);
    writer.u8(size & 0xff);
    writer.u8(size >> 8);
  } else {
    writer.u8(0xfe);
    writer.u32(size);
  }
}
