import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import {
  datasetWord,
  expand256,
  foldSeed,
  splitmix64,
  VisionX,
  type VisionXInput,
  type VisionXParams,
} from './index.js';

interface WireParams {
  dataset_mb: number;
  scratch_mb: number;
  mix_iters: number;
  reads_per_iter: number;
  write_every: number;
}
interface DigestCase {
  prev_hash32: string;
  epoch: string;
  header_bytes: string;
  nonce: string;
  digest: string;
}
interface WireHeader {
  parent: string;
  number: string;
  timestamp: string;
  difficulty: string;
  nonce: string;
  tx_root: string;
  miner: string;
}

const vectors = readVectors('vision-vectors.json');
const devnet = readVectors('vision-devnet-vectors.json');

const canonical: VisionXParams = {
  datasetMb: 256,
  scratchMb: 32,
  mixIters: 65536,
  readsPerIter: 4,
  writeEvery: 4,
};
const small: VisionXParams = { datasetMb: 1, scratchMb: 1, mixIters: 256, readsPerIter: 4, writeEvery: 4 };
const canonicalVisionX = new VisionX(canonical);

function readVectors(name: string) {
  return JSON.parse(readFileSync(new URL(`../../../tests/vectors/${name}`, import.meta.url), 'utf8'));
}

function bytes(hex: string): Uint8Array {
  return Uint8Array.from(Buffer.from(hex, 'hex'));
}

function hex(data: Uint8Array): string {
  return Buffer.from(data).toString('hex');
}

function hexDigests(digests: Uint8Array): string[] {
  return Array.from({ length: digests.length / 32 }, (_, i) => hex(digests.subarray(32 * i, 32 * i + 32)));
}

function fromWire(p: WireParams): VisionXParams {
  return {
    datasetMb: p.dataset_mb,
    scratchMb: p.scratch_mb,
    mixIters: p.mix_iters,
    readsPerIter: p.reads_per_iter,
    writeEvery: p.write_every,
  };
}

function inputOf(c: DigestCase): VisionXInput {
  return {
    message: bytes(c.header_bytes),
    nonce: BigInt(c.nonce),
    seed: bytes(c.prev_hash32),
    epoch: BigInt(c.epoch),
  };
}

/** Message of docs/chains/vision.md §2.1 with the nonce field zero. */
function headerMessage(version: number, h: WireHeader): Uint8Array {
  const miner = Buffer.from(h.miner, 'utf8');
  const message = Buffer.alloc(108 + miner.length);
  message.write('VPOW');
  message.writeUInt32LE(version, 4);
  message.set(bytes(h.parent), 8);
  message.writeBigUInt64LE(BigInt(h.number), 40);
  message.writeBigUInt64LE(BigInt(h.timestamp), 48);
  message.writeBigUInt64LE(BigInt(h.difficulty), 56);
  message.set(bytes(h.tx_root), 72);
  message.writeUInt32LE(miner.length, 104);
  message.set(miner, 108);
  return message;
}

function headerInput(
  network: string,
  message: Uint8Array,
  h: { number: string; nonce: string },
): VisionXInput {
  const epoch = BigInt(h.number) / 32n;
  const epochBytes = Buffer.alloc(8);
  epochBytes.writeBigUInt64LE(epoch);
  const seed = createHash('sha256')
    .update(`VISIONX_EPOCH_SEED_V1${network}`)
    .update(Buffer.alloc(32))
    .update(epochBytes)
    .digest();
  return { message, nonce: BigInt(h.nonce), seed, epoch };
}

const madeUpInputs: VisionXInput[] = Array.from({ length: 7 }, (_, i) => ({
  message: new Uint8Array(17 * i).fill(i + 1),
  nonce: BigInt(i) * 0x123456789abcdefn,
  seed: new Uint8Array(32).fill(0x40 + i),
  epoch: BigInt(i % 3),
}));

