import { areEqual } from '../../../bytes/compare-bytes.js';
import { bytesToHex } from '../../../bytes/hex.js';
import {
  type BodyContext,
  type BodyInfo,
  type BodyVerdict,
  rejectedBody,
} from '../../../chain/block-body.js';
import type { BlockRules } from '../../../chain/chain-family.js';
import type { BlockTransaction } from '../../../chain/transaction-rules.js';
import { offsets } from '../header/record.js';
import type { VisionRules } from '../network-params.js';
import { decodeVisionBody, encodeVisionBody } from './body-codec.js';
import { hashTransactions } from './hash-body.js';
import { devnetMerkleTree, mainnetMerkleTree, packed } from './merkle.js';

/**
 * Bytes of a body: existing nodes take 2 MB of JSON (docs/chains/vision.md §7), and a message of 2 MiB has room for it.
 */
export const bodyBytesMax = 2_000_000;

/** The rules of bodies of a Vision network. */
export function blockRules(rules: VisionRules): BlockRules {
  return {
    bodyBytesMax,
    checkBody: (body, context, transactions) => checkBody(rules, body, context, transactions),
    impliedBody: (context) => impliedBody(rules, context),
    describeBody,
  };
}

const ok: BodyVerdict = { kind: 'ok' };
const noRoot = new Uint8Array(32);

/**
 * See `ChainFamily.checkBody`.
 *
 * Devnet: a body has the root of docs/chains/vision-devnet.md §7, which commits to the number of transactions; none
 * gives zeros.
 *
 * Mainnet (docs/chains/vision.md §6): a block without transactions repeats the root of its parent. So a header that
 * repeats it says nothing of transactions, and goes with the empty body only: else those of an earlier block could be
 * shown again. Neighbours that are paired in the tree must differ, since a list without the second one has the same
 * root.
 *
 * A transaction's hash does not cover its signature, so neither does the root: signatures are as the sender gave them.
 *
 * Where the transactions are given, the root is made of their ids. Each id was hashed here from the same bytes, by the code
 * that hashes them in a body, and their form was checked then; the body is nothing but these bytes in a row. So what is
 * held to the header is the same.
 */
export function checkBody(
  rules: VisionRules,
  body: Uint8Array,
  context: BodyContext,
  transactions?: readonly BlockTransaction[],
): BodyVerdict {
  if (body.length > bodyBytesMax) return rejectedBody('BODY_TOO_LARGE', `${body.length} bytes`);
  const hashes = transactions ? packed(transactions.map(({ id }) => id)) : hashTransactions(body);
  if (hashes === undefined) return rejectedBody('BODY_MALFORMED', 'not a list of transactions');

  const committed = txRootOf(context.record);
  const isMainnet = rules === 'mainnet';
  const emptyRoot = emptyRootOf(rules, context);
  if (hashes.length === 0) {
    return areEqual(committed, emptyRoot) ? ok : rejectedBody('BODY_ROOT_MISMATCH', 'no transactions');
  }
  const { root, isMutated } = isMainnet
    ? mainnetMerkleTree(hashes)
    : { root: devnetMerkleTree(hashes), isMutated: false };
  if (!areEqual(root, committed)) return rejectedBody('BODY_ROOT_MISMATCH', `root ${bytesToHex(root)}`);
  if (areEqual(root, emptyRoot))
    return rejectedBody('BODY_MUTATED', 'transactions of an earlier block in an empty one');
  return isMutated ? rejectedBody('BODY_MUTATED', 'transactions are repeated') : ok;
}

/** See `ChainFamily.impliedBody`: that of a block without transactions. */
export function impliedBody(rules: VisionRules, context: BodyContext): Uint8Array | undefined {
  return areEqual(txRootOf(context.record), emptyRootOf(rules, context)) ? encodeVisionBody([]) : undefined;
}

/** The root by which a header says that its block has no transactions. */
function emptyRootOf(rules: VisionRules, { parentRecord }: BodyContext): Uint8Array {
  return rules === 'mainnet' && parentRecord !== undefined ? txRootOf(parentRecord) : noRoot;
}

function txRootOf(record: Uint8Array): Uint8Array {
  return record.subarray(offsets.txRoot, offsets.txRoot + 32);
}

/** See `ChainFamily.describeBody`. */
export function describeBody(body: Uint8Array): BodyInfo | undefined {
  const placed = body.length > bodyBytesMax ? undefined : decodeVisionBody(body);
  const hashes = placed && hashTransactions(body);
  if (placed === undefined || hashes === undefined) return undefined;
  return {
    bytes: body.length,
    transactionCount: placed.length,
    transactions: placed.map(({ tx, offset, bytes }, i) => ({
      id: bytesToHex(hashes.subarray(32 * i, 32 * i + 32)),
      offset,
      bytes,
      fields: { ...tx },
    })),
    fields: {},
  };
}
