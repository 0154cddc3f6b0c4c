/** Bodies of Bitcoin: count and transactions, as they follow the header in a block (docs/chains/bitcoin.md §8). */

import { defined } from '../../../assert.js';
import { ByteReader } from '../../../bytes/byte-reader.js';
import { areEqual } from '../../../bytes/compare-bytes.js';
import { bytesToHex } from '../../../bytes/hex.js';
import { Sha256 } from '../../../bytes/sha256.js';
import {
  type BodyContext,
  type BodyInfo,
  type BodyVerdict,
  rejectedBody,
} from '../../../chain/block-body.js';
import type { BlockRules } from '../../../chain/chain-family.js';
import type { BlockTransaction } from '../../../chain/transaction-rules.js';
import { offsets, recordBytes, toDisplayHex } from '../header/record.js';
import {
  type BitcoinTransaction,
  parseTransactions,
  readCompactSize,
  sha256d,
  strippedBytes,
  transactionId,
  witnessId,
} from '../transaction/transaction.js';
import { bitcoinMerkleRoot } from './merkle.js';

/** Most weight of a block, header included: consensus. @see BIP141, Bitcoin Core `MAX_BLOCK_WEIGHT` */
export const blockWeightMax = 4_000_000;
/** No block of that weight is longer, header included (`MAX_BLOCK_SERIALIZED_SIZE`). */
export const bodyBytesMax = blockWeightMax - recordBytes;

/**
 * Height from which a coinbase commits to witnesses, by network name; 0 for any other. No header rule depends on it,
 * so it is no part of the network id. @see Bitcoin Core `SegwitHeight`
 */
const segwitHeights: Readonly<Record<string, number>> = {
  'bitcoin-mainnet': 481_824,
  'bitcoin-testnet3': 834_624,
  'bitcoin-testnet4': 1,
  'bitcoin-signet': 1,
  'bitcoin-regtest': 0,
};

/** OP_RETURN, a push of 36 bytes, and the four bytes that mark a commitment (BIP141); the commitment follows. */
const commitmentMark = Uint8Array.of(0x6a, 0x24, 0xaa, 0x21, 0xa9, 0xed);
const commitmentScriptBytesMin = 38;

/** The rules of bodies of a Bitcoin network, by its name. */
export function blockRules(network: string): BlockRules {
  return {
    bodyBytesMax,
    checkBody: (body, context, known) => checkBody(network, body, context, known),
    // Every block has a coinbase of its own.
    impliedBody: () => undefined,
    describeBody,
  };
}

const ok: BodyVerdict = { kind: 'ok' };

/**
 * See `ChainFamily.checkBody`. What a header commits to, and nothing of what transactions do.
 *
 * A transaction of 64 bytes can pass for an inner node of the tree. As in Bitcoin Core, a body is refused for it only
 * if it begins with no coinbase: to make a node that passes for a coinbase takes 2^224 hashes.
 *
 * Where the transactions are known, txids and wtxids are not hashed again: each was hashed here from the same bytes, and
 * the body is nothing but these bytes in a row. All else is read from the body all the same.
 *
 * @see Bitcoin Core `IsBlockMutated`, `CheckWitnessMalleation`
 */
export function checkBody(
  network: string,
  body: Uint8Array,
  context: BodyContext,
  known?: readonly BlockTransaction[],
): BodyVerdict {
  if (body.length > bodyBytesMax) return rejectedBody('BODY_TOO_LARGE', `${body.length} bytes`);
  const transactions = parseTransactions(body);
  const coinbase = transactions?.[0];
  if (transactions === undefined || coinbase === undefined)
    return rejectedBody('BODY_MALFORMED', 'not a list of transactions');

  const hasher = new Sha256();
  const ids = known?.map(({ id }) => id) ?? transactions.map((tx) => transactionId(body, tx, hasher));
  const { root, isMutated } = bitcoinMerkleRoot(ids);
  const committed = context.record.subarray(offsets.merkleRoot, offsets.merkleRoot + 32);
  if (!areEqual(root, committed)) return rejectedBody('BODY_ROOT_MISMATCH', `root ${toDisplayHex(root)}`);
  if (isMutated) return rejectedBody('BODY_MUTATED', 'a transaction is repeated');
  if (!coinbase.isCoinbase) {
    const isNode = transactions.some((tx) => strippedBytes(tx) === 64);
    return isNode
      ? rejectedBody('BODY_MUTATED', 'a transaction of 64 bytes, and no coinbase')
      : rejectedBody('BODY_MALFORMED', 'no coinbase');
  }

  const isSegwit = context.height >= (segwitHeights[network] ?? 0);
  const commitment = isSegwit ? witnessCommitment(body, coinbase) : undefined;
  const wtxids = (): Uint8Array[] =>
    known?.map(({ relayId }) => relayId) ?? witnessIds(body, transactions, ids);
  const fault =
    commitment === undefined
      ? transactions.some((tx) => tx.hasWitness) && 'a witness, and no commitment'
      : witnessFault(body, coinbase, wtxids(), commitment);
  if (fault) return rejectedBody('BODY_WITNESS_MISMATCH', fault);

  const weight = weightOf(body, transactions);
  return weight > blockWeightMax ? rejectedBody('BODY_TOO_LARGE', `weight ${weight}`) : ok;
}

