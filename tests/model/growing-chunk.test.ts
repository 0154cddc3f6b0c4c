import type { ChainFamily, HeaderBatch } from '@vision-light/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createBitcoinFamily } from '../../packages/protocol/src/families/bitcoin/bitcoin-family.js';
import { encodeChunk, GrowingChunk } from '../../packages/protocol/src/headers/chunk-codec.js';
import { easyBatch, easyNetwork } from '../sim/bitcoin-chain.js';
import { genesisTime, VisionChain, visionSim } from '../sim/vision-chain.js';

/** Headers of which each field changes now and then, and stays now and then. */
function visionBatch(): HeaderBatch {
  const chain = new VisionChain();
  for (let i = 0; i < 12; i++)
    chain.mine({
      count: 2,
      miner: `miner ${Math.floor(i / 2) % 2}`,
      timeOf: (height) => genesisTime + 7 * height,
      txRootOf: (height) => new Uint8Array(32).fill(height % 3),
    });
  return chain.batch;
}

function bitcoinBatch(): HeaderBatch {
  const headers = Array.from({ length: 24 }, (_, i) => ({
    version: 4 + (Math.floor(i / 4) % 2),
    time: 1_300_000_000 + 600 * i,
    salt: i,
  }));
  return easyBatch(easyNetwork(), headers);
}

function part({ records, hashes }: HeaderBatch, family: ChainFamily, from: number, to: number): HeaderBatch {
  return {
    count: to - from,
    records: records.subarray(from * family.recordBytes, to * family.recordBytes),
    hashes: hashes.subarray(from * 32, to * 32),
  };
}

describe.each([
  { family: visionSim as ChainFamily, batch: visionBatch() },
  { family: createBitcoinFamily(easyNetwork()) as ChainFamily, batch: bitcoinBatch() },
])('a chunk of $family.family headers that grows', ({ family, batch }) => {
  it('is, piece by piece, the chunk that is encoded at once', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(batch.count), { maxLength: 6 }), (cuts) => {
        const chunk = new GrowingChunk(family, family.genesis.hash);
        let from = 0;
        for (const to of [...cuts, batch.count].sort((a, b) => a - b)) {
          chunk.append(part(batch, family, from, to));
          from = to;
          if (to === 0) continue;
          const whole = encodeChunk(family, family.genesis.hash, part(batch, family, 0, to));
          expect([chunk.count, chunk.bytes()]).toEqual([to, whole]);
        }
      }),
    );
  });
});
