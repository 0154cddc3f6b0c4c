import { readdirSync, readFileSync } from 'node:fs';
import { resolveNetwork } from '@vision-light/protocol';
import { describe, expect, it, vi } from 'vitest';
import { RequestFault } from '../../packages/gateway/src/http/request/request-fault.js';
import { RequestMembers } from '../../packages/gateway/src/http/request/request-members.js';
import { SimRandom } from '../sim/sim-random.js';
import { bitcoinBlocks } from './bitcoin-blocks.js';
import { FuzzFailure, fuzz, tryOne } from './fuzz.js';
import { hostileBytes } from './mutate.js';
import { targets } from './targets.js';

/** Of each seed. */
const INPUTS = 50_000;
const SEEDS = Array.from({ length: 20 }, (_, index) => index + 1);

describe('every decoder withstands hostile inputs, a million between them', () => {
  it.each(SEEDS)('seed %i', (seed) => {
    const counts = fuzz({ seed, inputsMax: INPUTS });
    expect([...counts.values()].reduce((sum, count) => sum + count, 0)).toBe(INPUTS);
    for (const { name } of targets) expect(counts.get(name)).toBeGreaterThan(INPUTS / 100);
  });
});

it.each(targets)('$name: takes its own samples, and hostile inputs are taken and refused', (target) => {
  for (const sample of target.samples) tryOne(target, sample, 'sample');
  const random = new SimRandom(2);
  const inputs = Array.from({ length: 50 }, () =>
    Buffer.from(hostileBytes(random, target.samples)).toString('hex'),
  );
  expect(new Set(inputs).size).toBeGreaterThan(40);
});

it('hostile Bitcoin bodies get as far as each of the checks', () => {
  const family = resolveNetwork('bitcoin-mainnet');
  const random = new SimRandom(3);
  const samples = bitcoinBlocks.map(({ body }) => body);
  const counts = new Map<string, number>();
  for (let i = 0; i < 20_000; i++) {
    const input = hostileBytes(random, samples);
    for (const { context } of bitcoinBlocks) {
      const verdict = family.checkBody(input, context);
      const code = verdict.kind === 'ok' ? 'ok' : verdict.code;
      counts.set(code, (counts.get(code) ?? 0) + 1);
    }
  }
  for (const code of ['ok', 'BODY_MALFORMED', 'BODY_ROOT_MISMATCH', 'BODY_WITNESS_MISMATCH'])
    expect(counts.get(code), code).toBeGreaterThan(10);
});

it('reads those members of requests over HTTP that the gateway reads', () => {
  const folder = new URL('../../packages/gateway/src/http/p2p/', import.meta.url);
  const sources = readdirSync(folder).filter((name) => !name.endsWith('.test.ts'));
  const routes = sources.map((name) => readFileSync(new URL(name, folder), 'utf8')).join('');
  const read = [...routes.matchAll(/(?:members|object)\.\w+\('(\w+)'/g)].map(([, name]) => name);
  const requests = targets.find(({ name }) => name === 'JSON of requests over HTTP');
  const given = (requests?.samples ?? []).flatMap((sample) =>
    namesIn(JSON.parse(Buffer.from(sample).toString())),
  );
  expect(new Set(read).size).toBeGreaterThan(5);
  expect(new Set(given)).toEqual(new Set(read));
  const tried: string[] = [];
  for (const method of ['u64', 'text', 'list', 'hash', 'optionalHash', 'hashes'] as const)
    vi.spyOn(RequestMembers.prototype, method).mockImplementation((name: string): never => {
      tried.push(name);
      throw new RequestFault('seen');
    });
  requests?.check(requests.samples[0] as Uint8Array);
  vi.restoreAllMocks();
  expect(new Set(tried)).toEqual(new Set(read));
});

/** Names of members, those of objects in lists too. */
function namesIn(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  const names = Array.isArray(value) ? [] : Object.keys(value);
  return [...names, ...Object.values(value).flatMap(namesIn)];
}

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
