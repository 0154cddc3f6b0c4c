/** Proofs of Bitcoin Core as proofs of ours: they show an id under a header, and the caller ties the header to something. */

import { defined } from '../assert.js';
import { bytesToBase64 } from '../bytes/base64.js';
import { collectHashes, leastCount, partialNodes } from '../chain/proof/partial-tree.js';
import { hashHex } from '../families/bitcoin/header/record.js';
import { merkleTree } from '../families/bitcoin/proof/proof-rules.js';
import type { TxOutProof } from '../families/bitcoin/proof/tx-out-proof.js';
import type { NetworkName } from '../families/proof-families.js';
import { proofFamilyOf } from '../families/proof-families.js';
import { shownTree, type TxProof } from './tx-proof.js';

/** Where the block of a `gettxoutproof` is, which its bytes do not say. */
export interface TxOutPlace {
  /** That of the block; `verifyTxProof` refuses an anchor of another one with PROOF_WRONG_NETWORK. */
  readonly network: NetworkName & `bitcoin-${string}`;
  /** Of the block. */
  readonly height: number;
  /** 80 bytes each, lowest height first: those that follow the block up to the one that the verifier knows. Default: none, and the verifier has to know the block itself. */
  readonly headersAfter?: readonly Uint8Array[];
}

/**
 * A proof for `verifyTxProof` of one of the transactions that a `gettxoutproof` shows. It is tied by links to the last of
 * its headers.
 *
 * @param txid  64 lowercase hex digits
 * @throws {RangeError} if the proof does not show this transaction
 */
export function txProofOf(
  proof: TxOutProof,
  txid: string,
  { network, height, headersAfter = [] }: TxOutPlace,
): TxProof {
  const position = proof.matches.find((match) => match.txid === txid)?.position;
  if (position === undefined) throw new RangeError(`txid: ${txid} is not among those that are shown`);
  const { count, matches, hashes, header } = proof;
  const leaves = new Map(
    matches.map((match) => [
      match.position,
      defined(hashHex.hashFromHex(match.txid), 'it was read as an id'),
    ]),
  );
  const shown = [...leaves.keys()];
  const nodeAt = partialNodes(merkleTree, { count, shown, known: shown }, leaves, hashes);
  const family = proofFamilyOf(network);
  const least = leastCount(count, position);
  const headers = [header, ...headersAfter];
  const bytes = new Uint8Array(80 * headers.length);
  for (const [i, each] of headers.entries()) bytes.set(each, 80 * i);
  return {
    version: 1,
    network,
    height,
    txid,
    position,
    count: least,
    hashes: bytesToBase64(collectHashes(shownTree(family, position, least, false), nodeAt)),
    tie: 'links',
    anchor: height + headersAfter.length,
    headers: bytesToBase64(bytes),
  };
}
