/** Transactions alone, and bodies taken apart. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { type ChainFamily, resolveNetwork } from '@vision-light/protocol';
import { makeBody } from '../sim/vision-bodies.js';
import { visionSim } from '../sim/vision-chain.js';
import type { FuzzTarget } from './fuzz-target.js';

const blockFile = path.resolve(import.meta.dirname, '../data/bitcoin/blocks/block482683.raw');
const bitcoinBody = new Uint8Array(readFileSync(blockFile).subarray(80));

/** What is read as one transaction is one, and is part of a body that has it. */
function alone(name: string, family: ChainFamily, body: Uint8Array): FuzzTarget {
  return {
    name,
    weight: 1,
    samples: (family.splitBody(body) ?? []).slice(0, 4).map(({ bytes }) => bytes.slice()),
    check(input) {
      const tx = family.readTransaction(input);
      if (tx === undefined) return;
      if (tx.spends.length === 0 || new Set(tx.spends).size < tx.spends.length)
        throw new Error('a transaction that spends nothing, or one thing twice');
      const [first, second] = family.splitBody(family.joinBody([input, input])) ?? [];
      for (const part of [first, second]) {
        if (part === undefined || Buffer.compare(part.bytes, input) !== 0) throw new Error('lost in a body');
        if (Buffer.compare(part.id, tx.id) !== 0 || Buffer.compare(part.relayId, tx.relayId) !== 0)
          throw new Error('another name in a body');
      }
    },
  };
}

/** What is taken apart can be put together. */
function apart(name: string, family: ChainFamily, body: Uint8Array): FuzzTarget {
  return {
    name,
    weight: 1,
    samples: [body],
    check(input) {
      const parts = family.splitBody(input);
      if (parts === undefined) return;
      const joined = family.joinBody(parts.map(({ bytes }) => bytes));
      if (Buffer.compare(joined, input) !== 0) throw new Error('another body');
      for (const { bytes, id } of parts.slice(0, 8)) {
        const tx = family.readTransaction(bytes);
        if (tx === undefined || Buffer.compare(tx.id, id) !== 0) throw new Error('not read alone');
      }
    },
  };
}

const bitcoin = resolveNetwork('bitcoin-regtest');
const visionBody = makeBody(4, 3).body;

/** Transactions of both families. */
export const transactionTargets: readonly FuzzTarget[] = [
  alone('a transaction of Vision', visionSim, visionBody),
  alone('a transaction of Bitcoin', bitcoin, bitcoinBody),
  apart('a body of Vision, taken apart', visionSim, visionBody),
  apart('a body of Bitcoin, taken apart', bitcoin, bitcoinBody),
];
