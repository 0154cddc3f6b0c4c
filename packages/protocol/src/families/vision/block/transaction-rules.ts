/** Vision's transactions outside of blocks (docs/chains/vision.md §1), and bodies taken apart and put together. */
import { defined } from '../../../assert.js';
import { ByteReader } from '../../../bytes/byte-reader.js';
import { ByteWriter } from '../../../bytes/byte-writer.js';
import type { BlockTransaction, Transaction, TransactionRules } from '../../../chain/transaction-rules.js';
import { encodeTransaction } from '../transaction/transaction.js';
import {
  bodyTransactionsMax,
  decodeVisionTransaction,
  encodeVisionTransaction,
  readTerms,
  transactionBytesMax,
} from './body-codec.js';
import { hashTransactions, signedText } from './hash-body.js';

/** Existing nodes take 64 KiB of JSON (docs/chains/vision.md §1), which is never shorter than the encoding here. */
export const transactionJsonBytesMax = 64 * 1024;
/** No JSON is longer than so many bytes for each byte of the encoding, and what has a fixed size. */
const jsonBytesPerByte = 6;
const jsonBytesFixed = 768;

/** The rules of all Vision networks. */
export const transactionRules: TransactionRules = {
  transactionBytesMax,
  transactionChecks: ['form', 'size', 'signature', 'nonce'],
  readTransaction,
  encodeTransaction: encodeVisionTransaction,
  splitBody,
  joinBody,
  committedBytes: (transaction) => signedText(transaction)?.message,
};

/**
 * See `TransactionRules.readTransaction`. The hash does not cover the signature, so two transactions may share it, of which
 * one is not signed: a false signature says nothing of the hash. Key and signature in capital letters would be a second
 * spelling of one transaction, or of one sender, so these are not relayed.
 */
function readTransaction(bytes: Uint8Array): Transaction | undefined {
  const text = signedText(bytes);
  if (text === undefined) return undefined;
  const { message, hash: id } = text;
  const { nonce, senderPubkey: account, tip, signed } = readTerms(bytes);
  return {
    id,
    relayId: id,
    bytes,
    fault: isTooLarge(bytes) ? 'TX_TOO_LARGE' : signed ? undefined : 'TX_NOT_CANONICAL',
    spends: [`${account}:${nonce}`],
    sequence: { account, number: nonce },
    parents: [],
    tip,
    signature: signed && { ...signed, message },
  };
}

function isTooLarge(bytes: Uint8Array): boolean {
  if (bytes.length * jsonBytesPerByte + jsonBytesFixed <= transactionJsonBytesMax) return false;
  const text = encodeTransaction(defined(decodeVisionTransaction(bytes), 'the bytes are a transaction'));
  // Most text is ASCII. Only what is near the limit need be counted in bytes.
  return text.length > transactionJsonBytesMax || utf8Length(text) > transactionJsonBytesMax;
}

function utf8Length(text: string): number {
  let bytes = 0;
  for (const character of text) {
    const code = defined(character.codePointAt(0), 'an iteration yields one character');
    bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x1_0000 ? 3 : 4;
  }
  return bytes;
}

function splitBody(body: Uint8Array): BlockTransaction[] | undefined {
  const ends: number[] = [];
  const hashes = hashTransactions(body, ends);
  if (hashes === undefined) return undefined;
  const reader = new ByteReader(body);
  reader.varint();
  return ends.map((end, i) => {
    const id = hashes.subarray(32 * i, 32 * i + 32);
    return { id, relayId: id, bytes: reader.view(end - reader.position) };
  });
}

function joinBody(transactions: readonly Uint8Array[]): Uint8Array {
  if (transactions.length > bodyTransactionsMax)
    throw new RangeError(`transactions: ${transactions.length}, at most ${bodyTransactionsMax}`);
  const writer = new ByteWriter(8 + transactions.reduce((sum, { length }) => sum + length, 0));
  writer.varint(transactions.length);
  for (const bytes of transactions) writer.raw(bytes);
  return writer.bytes();
}
