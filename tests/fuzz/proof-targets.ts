/** Hostile proofs: whatever the bytes, they are refused, or they say again what they said. */
import { readFileSync } from 'node:fs';
import {
  decodeTxOutProof,
  decodeTxProof,
  encodeTxOutProof,
  encodeTxProof,
  makeTxProof,
  verifyTxProof,
} from '@vision-light/protocol';
import { chains, checkpointOf, materialOf } from '../proof-chains.js';
import type { FuzzTarget } from './fuzz-target.js';

const made = [chains.devnet(), chains.bitcoin()].flatMap((chain) => {
  const checkpoint = checkpointOf(chain, 4);
  return (['root', 'work'] as const).map((tie) => {
    const result = makeTxProof(materialOf(chain, tie, tie === 'root' ? 3 : 6, 1, 4));
    if (!result.ok) throw new Error(result.code);
    return { checkpoint, bytes: encodeTxProof(result.proof) };
  });
});

function expectSame(again: Uint8Array, input: Uint8Array): void {
  if (Buffer.compare(again, input) !== 0) throw new Error('encoded again it is another');
}

const proofs: FuzzTarget = {
  name: 'proofs of transactions',
  weight: 2,
  samples: made.map(({ bytes }) => bytes),
  check(input) {
    const result = decodeTxProof(input);
    if (result.ok) expectSame(encodeTxProof(result.proof), input);
    // Both proofs of a chain hold for its checkpoint.
    if (made.some(({ bytes }) => Buffer.compare(bytes, input) === 0)) return;
    for (const { checkpoint } of made)
      if (verifyTxProof(input, checkpoint).ok) throw new Error('another proof holds');
  },
};

const folder = new URL('../data/bitcoin/vectors/merkle/', import.meta.url);

const txOutProofs: FuzzTarget = {
  name: 'gettxoutproof',
  weight: 1,
  samples: ['txoutproof_0830000-100.bin', 'txoutproof_0831332-0_1_15_20_115_2019_2024.bin'].map(
    (name) => new Uint8Array(readFileSync(new URL(name, folder))),
  ),
  check(input) {
    const proof = decodeTxOutProof(input);
    if (proof !== undefined) expectSame(encodeTxOutProof(proof), input);
  },
};

/** All of them. */
export const proofTargets: readonly FuzzTarget[] = [proofs, txOutProofs];
