/** The kernel's pass over a batch against the rules, on chains of every Bitcoin network and on bits that were flipped. */
import { type HeaderBatch, HeaderTree } from '@vision-light/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bitcoinParams } from '../../packages/protocol/src/families/bitcoin/network-params.js';
import { SimRandom } from '../sim/sim-random.js';
import { easyRules, type MinedChain, mineChain, type Violation } from './easy-chains.js';
import { encode, familiesOf, TwoJudges } from './two-judges.js';

type Network = keyof typeof bitcoinParams;
const networks = Object.keys(bitcoinParams) as Network[];
const violations: readonly Violation[] = ['version', 'bits', 'badBits', 'old', 'new', 'pow', 'warp'];

/** Headers `from` … `to` − 1. */
function part({ records, hashes }: HeaderBatch, from: number, to: number): HeaderBatch {
  return {
    count: to - from,
    records: records.slice(from * 80, to * 80),
    hashes: hashes.slice(from * 32, to * 32),
  };
}

const hashBefore = (chain: HeaderBatch, index: number, genesis: Uint8Array): Uint8Array =>
  index === 0 ? genesis : chain.hashes.slice(index * 32 - 32, index * 32);

/** A batch as it comes, after the header before it. */
function caseOf(network: Network, { batch, wallTime }: MinedChain, from: number, to = batch.count) {
  const { quick, slow } = familiesOf(easyRules(network));
  const parent = hashBefore(batch, from, quick.genesis.hash);
  const payload = encode(quick, part(batch, from, to));
  return { families: { quick, slow }, input: { parent, count: to - from, payload, wallTime } };
}

describe.each(networks)('%s', (network) => {
  const params = easyRules(network);

  it('what the pass says is what the rules say, with rules broken and not, from genesis, a base, or beside the tip', () => {
    const scenario = fc.record({
      seed: fc.nat(),
      before: fc.nat(70),
      count: fc.integer({ min: 1, max: 70 }),
      broken: fc.array(fc.tuple(fc.nat(70), fc.constantFrom(...violations)), { maxLength: 2 }),
      isFromBase: fc.boolean(),
      hasRival: fc.boolean(),
      isAllOrNothing: fc.boolean(),
    });
    fc.assert(
      fc.property(scenario, ({ seed, before, count, broken, isFromBase, hasRival, isAllOrNothing }) => {
        const at = new Map(broken.map(([i, violation]) => [before + (i % count), violation]));
        const chain = mineChain(params, before + count, new SimRandom(seed), at);
        const { families, input } = caseOf(network, chain, before);
        const first = {
          parent: params.genesisHash,
          count: before,
          payload: encode(families.quick, part(chain.batch, 0, before)),
          wallTime: chain.wallTime,
        };
        const whole = new TwoJudges(families);
        if (before > 0) expect(whole.judge(first).fault).toBeUndefined();
        const judges = isFromBase ? new TwoJudges(families, whole.slow.tree.baseAt(before)) : whole;
        if (hasRival) {
          const rival = mineChain({ ...params, genesisHash: input.parent }, 1, new SimRandom(seed + 1)).batch;
          const payload = encode(families.quick, rival);
          judges.judge({ ...input, count: 1, payload });
        }
        judges.judge(input, isAllOrNothing);
        // Once more: all that is good is known now.
        judges.judge(input, isAllOrNothing);
      }),
      { numRuns: 200 },
    );
  });

  const codes: [Violation, string][] = [
    ['version', 'HEADER_BAD_VERSION'],
    ['bits', 'HEADER_BAD_DIFFICULTY'],
    ['badBits', 'HEADER_BAD_BITS'],
    ['old', 'HEADER_TIME_TOO_OLD'],
    ['new', 'HEADER_TIME_TOO_NEW'],
    ['pow', 'HEADER_TARGET_MISSED'],
    ...(params.enforcesBip94 ? [['warp', 'HEADER_TIME_TIMEWARP'] as [Violation, string]] : []),
  ];
  it.each(codes)('a broken rule, %s, is named', (violation, code) => {
    // The first of a period, and the last of a batch.
    for (const at of [39, 59]) {
      const chain = mineChain(params, 60, new SimRandom(at), new Map([[at, violation]]));
      const { families, input } = caseOf(network, chain, 0);
      expect(new TwoJudges(families).judge(input)).toMatchObject({ accepted: at, fault: code });
    }
  });

  it('batches of every length around four runs of 500', () => {
    const chain = mineChain(params, 2000, new SimRandom(7));
    for (const count of [1, 2, 499, 500, 501, 502, 999, 1000, 1001, 1499, 1500, 1501, 1999, 2000]) {
      const { families, input } = caseOf(network, chain, 0, count);
      expect(new TwoJudges(families).judge(input)).toMatchObject({ accepted: count, fault: undefined });
    }
  });

  it('a fault in any run of 500 is named, and what is before it counts', () => {
    for (const at of [0, 499, 500, 1000, 1499, 1500, 1700]) {
      const chain = mineChain(params, 1701, new SimRandom(at), new Map([[at, 'pow']]));
      const { families, input } = caseOf(network, chain, 0);
      const outcome = new TwoJudges(families).judge(input);
      expect(outcome).toMatchObject({ accepted: at, fault: 'HEADER_TARGET_MISSED' });
    }
  });

  it('every bit of a small batch', () => {
    // Heights 19 to 21: the second header is the first of a period.
    const chain = mineChain(params, 21, new SimRandom(3));
    const { families, input } = caseOf(network, chain, 18);
    const whole = new TwoJudges(families);
    const { parent, payload } = caseOf(network, chain, 0, 18).input;
    whole.judge({ parent, count: 18, payload, wallTime: chain.wallTime });
    const base = whole.slow.tree.baseAt(18);
    let good = 0;
    for (let bit = 0; bit < input.payload.length * 8; bit++) {
      const flipped = flip(input.payload, bit);
      const { fault } = new TwoJudges(families, base).judge({ ...input, payload: flipped });
      if (fault === undefined) good++;
    }
    // Every second hash meets the easiest target, so some of what was changed is as good as it was.
    expect(good).toBeGreaterThan(0);
  });
});