describe('vectors', () => {
  test.each<DigestCase & { params: WireParams }>(vectors.visionx_small)('small %#', (c) => {
    expect(hex(new VisionX(fromWire(c.params)).hash([inputOf(c)]))).toBe(c.digest);
  });

  test('canonical, in one batch', () => {
    const cases: DigestCase[] = vectors.visionx_canonical;
    expect(cases.length).toBeGreaterThan(0);
    expect(hexDigests(canonicalVisionX.hash(cases.map(inputOf)))).toEqual(cases.map((c) => c.digest));
  });

  test('two headers with one digest', () => {
    const { headers, digest } = vectors.header_collision;
    const inputs = headers.map((h: WireHeader & { parent_hash: string }) =>
      headerInput('mainnet', headerMessage(1, { ...h, parent: h.parent_hash }), h),
    );
    expect(hex(inputs[0].message)).not.toBe(hex(inputs[1].message));
    expect(hexDigests(canonicalVisionX.hash(inputs))).toEqual([digest, digest]);
  });

  test('headers of the devnet', () => {
    const cases: (WireHeader & { message_nonce_zero: string; digest: string })[] = devnet.devnet_header;
    const inputs = cases.map((c) => headerInput('vision-devnet', bytes(c.message_nonce_zero), c));
    expect(inputs.map((input) => hex(input.message))).toEqual(cases.map((c) => hex(headerMessage(2, c))));
    expect(hexDigests(canonicalVisionX.hash(inputs))).toEqual(cases.map((c) => c.digest));
  });

  test('a whole small devnet chain', () => {
    const { network, headers } = devnet.devnet_chain;
    const inputs = headers.map((h: WireHeader) => headerInput(network.name, headerMessage(2, h), h));
    expect(inputs.length).toBeGreaterThan(100);
    expect(hexDigests(new VisionX(fromWire(network.visionx)).hash(inputs))).toEqual(
      headers.map((h: { digest: string }) => h.digest),
    );
  });
});

describe('hash', () => {
  test('hashes nothing to nothing', () => {
    expect(canonicalVisionX.hash([])).toEqual(new Uint8Array(0));
  });

  test.each([1, 2, 3, 4, 5, 6, 7])('gives in a batch of %i what it gives alone', (n) => {
    const visionX = new VisionX({ ...small, writeEvery: 1 });
    const inputs = madeUpInputs.slice(0, n);
    const alone = inputs.map((input) => hex(visionX.hash([input])));
    expect(hexDigests(visionX.hash(inputs))).toEqual(alone);
    expect(new Set(alone).size).toBe(n);
  });

  test('keeps lanes with the same input apart', () => {
    const same = Array.from({ length: 3 }, () => madeUpInputs[1]!);
    const visionX = new VisionX({ ...small, writeEvery: 1 });
    expect(hexDigests(visionX.hash(same))).toEqual(
      hexDigests(visionX.hash(same.slice(1))).concat(hex(visionX.hash(same.slice(2)))),
    );
  });

  test('does not let a longer message before it shine through', () => {
    const visionX = new VisionX(small);
    const short = { ...madeUpInputs[1]!, message: new Uint8Array([1, 2, 3]) };
    const before = hex(visionX.hash([short]));
    visionX.hash([{ ...short, message: new Uint8Array(1024).fill(0xff) }]);
    expect(hex(visionX.hash([short]))).toBe(before);
    expect(hex(visionX.hash([{ ...short, message: new Uint8Array([1, 2, 3, 0]) }]))).toBe(before);
  });

  test('takes messages up to 1024 bytes', () => {
    const visionX = new VisionX(small);
    const input = madeUpInputs[0]!;
    expect(visionX.hash([{ ...input, message: new Uint8Array(1024) }])).toHaveLength(32);
    expect(() => visionX.hash([{ ...input, message: new Uint8Array(1025) }])).toThrow(RangeError);
  });

  test.each([
    ['a short seed', { seed: new Uint8Array(31) }],
    ['a long seed', { seed: new Uint8Array(33) }],
    ['a negative nonce', { nonce: -1n }],
    ['a nonce of 65 bits', { nonce: 2n ** 64n }],
    ['a negative epoch', { epoch: -1n }],
    ['an epoch of 65 bits', { epoch: 2n ** 64n }],
  ])('refuses %s', (_, wrong) => {
    expect(() => new VisionX(small).hash([{ ...madeUpInputs[0]!, ...wrong }])).toThrow(RangeError);
  });

  test('takes the largest nonce and epoch', () => {
    const largest = { ...madeUpInputs[0]!, nonce: 2n ** 64n - 1n, epoch: 2n ** 64n - 1n };
    expect(hex(new VisionX(small).hash([largest]))).toBe(hex(naiveVisionX(small, largest)));
  });
});

describe('written words', () => {
  // 20,000 writes leave most of the 131,072 words alone; 70,000 need a slot for every word and hit many of them twice.
  test.each([20_000, 70_000])('are all found again after %i writes', (mixIters) => {
    const params = { ...small, mixIters, writeEvery: 1 };
    const input = madeUpInputs[2]!;
    expect(hex(new VisionX(params).hash([input]))).toBe(hex(naiveVisionX(params, input)));
  });

  // So many rounds that the word written in the first is read again.
  test('come from the first round alone if writeEvery is not below the number of rounds', () => {
    const mixIters = 200_000;
    const [never, once, beyond, largest] = [0, mixIters, 2 ** 32, Number.MAX_SAFE_INTEGER].map((writeEvery) =>
      hex(new VisionX({ ...small, mixIters, writeEvery }).hash(madeUpInputs.slice(0, 1))),
    );
    expect(once).not.toBe(never);
    expect(beyond).toBe(once);
    expect(largest).toBe(once);
  });
});