function witnessFault(
  body: Uint8Array,
  coinbase: BitcoinTransaction,
  wtxids: readonly Uint8Array[],
  commitment: Uint8Array,
): string | false {
  const reserved = reservedValue(body, coinbase);
  if (reserved === undefined) return 'the coinbase has no reserved value of 32 bytes';
  // The commitment is in the coinbase, whose own wtxid is taken as zeros.
  const leaves = wtxids.with(0, new Uint8Array(32));
  const expected = sha256d(bitcoinMerkleRoot(leaves).root, reserved);
  return !areEqual(expected, commitment) && `commitment ${bytesToHex(expected)}`;
}

/** All wtxids; only those that differ from the txid are hashed. */
function witnessIds(
  body: Uint8Array,
  transactions: readonly BitcoinTransaction[],
  ids: readonly Uint8Array[],
): Uint8Array[] {
  const hasher = new Sha256();
  return transactions.map((tx, i) =>
    tx.hasWitness ? witnessId(body, tx, hasher) : defined(ids[i], 'each transaction has an id'),
  );
}

/** The 32 bytes of the last output that holds a commitment; undefined if none does. */
function witnessCommitment(body: Uint8Array, coinbase: BitcoinTransaction): Uint8Array | undefined {
  const reader = new ByteReader(body.subarray(0, coinbase.outputsEnd));
  reader.skip(coinbase.inputsStart);
  readCompactSize(reader);
  reader.skip(36);
  reader.skip(readCompactSize(reader));
  reader.skip(4);
  let found: Uint8Array | undefined;
  for (let rest = readCompactSize(reader); rest > 0; rest--) {
    reader.skip(8);
    const script = reader.view(readCompactSize(reader));
    const isCommitment =
      script.length >= commitmentScriptBytesMin &&
      areEqual(script.subarray(0, commitmentMark.length), commitmentMark);
    if (isCommitment) found = script.subarray(commitmentMark.length, commitmentScriptBytesMin);
  }
  return found;
}

/** The only item of the coinbase's witness, if it is one of 32 bytes: a count, a length and the item. */
function reservedValue(body: Uint8Array, coinbase: BitcoinTransaction): Uint8Array | undefined {
  const witness = body.subarray(coinbase.outputsEnd, coinbase.end - 4);
  return witness.length === 34 && witness[0] === 1 ? witness.subarray(2) : undefined;
}

/** Three times the bytes without witnesses, and all bytes, of the whole block (BIP141). */
function weightOf(body: Uint8Array, transactions: readonly BitcoinTransaction[]): number {
  const witnessBytes = transactions.reduce((sum, tx) => sum + tx.end - tx.start - strippedBytes(tx), 0);
  return 4 * (recordBytes + body.length) - 3 * witnessBytes;
}

/** See `ChainFamily.describeBody`. */
export function describeBody(body: Uint8Array): BodyInfo | undefined {
  const transactions = body.length > bodyBytesMax ? undefined : parseTransactions(body);
  if (transactions === undefined) return undefined;
  const hasher = new Sha256();
  const ids = transactions.map((tx) => transactionId(body, tx, hasher));
  const witnesses = witnessIds(body, transactions, ids);
  return {
    bytes: body.length,
    transactionCount: transactions.length,
    transactions: transactions.map((tx, i) => ({
      id: toDisplayHex(defined(ids[i], 'each transaction has an id')),
      offset: tx.start,
      bytes: tx.end - tx.start,
      fields: {
        witnessId: toDisplayHex(defined(witnesses[i], 'each transaction has one')),
        weight: 3 * strippedBytes(tx) + tx.end - tx.start,
      },
    })),
    fields: { weight: weightOf(body, transactions) },
  };
}
