import { PowJobRunner } from '@vision-light/pow';
import { describe, expect, it } from 'vitest';
import { ArrayAncestry } from '../chain/array-ancestry.js';
import { miningRulesOf } from './mining-families.js';
import { isMinable, networks } from './network-names.js';
import { resolveNetwork } from './networks.js';

const network = {
  name: 'mined-in-a-page',
  visionx: { datasetMb: 1, scratchMb: 1, mixIters: 64, readsPerIter: 4, writeEvery: 4 },
  targetSpacingS: 5,
};
const family = resolveNetwork(network);
const rules = miningRulesOf(network);
if (rules === undefined) throw new Error('a network of one’s own is mined');

const { record: records, hash: hashes } = family.genesis;
const genesisBatch = { count: 1, records, hashes };
const genesis = new ArrayAncestry(family.time, 0, [family.genesis.record]);
const options = { ancestry: genesis, parentHash: family.genesis.hash, wallTime: 1_800_000_000.9, miner: 'Ω' };

describe('what a miner needs of a network', () => {
  it('is there on the devnet and on networks of one’s own, and on no other one', () => {
    expect(networks.filter(isMinable)).toEqual(['vision-devnet']);
    for (const name of networks) expect(miningRulesOf(name) !== undefined, name).toBe(isMinable(name));
    expect(() => miningRulesOf({ ...network, targetSpacingS: 0 })).toThrow(RangeError);
  });

  it('makes headers of empty blocks that the rules accept, one on another', () => {
    const runner = new PowJobRunner();
    const ancestry = genesis.upTo(0);
    let parentHash = family.genesis.hash;
    for (let height = 1; height <= 40; height++) {
      const wallTime = options.wallTime + 3 * height;
      const template = rules.createTemplate({ ...options, ancestry, parentHash, wallTime });
      // Across the greatest nonce.
      const start = 2n ** 64n - 2n;
      const job = rules.nonceJob(template, start, 4096);
      const batch = rules.solve(template, start, runner.run(job));
      if (batch === undefined) throw new Error(`no nonce for height ${height}`);
      const { records: record, hashes: hash } = batch;
      expect(record).toHaveLength(rules.recordBytes);
      expect(hash).toEqual(family.headerHash(record));
      expect(family.checkHeader(record, ancestry, wallTime)).toEqual({ kind: 'ok' });
      expect(family.applyPow(batch, 0, 1, runner.run(family.powJob(batch, 0, 1)))).toBe(1);
      const parentRecord = ancestry.record(height - 1);
      expect(family.impliedBody({ record, height, parentRecord })).toBeDefined();
      ancestry.push(record);
      parentHash = hash;
    }
  });

  it('takes the first nonce that meets the target, and none that does not', () => {
    const ancestry = genesis.upTo(0);
    // Every digest meets difficulty 1: this one is no easier than it looks.
    for (let second = 1; second < 12; second++) {
      const parentHash = new Uint8Array(32).fill(second);
      ancestry.push(rules.createTemplate({ ...options, ancestry, parentHash, wallTime: second }));
    }
    const template = rules.createTemplate({ ...options, ancestry });
    const misses = new Uint8Array(3 * 32).fill(0xff);
    expect(rules.solve(template, 7n, misses)).toBeUndefined();
    const hits = misses.slice();
    hits.fill(0, 32, 96);
    hits[95] = 1;
    const { records, hashes } = rules.solve(template, 7n, hits) ?? genesisBatch;
    const { fields } = family.describe(records, hashes, 12);
    expect(fields).toMatchObject({ nonce: 8n, digest: '0'.repeat(64), txRoot: '0'.repeat(64), miner: 'Ω' });
  });

  it('refuses a miner field that no header can have', () => {
    for (const miner of ['', 'x'.repeat(65), '\ud800']) {
      expect(() => rules.checkMiner(miner)).toThrow(/^miner: must be 1 to 64 bytes/);
      expect(() => rules.createTemplate({ ...options, miner })).toThrow(RangeError);
    }
    expect(() => rules.checkMiner('x'.repeat(64))).not.toThrow();
  });
});