describe('parameters', () => {
  test('at canonical size an instance takes less than 2 MB', () => {
    expect(canonicalVisionX.memoryBytes).toBeLessThan(2_000_000);
  });

  test('at their limits work, in less than 100 MB', () => {
    const largest = new VisionX({
      datasetMb: 512,
      scratchMb: 128,
      mixIters: 1_000_000,
      readsPerIter: 8,
      writeEvery: 1,
    });
    expect(largest.memoryBytes).toBeLessThan(100_000_000);
    expect(largest.hash(madeUpInputs.slice(0, 1))).toHaveLength(32);
    expect(largest.memoryBytes).toBeLessThan(100_000_000);
  });

  test.each<Partial<VisionXParams>>([
    { datasetMb: 0 },
    { datasetMb: 513 },
    { datasetMb: 1.5 },
    { scratchMb: 0 },
    { scratchMb: 129 },
    { scratchMb: Number.NaN },
    { mixIters: -1 },
    { mixIters: 1_000_001 },
    { readsPerIter: -1 },
    { readsPerIter: 9 },
    { writeEvery: -1 },
    { writeEvery: Number.POSITIVE_INFINITY },
  ])('refuses %o and names it', (wrong) => {
    expect(() => new VisionX({ ...small, ...wrong })).toThrow(RangeError);
    expect(() => new VisionX({ ...small, ...wrong })).toThrow(Object.keys(wrong)[0]!);
  });

  test('take no rounds at all', () => {
    const params = { ...small, mixIters: 0 };
    expect(hex(new VisionX(params).hash([madeUpInputs[3]!]))).toBe(
      hex(naiveVisionX(params, madeUpInputs[3]!)),
    );
  });

  test('round sizes up to a power of two', () => {
    const three = new VisionX({ ...small, datasetMb: 3, scratchMb: 3 }).hash(madeUpInputs);
    expect(three).toEqual(new VisionX({ ...small, datasetMb: 4, scratchMb: 4 }).hash(madeUpInputs));
    expect(three).not.toEqual(new VisionX({ ...small, datasetMb: 2, scratchMb: 4 }).hash(madeUpInputs));
    expect(three).not.toEqual(new VisionX({ ...small, datasetMb: 4, scratchMb: 2 }).hash(madeUpInputs));
  });

  test('give three reads below four, and four from there', () => {
    const [zero, three, four, eight] = [0, 3, 4, 8].map((readsPerIter) =>
      hex(new VisionX({ ...small, readsPerIter }).hash(madeUpInputs)),
    );
    expect(zero).toBe(three);
    expect(four).toBe(eight);
    expect(three).not.toBe(four);
  });
});

describe('search', () => {
  const { nonce: _, ...template } = madeUpInputs[4]!;
  const visionX = new VisionX(small);
  const start = 2n ** 64n - 5n;
  const nonces = Array.from({ length: 64 }, (_, i) => BigInt.asUintN(64, start + BigInt(i)));
  const digests = hexDigests(visionX.hash(nonces.map((nonce) => ({ ...template, nonce }))));
  const tops = digests.map((digest) => BigInt(`0x${digest.slice(0, 16)}`));

  test.each([0, 1, 2, 3, 4, 5, 17, 63])('finds the first nonce that meets the target: the one at %i', (i) => {
    // Start where nothing before i is lower, so that i is the first to meet its own top bits.
    const from = tops.slice(0, i).findLastIndex((top) => top <= tops[i]!) + 1;
    const found = visionX.search(template, nonces[from]!, 64 - from, tops[i]!);
    expect(found?.nonce).toBe(nonces[i]);
    expect(hex(found!.digest)).toBe(digests[i]);
    expect(visionX.search(template, nonces[from]!, i - from + 1, tops[i]! - 1n)).toBeUndefined();
  });

  test('tries exactly as many nonces as it was told', () => {
    const lowest = tops.toSorted((a, b) => (a < b ? -1 : 1))[0]!;
    const at = tops.indexOf(lowest);
    expect(visionX.search(template, start, at, lowest)).toBeUndefined();
    expect(visionX.search(template, start, at + 1, lowest)?.nonce).toBe(nonces[at]);
    expect(visionX.search(template, start, 0, 2n ** 64n - 1n)).toBeUndefined();
  });

  test('gives a digest that later hashes leave alone', () => {
    const found = visionX.search(template, start, 1, 2n ** 64n - 1n)!;
    visionX.hash(madeUpInputs);
    expect(hex(found.digest)).toBe(digests[0]);
  });

  test.each([-1, 0.5, Number.NaN])('refuses a count of %d', (count) => {
    expect(() => visionX.search(template, 0n, count, 0n)).toThrow(RangeError);
  });
});

