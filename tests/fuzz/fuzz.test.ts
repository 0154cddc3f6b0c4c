import { expect, it } from 'vitest';
import { SimRandom } from '../sim/sim-random.js';
import { FuzzFailure, fuzz, tryOne } from './fuzz.js';
import { hostileBytes } from './mutate.js';
import { targets } from './targets.js';

const INPUTS = 1_000_000;

it('every decoder withstands a million hostile inputs between them', () => {
  const counts = fuzz({ seed: 1, inputsMax: INPUTS });
  expect([...counts.values()].reduce((sum, count) => sum + count, 0)).toBe(INPUTS);
  for (const { name } of targets) expect(counts.get(name)).toBeGreaterThan(INPUTS / 50);
});

it.each(targets)('$name: takes its own samples, and hostile inputs are taken and refused', (target) => {
  for (const sample of target.samples) tryOne(target, sample, 'sample');
  const random = new SimRandom(2);
  const inputs = Array.from({ length: 50 }, () =>
    Buffer.from(hostileBytes(random, target.samples)).toString('hex'),
  );
  expect(new Set(inputs).size).toBeGreaterThan(40);
});

it('says seed, input and how to see it again when one is not withstood', () => {
  const weak = {
    name: 'weak',
    weight: 1,
    samples: [new Uint8Array(8)],
    check: (input: Uint8Array) => {
      if (input[0] === 0x80) throw new TypeError('oh');
    },
  };
  expect(() => fuzz({ seed: 4, inputsMax: 100_000, targets: [weak] })).toThrow(FuzzFailure);
  expect(() => fuzz({ seed: 4, inputsMax: 100_000, targets: [weak] })).toThrow(
    /^weak, seed 4, input \d+: TypeError: oh\nAgain: npm run fuzz -- --target "weak" --input 80[0-9a-f]*$/,
  );
});
