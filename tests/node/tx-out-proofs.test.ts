/** Proofs of real nodes, in the bytes of `gettxoutproof`: read, written again to the byte, and verified as proofs of ours. */
import { readFileSync } from 'node:fs';
import {
  bytesToHex,
  decodeTxOutProof,
  decodeTxProof,
  encodeTxOutProof,
  encodeTxProof,
  hexToBytes,
  resolveNetwork,
  type TxOutProof,
  txProofOf,
  verifyTxProof,
} from '@vision-light/protocol';
import { describe, expect, test } from 'vitest';

const folder = new URL('../data/bitcoin/', import.meta.url);
const read = (name: string): Uint8Array => new Uint8Array(readFileSync(new URL(name, folder)));
const readHex = (name: string): Uint8Array => {
  const text = readFileSync(new URL(name, folder), 'utf8').trim();
  return hexToBytes(text, text.length / 2) as Uint8Array;
};
const family = resolveNetwork('bitcoin-mainnet');
const hashOf = (header: Uint8Array): string => family.hashToHex(family.headerHash(header));

const network = 'bitcoin-mainnet' as const;
/** File, height, positions of those that are shown. */
const cases: [file: string, height: number, positions: number[]][] = [
  ['txoutproof_0830000-0.bin', 830_000, [0]],
  ['txoutproof_0830000-100.bin', 830_000, [100]],
  ['txoutproof_0830000-1850.bin', 830_000, [1850]],
  ['txoutproof_0831332-0_1_15_20_115_2019_2024.bin', 831_332, [0, 1, 15, 20, 115, 2019, 2024]],
  ['merkle300025.raw', 300_025, [396, 397]],
];

function opened(bytes: Uint8Array): TxOutProof {
  const proof = decodeTxOutProof(bytes);
  if (proof === undefined) throw new Error('no proof');
  return proof;
}

describe.each(cases)('%s', (file, height, positions) => {
  const bytes = read(`vectors/merkle/${file}`);

  test('is read, and written again to the byte', () => {
    const proof = opened(bytes);
    expect(proof.matches.map(({ position }) => position)).toEqual(positions);
    expect(bytesToHex(encodeTxOutProof(proof))).toBe(bytesToHex(bytes));
  });

  test('each of its transactions verifies as a proof of ours, and only with the right header', () => {
    const proof = opened(bytes);
    const anchor = { network, height, hash: hashOf(proof.header) };
    for (const { txid, position } of proof.matches) {
      const ours = txProofOf(proof, txid, { network, height });
      expect(verifyTxProof(ours, anchor)).toMatchObject({
        ok: true,
        txid,
        position,
        tx: undefined,
        count: undefined,
      });
      const binary = encodeTxProof(ours);
      expect(decodeTxProof(binary)).toEqual({ ok: true, proof: ours });
      expect(verifyTxProof(binary, anchor).ok).toBe(true);
      expect(verifyTxProof(ours, { ...anchor, hash: 'ab'.repeat(32) })).toMatchObject({
        code: 'PROOF_NOT_TIED',
      });
    }
  });

  test('no bit can be another', () => {
    const taken: number[] = [];
    const original = opened(bytes);
    const anchor = { network, height, hash: hashOf(original.header) };
    // Behind the hashes are the flags: one of them may say that another transaction is shown, which is just as true.
    const hashes = original.hashes.length / 32 + original.matches.length;
    for (let at = 0; at < 85 + 32 * hashes; at++) {
      const flipped = bytes.slice();
      flipped[at] = (flipped[at] as number) ^ (1 << (at % 8));
      const proof = decodeTxOutProof(flipped);
      // The header is tied by its hash, and the number of transactions by nothing.
      if (proof === undefined || hashOf(proof.header) !== anchor.hash) continue;
      if (at < 80 || at >= 84) taken.push(at);
    }
    expect(taken).toEqual([]);
    const [first] = original.matches;
    const binary = encodeTxProof(txProofOf(original, first?.txid ?? '', { network, height }));
    for (let at = 0; at < binary.length; at++) {
      const flipped = binary.slice();
      flipped[at] = (flipped[at] as number) ^ (1 << (at % 8));
      if (verifyTxProof(flipped, anchor).ok) taken.push(at);
    }
    expect(taken).toEqual([]);
  });
});

test('a real header chain ties it to a later header', () => {
  const headers = read('headers/mainnet_300000-300499.bin');
  const headerAt = (height: number): Uint8Array =>
    headers.slice(80 * (height - 300_000), 80 * (height - 299_999));
  const proof = opened(read('vectors/merkle/merkle300025.raw'));
  expect(headerAt(300_025)).toEqual(proof.header);
  const headersAfter = Array.from({ length: 10 }, (_, i) => headerAt(300_026 + i));
  const txid = proof.matches[0]?.txid ?? '';
  const ours = txProofOf(proof, txid, { network: 'bitcoin-mainnet', height: 300_025, headersAfter });
  const anchor = { network: 'bitcoin-mainnet', height: 300_035, hash: hashOf(headerAt(300_035)) } as const;
  expect(verifyTxProof(ours, anchor)).toMatchObject({ ok: true, txid, confirmations: 11, height: 300_025 });
});

test.each([
  ['header', { header: new Uint8Array(79) }],
  ['matches', { matches: [{ position: 0, txid: 'AB'.repeat(32) }] }],
  ['matches', { matches: [] }],
  ['hashes', { hashes: new Uint8Array(32) }],
])('is not written where a caller is wrong about its %s', (member, wrong) => {
  const proof = opened(read('vectors/merkle/merkle300025.raw'));
  expect(() => encodeTxOutProof({ ...proof, ...wrong })).toThrow(
    expect.objectContaining({ name: 'RangeError', message: expect.stringMatching(`^${member}: `) }),
  );
});

test('a merkle block of the test network is read too, as other implementations read it', () => {
  const proof = opened(readHex('vectors/merkle/rust-bitcoin_merkle_block.hex'));
  expect(encodeTxOutProof(proof)).toEqual(readHex('vectors/merkle/rust-bitcoin_merkle_block.hex'));
  const block = readHex('vectors/merkle/rust-bitcoin_block_13b8a.hex');
  expect(block.subarray(0, 80)).toEqual(proof.header);
  const transactions = family.splitBody(block.subarray(80)) ?? [];
  expect(proof.count).toBe(transactions.length);
  for (const { position, txid } of proof.matches)
    expect(family.hashToHex(transactions[position]?.id as Uint8Array)).toBe(txid);
});