function flip(bytes: Uint8Array, bit: number): Uint8Array {
  const copy = bytes.slice();
  copy[bit >> 3] = (copy[bit >> 3] as number) ^ (1 << (bit & 7));
  return copy;
}

describe('the parent that a batch gives', () => {
  const chain = mineChain(easyRules('regtest'), 1003, new SimRandom(11));
  const { families, input } = caseOf('regtest', chain, 0);
  /** Where it stands: the encoding of 500 headers ends there. */
  const starts = [500, 1000].map((count) => {
    const before = encode(families.quick, part(chain.batch, 0, count)).length;
    return before;
  });

  it('is the hash of the header before, or the batch ends there', () => {
    for (const [run, start] of starts.entries()) {
      for (let bit = start * 8; bit < (start + 32) * 8; bit += 11) {
        const { fault, accepted } = new TwoJudges(families).judge({
          ...input,
          payload: flip(input.payload, bit),
        });
        expect([fault, accepted]).toEqual(['HEADER_BAD_PARENT', 500 * (run + 1)]);
      }
    }
  });

  it('is not left out, nor given elsewhere', () => {
    const [start = 0] = starts;
    const without = new Uint8Array([
      ...input.payload.subarray(0, start),
      ...input.payload.subarray(start + 32),
    ]);
    expect(new TwoJudges(families).judge({ ...input, payload: without }).fault).toBeDefined();
    const more = new Uint8Array([...chain.batch.hashes.subarray(0, 32), ...input.payload]);
    expect(new TwoJudges(families).judge({ ...input, payload: more }).fault).toBeDefined();
  });

  it('bits near it: both judges say the same', () => {
    const [start = 0] = starts;
    for (let bit = (start - 42) * 8; bit < (start + 32 + 42) * 8; bit += 7)
      new TwoJudges(families).judge({ ...input, payload: flip(input.payload, bit) });
  });
});

it('takes no header twice, and leaves the tree as it was where there is no room', () => {
  const params = easyRules('regtest');
  const { quick } = familiesOf(params);
  const { batch } = mineChain(params, 30, new SimRandom(1));
  const tree = new HeaderTree(quick, { headersMax: 21 });
  expect(tree.appendRun(batch, 0, 30)).toMatchObject({ firstHeight: 1, count: 20 });
  expect(tree.tipHeight).toBe(20);
});
