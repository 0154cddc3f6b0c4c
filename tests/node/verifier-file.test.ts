/** The file of `@vision-light/protocol/verify`, which has short names and smaller hashes, says what its sources say. */
import { readFileSync } from 'node:fs';
import {
  decodeTxOutProof,
  encodeTxProof,
  makeTxProof,
  resolveNetwork,
  txProofOf,
} from '@vision-light/protocol';
import { describe, expect, test } from 'vitest';
import { verifyTxProof } from '../../packages/protocol/src/proofs/verify-tx-proof.js';
import type * as Verifier from '../../packages/protocol/src/verify.js';
import { visionX as slowVisionX, type VisionXKernel } from '../../packages/protocol/src/visionx.js';
import { chains, checkpointOf, headerOf, materialOf } from '../proof-chains.js';

const file = new URL('../../packages/protocol/dist/verify.min.js', import.meta.url);
const small: typeof Verifier = await import(file.href);

/** The same headers are verified again and again: each is hashed once. */
const digests = new Map<string, Uint8Array>();
const visionX: VisionXKernel = (params, input) => {
  const key = [params.mixIters, input.nonce, input.epoch, input.message].join();
  const digest = digests.get(key) ?? slowVisionX(params, input);
  digests.set(key, digest);
  return digest;
};

const text = readFileSync(file, 'utf8');

test('needs no other module and nothing of a page or of Node', () => {
  expect(text).not.toMatch(/\bimport\b|\brequire\b|\bglobalThis\b|\bWebAssembly\b|\bTextDecoder\b/);
  expect(Object.keys(small)).toEqual(['verifyTxProof']);
});

describe.each([chains.devnet(), chains.mainnet(), chains.bitcoin()])('$name', (chain) => {
  const isMainnet = chain.name === 'vision-mainnet';
  const ties = (['root', 'links', 'work'] as const).filter((tie) => !isMainnet || tie !== 'links');
  const cases = ties.map((tie) => {
    const anchor = tie === 'links' ? headerOf(chain, 8) : checkpointOf(chain, 4);
    const height = tie === 'work' ? 6 : 3;
    const made = (position: number) => {
      const result = makeTxProof(materialOf(chain, tie, height, position, anchor.height));
      if (!result.ok) throw new Error(result.code);
      return result.proof;
    };
    return { tie, anchor, height, made };
  });

  test.each(cases)('a proof by $tie of any transaction holds, in either form', ({ anchor, height, made }) => {
    for (let position = 0; position < 5; position++) {
      const proof = made(position);
      const result = small.verifyTxProof(proof, anchor, { visionX });
      expect(result).toMatchObject({ ok: true, height, position, txid: proof.txid });
      expect(result).toEqual(verifyTxProof(proof, anchor, { visionX }));
      expect(small.verifyTxProof(encodeTxProof(proof), anchor, { visionX })).toEqual(result);
    }
  });

  test.each(cases)('a proof by $tie in which a bit is another has the same result', ({ anchor, made }) => {
    const bytes = encodeTxProof(made(1));
    // VisionX of the mainnet takes long: see the test of the sources.
    const options = { visionX: isMainnet ? () => new Uint8Array(32) : visionX };
    // One bit of each byte: that no bit at all is free is shown of the sources.
    for (let at = 0; at < bytes.length; at++) {
      const flipped = bytes.with(at, (bytes[at] ?? 0) ^ (1 << (at & 7)));
      const result = small.verifyTxProof(flipped, anchor, options);
      expect(result.ok, `byte ${at}`).toBe(false);
      expect(result).toEqual(verifyTxProof(flipped, anchor, options));
    }
  });

  test('PROOF_NEEDS_VISIONX where the work is in VisionX and there is none', () => {
    const work = cases.find(({ tie }) => tie === 'work');
    if (work === undefined) throw new Error('no proof by work');
    const result = small.verifyTxProof(work.made(1), work.anchor);
    expect(result).toMatchObject(
      chain.name.startsWith('bitcoin') ? { ok: true } : { code: 'PROOF_NEEDS_VISIONX' },
    );
  });

  test('an anchor that is none throws the same', () => {
    const proof = cases[0]?.made(1);
    if (proof === undefined) throw new Error('no proof');
    for (const wrong of [
      { ...headerOf(chain, 4), hash: 'x' },
      { ...headerOf(chain, 4), height: -1 },
      { ...headerOf(chain, 4), network: { name: '\ud800', visionx: {}, targetSpacingS: 5 } },
    ]) {
      const thrown = (verify: typeof verifyTxProof): unknown => {
        try {
          return verify(proof, wrong as Parameters<typeof verify>[1]);
        } catch (error) {
          return String(error);
        }
      };
      expect(thrown(small.verifyTxProof)).toMatch(/^(Type|Range)Error: /);
      expect(thrown(small.verifyTxProof)).toBe(thrown(verifyTxProof));
    }
  });
});

test('what Bitcoin Core shows of a real block holds', () => {
  const vector = new URL('../data/bitcoin/vectors/merkle/txoutproof_0830000-100.bin', import.meta.url);
  const shown = decodeTxOutProof(new Uint8Array(readFileSync(vector)));
  const txid = shown?.matches[0]?.txid;
  if (shown === undefined || txid === undefined) throw new Error('no proof');
  const network = 'bitcoin-mainnet';
  const family = resolveNetwork(network);
  const anchor = {
    network,
    height: 830_000,
    hash: family.hashToHex(family.headerHash(shown.header)),
  } as const;
  const proof = txProofOf(shown, txid, anchor);
  const result = small.verifyTxProof(proof, anchor);
  expect(result).toMatchObject({ ok: true, txid, confirmations: 1 });
  expect(result).toEqual(verifyTxProof(proof, anchor));
});