/** docs/chains/vision.md §2.5 as it stands, with a Map for the written words. */
function naiveVisionX(params: VisionXParams, { message, nonce, seed, epoch }: VisionXInput): Uint8Array {
  const u64 = (x: bigint) => BigInt.asUintN(64, x);
  const rotl = (x: bigint, n: bigint) => u64(x << n) | (x >> (64n - n));
  const rotr = (x: bigint, n: bigint) => rotl(x, 64n - n);
  const datasetMask = BigInt(params.datasetMb * 131072 - 1);
  const scratchMask = BigInt(params.scratchMb * 131072 - 1);
  const padded = Buffer.concat([message, Buffer.alloc(16)]);

  let s = nonce ^ 0xdeadbeeff00dfacen;
  for (let p = 0; p < message.length; p += 8) {
    s ^= rotl(padded.readBigUInt64BE(p), 13n);
    s = rotl(u64(s * 0x9e3779b97f4a7c15n), 7n);
  }
  let a = 0x243f6a8885a308d3n ^ rotl(nonce, 17n);
  let b = 0x13198a2e03707344n ^ rotr(nonce, 11n);
  for (let p = 0; p < message.length; p += 16) {
    a ^= u64(padded.readBigUInt64BE(p) * 0x9e3779b185ebca87n);
    b ^= u64(padded.readBigUInt64BE(p + 8) * 0xc2b2ae3d27d4eb4fn);
    a = rotl(a, 13n) ^ rotr(b, 7n);
    b = rotl(b, 29n) ^ rotr(a, 19n);
  }
  const fold = foldSeed(seed, epoch);
  const written = new Map<bigint, bigint>();
  const read = (random: bigint): bigint => {
    const i = random & scratchMask;
    const m = splitmix64(s, i);
    return (
      written.get(i) ??
      splitmix64(fold, rotl(m, 17n) & datasetMask) ^
        splitmix64(fold, rotr(m, 23n) & datasetMask) ^
        u64(m * 0xc2b2ae3d27d4eb4fn)
    );
  };
  let acc = a ^ b ^ 0xdeadbeeff00dfacen;
  for (let i = 0; i < params.mixIters; ++i) {
    const v1 = read(rotl(a ^ b ^ acc ^ (BigInt(i) * 0x9e3779b9n), 17n));
    const v2 = read(rotl(v1 ^ a ^ acc, 23n));
    const v3 = read(rotl(v2 ^ b ^ acc, 19n));
    const v4 = params.readsPerIter >= 4 ? read(rotl(v3 ^ v1 ^ acc, 29n)) : v3;
    const m = v1 ^ rotl(v2, 13n) ^ u64(v3 * 0x94d049bb133111ebn) ^ rotr(v4, 7n);
    a = rotl(a, 13n) ^ u64(m * 0xc2b2ae3d27d4eb4fn);
    b = rotl(b, 17n) ^ u64((m ^ acc) * 0xbf58476d1ce4e5b9n);
    acc = rotl(acc, 7n) ^ u64((a ^ b) * 0xd6e8feb86659fd93n);
    if (params.writeEvery > 0 && i % params.writeEvery === 0) {
      const j = rotl(m ^ a ^ rotl(b, 11n) ^ u64(BigInt(i) * 0xa24baed4963ee407n), 31n);
      written.set(j & scratchMask, rotl(u64(read(j) + (m ^ 0x9e3779b97f4a7c15n)), 41n));
    }
  }
  return expand256(a ^ acc, b ^ rotl(acc, 3n));
}

describe('primitives', () => {
  test.each<{ seed: string; first8: string[] }>(vectors.splitmix64)(
    'splitmix64 from $seed',
    ({ seed, first8 }) => {
      expect(first8.map((_, i) => splitmix64(BigInt(seed), BigInt(i)))).toEqual(first8.map(BigInt));
    },
  );

  test.each<{
    prev_hash32: string;
    epoch: string;
    fold_seed: string;
    dataset_words: { i: string; word: string }[];
  }>(vectors.fold_seed_and_dataset)('dataset of $prev_hash32 in epoch $epoch', (c) => {
    expect(foldSeed(bytes(c.prev_hash32), BigInt(c.epoch))).toBe(BigInt(c.fold_seed));
    expect(c.dataset_words.length).toBeGreaterThan(0);
    for (const { i, word } of c.dataset_words) {
      expect(datasetWord(bytes(c.prev_hash32), BigInt(c.epoch), BigInt(i))).toBe(BigInt(word));
    }
  });

  test.each<{ a: string; b: string; out: string }>(vectors.expand_256)(
    'expand256 of $a and $b',
    ({ a, b, out }) => {
      expect(hex(expand256(BigInt(a), BigInt(b)))).toBe(out);
    },
  );
});
