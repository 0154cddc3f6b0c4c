import { devnetMerkleRoot, resolveNetwork, transactionHash } from '@vision-light/protocol';
import { describe, expect, it } from 'vitest';
import { decodeVisionBody } from '../../../protocol/src/families/vision/block/body-codec.js';
import { verifySignatures } from '../verify-signatures.js';
import { TransactionGenerator } from './transaction-generator.js';

/** A small generator of numbers from a seed. */
function numbersFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

describe('TransactionGenerator', () => {
  it('makes bodies whose root is theirs, with none to the most transactions', () => {
    const generator = new TransactionGenerator(numbersFrom(1), 12);
    const counts = new Set<number>();
    for (let block = 0; block < 200; block++) {
      const { body, txRoot } = generator.next();
      const transactions = decodeVisionBody(body)?.map(({ tx }) => tx) ?? [];
      counts.add(transactions.length);
      expect(devnetMerkleRoot(transactions.map((tx) => transactionHash(tx)))).toEqual(txRoot);
      expect(body.length).toBeLessThan(8000);
    }
    expect(Math.min(...counts)).toBe(0);
    expect(Math.max(...counts)).toBe(12);
  });

  it('signs what it sends, in the form that nodes relay', () => {
    const generator = new TransactionGenerator(numbersFrom(5), 12);
    const family = resolveNetwork('vision-devnet');
    const sent = Array.from({ length: 5 }, () => generator.payments()).flat();
    const read = sent.map((bytes) => family.readTransaction(bytes));
    expect(read.length).toBeGreaterThan(10);
    expect(read.map((tx) => tx?.fault)).toEqual(read.map(() => undefined));
    const checks = read.flatMap((tx) => tx?.signature ?? []);
    expect(verifySignatures(checks)).toEqual(new Uint8Array(read.length).fill(1));
  });

  it('counts the nonces of each sender up from 0', () => {
    const generator = new TransactionGenerator(numbersFrom(2), 12);
    const next = new Map<string, bigint>();
    for (let block = 0; block < 50; block++)
      for (const { tx } of decodeVisionBody(generator.next().body) ?? []) {
        expect(tx.nonce).toBe(next.get(tx.sender_pubkey) ?? 0n);
        next.set(tx.sender_pubkey, tx.nonce + 1n);
      }
    expect(next.size).toBeGreaterThan(10);
  });

  it('repeats itself with the same numbers, and differs with others', () => {
    const blocks = (seed: number): Uint8Array[] => {
      const generator = new TransactionGenerator(numbersFrom(seed), 5);
      return Array.from({ length: 10 }, () => generator.next().body);
    };
    expect(blocks(3)).toEqual(blocks(3));
    expect(blocks(3)).not.toEqual(blocks(4));
  });

  it('makes empty blocks at 0', () => {
    const { body, txRoot } = new TransactionGenerator(numbersFrom(1), 0).next();
    expect([body, txRoot]).toEqual([Uint8Array.of(0), new Uint8Array(32)]);
  });
});
