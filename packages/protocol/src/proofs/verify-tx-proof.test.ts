import { VisionX } from '@vision-light/pow';
import { describe, expect, test } from 'vitest';
import { chains, checkpointOf, headerOf, materialOf } from '../../../../tests/proof-chains.js';
import type { VisionXKernel } from '../chain/proof/proof-rules.js';
import { canonicalVisionX } from '../families/vision/network-params.js';
import { makeTxProof, type ProofMaterial } from './make-tx-proof.js';
import type { ProofTie, TxProof } from './tx-proof.js';
import { verifyTxProof } from './verify-tx-proof.js';
import { decodeTxProof, encodeTxProof } from './write-proof.js';

function made(material: ProofMaterial): TxProof {
  const result = makeTxProof(material);
  if (!result.ok) throw new Error(`${result.code} ${result.detail}`);
  return result.proof;
}

const canonical = new VisionX(canonicalVisionX);
const kernel: VisionXKernel = (_params, input) => canonical.hash([input]);

const ties: readonly ProofTie[] = ['root', 'links', 'work'];
const checkpointHeight = 4;
const tipHeight = 8;

describe.each([chains.devnet(), chains.mainnet(), chains.bitcoin()])('$name', (chain) => {
  const checkpoint = checkpointOf(chain, checkpointHeight);
  const isMainnet = chain.name === 'vision-mainnet';
  const cases = ties
    .filter((tie) => !isMainnet || tie !== 'links')
    .map((tie) => {
      const height = tie === 'work' ? 6 : 3;
      const anchorHeight = tie === 'links' ? tipHeight : checkpointHeight;
      const anchor = tie === 'links' ? headerOf(chain, tipHeight) : checkpoint;
      return {
        tie,
        anchor,
        height,
        material: (position: number) => materialOf(chain, tie, height, position, anchorHeight),
      };
    });

  test.each(cases)(
    'a proof by $tie holds for every transaction, in either form',
    ({ anchor, height, material }) => {
      const count = material(0).ids.length / 32;
      expect(count).toBe(5);
      for (let position = 0; position < count; position++) {
        const proof = made(material(position));
        const result = verifyTxProof(proof, anchor);
        expect(result).toMatchObject({ ok: true, height, position, count: 5, txid: proof.txid });
        const bytes = encodeTxProof(proof);
        expect(verifyTxProof(bytes, anchor)).toEqual(result);
        expect(decodeTxProof(bytes)).toEqual({ ok: true, proof });
        expect(verifyTxProof(JSON.parse(JSON.stringify(proof)), anchor)).toEqual(result);
      }
    },
  );

  test.each(cases)('no bit of a proof by $tie can be another', ({ anchor, material }) => {
    const bytes = encodeTxProof(made(material(1)));
    // In JavaScript VisionX of the mainnet would take minutes.
    const visionX = isMainnet ? { visionX: kernel } : {};
    expect(verifyTxProof(bytes, anchor, visionX).ok).toBe(true);
    const taken: string[] = [];
    for (let bit = 0; bit < 8 * bytes.length; bit++) {
      const flipped = bytes.slice();
      flipped[bit >> 3] = (flipped[bit >> 3] as number) ^ (1 << (bit & 7));
      if (verifyTxProof(flipped, anchor, visionX).ok) taken.push(`bit ${bit & 7} of byte ${bit >> 3}`);
    }
    expect(taken).toEqual([]);
    expect(verifyTxProof(bytes.subarray(1), anchor).ok).toBe(false);
    expect(verifyTxProof(bytes.subarray(0, -1), anchor).ok).toBe(false);
    expect(verifyTxProof(Uint8Array.of(...bytes, 0), anchor).ok).toBe(false);
  });
});
