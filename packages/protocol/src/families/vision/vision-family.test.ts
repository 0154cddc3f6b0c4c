import { readFileSync } from 'node:fs';
import { blake3 } from '@noble/hashes/blake3.js';
import { describe, expect, test } from 'vitest';
import { ArrayAncestry } from '../../chain/array-ancestry.js';
import { customNetworkParams } from './custom-network.js';
import { EpochSeeds, epochSeed } from './header/epoch-seed.js';
import { encodePowMessage } from './header/message.js';
import { decodeRecord, offsets } from './header/record.js';
import { visionX } from './header/visionx.js';
import { createTemplate, sealTemplate, templateInput } from './mining/template.js';
import { visionDevnet, visionMainnet } from './network-params.js';
import { createVisionFamily, isVisionFamily } from './vision-family.js';

const vectors = new URL('../../../../../tests/vectors/', import.meta.url);
const { devnet_chain: chain } = JSON.parse(
  readFileSync(new URL('vision-devnet-vectors.json', vectors), 'utf8'),
);
const toHex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

const small = { datasetMb: 1, scratchMb: 1, mixIters: 256, readsPerIter: 4, writeEvery: 4 };
const custom = createVisionFamily(
  customNetworkParams({ name: 'vision-small-a', visionx: small, targetSpacingS: 5 }),
);

describe('genesis', () => {
  test('of the devnet has the digest that VisionX gives', () => {
    const family = createVisionFamily(visionDevnet);
    const { message, nonce, seed, epoch } = family.powInput(family.genesis.record);
    const digest = visionX(visionDevnet.visionx, message, nonce, seed, epoch);
    expect(toHex(digest)).toBe(toHex(visionDevnet.genesis.digest));
  });

  test('of the mainnet is the hash of its own fields', () => {
    const fields = new Uint8Array(4 + 8 + 32 + 8 + 8 + 8 + 32);
    const view = new DataView(fields.buffer);
    view.setUint32(0, 1);
    view.setBigUint64(52, 1n);
    expect(toHex(blake3(fields))).toBe(toHex(visionMainnet.genesis.digest));
    expect(createVisionFamily(visionMainnet).genesis.hash).toEqual(visionMainnet.genesis.digest);
  });

  test('of a custom network is that of the vectors', () => {
    expect(toHex(custom.genesis.hash)).toBe(chain.headers[0].id);
    expect(toHex(custom.params.genesis.digest)).toBe(chain.headers[0].digest);
  });
});

test('a mainnet header is called by its digest, and still has an id of its own', () => {
  const family = createVisionFamily(visionMainnet);
  const record = new Uint8Array(family.genesis.record);
  const twin = new Uint8Array(record);
  twin[64] = 1;
  expect(family.headerHash(twin)).toEqual(family.headerHash(record));
  expect(family.headerId(twin)).not.toEqual(family.headerId(record));
  const devnet = createVisionFamily(visionDevnet);
  expect(devnet.headerHash(devnet.genesis.record)).toEqual(devnet.headerId(devnet.genesis.record));
});

test('the two message versions differ in their version field alone', () => {
  const header = decodeRecord(custom.genesis.record);
  const [first, second] = [encodePowMessage('mainnet', header, 5n), encodePowMessage('devnet', header, 5n)];
  expect(first[4]).toBe(1);
  expect(second[4]).toBe(2);
  second[4] = 1;
  expect(first).toEqual(second);
});

test('seeds are remembered within bounds, and stay the same', () => {
  const seeds = new EpochSeeds('mainnet');
  const all = () => Array.from({ length: 1000 }, (_, i) => toHex(seeds.seed(BigInt(i))));
  expect(all()).toEqual(all());
  expect(seeds.seed(3n)).toEqual(epochSeed('mainnet', 3n));
});

describe('mining', () => {
  const { record: genesis, hash: parentHash } = custom.genesis;
  const ancestry = new ArrayAncestry(custom.time, 0, [genesis]);
  const wallTime = 1_800_000_000;
  const options = { ancestry, parentHash, wallTime: wallTime + 0.9, txRoot: new Uint8Array(32), miner: 'Ω' };

  test('a template with a nonce found for it is a header that the rules accept', () => {
    const template = createTemplate(custom, options);
    const { message, seed, epoch, targetHigh } = templateInput(custom, template);
    expect(targetHigh).toBe(2n ** 64n - 1n);
    const nonce = 2n ** 63n + 5n;
    const digest = visionX(small, message, nonce, seed, epoch);
    const { record, hash } = sealTemplate(custom, template, nonce, digest);
    expect(custom.checkHeader(record, ancestry, wallTime)).toEqual({ kind: 'ok' });
    expect(custom.parent(record)).toEqual(parentHash);

    const batch = { count: 1, records: record, hashes: hash };
    const job = custom.powJob(batch, 0, 1);
    expect(job).toMatchObject({
      algorithm: 'visionx',
      count: 1,
      params: small,
      inputs: [{ message, seed, epoch, nonce }],
    });
    expect(custom.applyPow(batch, 0, 1, digest)).toBe(1);
    const wrong = new Uint8Array(digest);
    wrong[31] = (wrong[31] as number) ^ 1;
    expect(custom.applyPow(batch, 0, 1, wrong)).toBe(0);
    expect(custom.powFault(batch, 0)).toBe('HEADER_POW_MISMATCH');

    expect(custom.describe(record, hash, 1)).toMatchObject({
      height: 1,
      time: wallTime,
      parent: toHex(parentHash),
      fields: {
        miner: 'Ω',
        nonce,
        difficulty: 1n,
        txRoot: '0'.repeat(64),
        digest: toHex(digest),
        id: toHex(hash),
      },
    });
  });

  test('a clock that is behind gives the earliest time that is allowed', () => {
    expect(custom.time(createTemplate(custom, { ...options, wallTime: 5 }))).toBe(custom.time(genesis));
  });

  test('a miner field that does not fit is the caller’s mistake', () => {
    for (const miner of ['', 'x'.repeat(65), '\ud800']) {
      expect(() => createTemplate(custom, { ...options, miner })).toThrow(RangeError);
    }
    expect(() => createTemplate(custom, { ...options, miner: 'x'.repeat(64) })).not.toThrow();
  });

  test('a branch too short for the difficulty rule gives no template', () => {
    const checkpoint = new ArrayAncestry(custom.time, 5000, [genesis]);
    expect(() => createTemplate(custom, { ...options, ancestry: checkpoint })).toThrow('ancestry: too short');
  });
});

test('families tell what they are', () => expect(isVisionFamily(custom)).toBe(true));

test('the rules look back to the median, and over the window of the difficulty', () => {
  const firstOf = (family: typeof custom) => [0, 5, 20, 21, 60, 61, 100].map(family.firstAncestor);
  expect(firstOf(custom)).toEqual([0, 0, 0, 0, 0, 1, 40]);
  expect(firstOf(createVisionFamily(visionMainnet))).toEqual([0, 0, 0, 1, 40, 41, 80]);
});

test('a miner field that is no text is described as none', () => {
  const record = new Uint8Array(custom.genesis.record);
  record[offsets.miner] = 0xff;
  expect(custom.describe(record, custom.headerHash(record), 0).fields).toMatchObject({ miner: '' });
});
