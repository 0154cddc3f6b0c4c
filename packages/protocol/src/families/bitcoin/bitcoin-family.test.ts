import { sha256 } from '@noble/hashes/sha2.js';
import { describe, expect, test } from 'vitest';
import { createBitcoinFamily } from './bitcoin-family.js';
import { encodeHeader, recordBytes } from './header/record.js';
import { bitcoinParams } from './network-params.js';

const sha256d = (bytes: Uint8Array): Uint8Array => sha256(sha256(bytes));
const regtest = createBitcoinFamily(bitcoinParams.regtest);
const mainnet = createBitcoinFamily(bitcoinParams.mainnet);

describe.each(Object.values(bitcoinParams))('$name', (params) => {
  const family = createBitcoinFamily(params);

  test('its genesis has the hash that stands in the code, and its proof of work', () => {
    expect(sha256d(family.genesis.record)).toEqual(family.genesis.hash);
    const batch = { count: 1, records: family.genesis.record, hashes: new Uint8Array(32) };
    expect(family.applyPow(batch, 0, 1, family.genesis.hash)).toBe(1);
    expect(family.parent(family.genesis.record)).toEqual(new Uint8Array(32));
  });
});

/** Headers of regtest above genesis, mined, with their parents filled in. */
function mine(count: number): { records: Uint8Array; hashes: Uint8Array } {
  const records = new Uint8Array(count * recordBytes);
  const hashes = new Uint8Array(count * 32);
  let parent = regtest.genesis.hash;
  for (let i = 0; i < count; i++) {
    for (let nonce = 0; ; nonce++) {
      const fields = { version: 4, parent, merkleRoot: new Uint8Array(32), time: i, bits: 0x207fffff, nonce };
      const record = encodeHeader(fields);
      const hash = sha256d(record);
      if ((hash[31] as number) >= 0x80) continue;
      records.set(record, i * recordBytes);
      hashes.set(hash, i * 32);
      parent = hash;
      break;
    }
  }
  return { records, hashes };
}

describe('proof of work', () => {
  const mined = mine(4);

  /** The batch as it comes from the wire: only the first parent is known. */
  function received() {
    const records = new Uint8Array(mined.records);
    for (let i = 1; i < 4; i++) records.fill(0, i * recordBytes + 4, i * recordBytes + 36);
    return { count: 4, records, hashes: new Uint8Array(4 * 32) };
  }

  test('fills in hashes and parents', () => {
    const batch = received();
    expect(regtest.applyPow(batch, 0, 2, mined.hashes.subarray(0, 64))).toBe(2);
    expect(regtest.powJob(batch, 2, 3)).toEqual({
      algorithm: 'sha256d-chain',
      count: 1,
      headers: mined.records.subarray(160, 240),
    });
    expect(regtest.applyPow(batch, 2, 4, mined.hashes.subarray(64))).toBe(2);
    expect(batch).toEqual({ count: 4, ...mined });
  });

  test('ends at the first hash above its target', () => {
    const batch = received();
    const hashes = new Uint8Array(mined.hashes);
    hashes[2 * 32 + 31] = 0x80;
    expect(regtest.applyPow(batch, 0, 4, hashes)).toBe(2);
    expect(regtest.powFault(batch, 2)).toBe('HEADER_TARGET_MISSED');
  });

  test('a header without a valid target is not proven', () => {
    const batch = received();
    new DataView(batch.records.buffer).setUint32(recordBytes + 72, 0, true);
    expect(regtest.applyPow(batch, 0, 4, mined.hashes)).toBe(1);
    expect(regtest.work(batch.records.subarray(80, 160))).toBe(0n);
  });
});

test('what a batch gives as a parent must be the hash before', () => {
  // Only what stands in the records counts here: the hashes are made up, and meet the easiest target.
  const hashes = new Uint8Array(502 * 32).fill(1);
  const records = new Uint8Array(502 * recordBytes);
  for (let i = 0; i < 502; i++)
    new DataView(records.buffer).setUint32(i * recordBytes + 72, 0x207fffff, true);
  records.fill(1, 500 * recordBytes + 4, 500 * recordBytes + 36);
  const batch = { count: 502, records, hashes: new Uint8Array(502 * 32) };
  expect(regtest.applyPow(batch, 0, 502, hashes)).toBe(502);
  records[500 * recordBytes + 35] = 2;
  expect(regtest.applyPow(batch, 0, 502, hashes)).toBe(500);
  expect(regtest.powFault(batch, 500)).toBe('HEADER_BAD_PARENT');
  expect(regtest.powFault(batch, 499)).toBe('HEADER_TARGET_MISSED');
});

test('hashes are shown in reverse, and the argument stays as it is', () => {
  const text = '000000000019d6689c085ae165831e934ff763ae46a2a6c172b3f1b60a8ce26f';
  const hash = Buffer.from(mainnet.genesis.hash);
  expect(mainnet.hashToHex(hash)).toBe(text);
  expect(mainnet.hashToHex(hash)).toBe(text);
  expect(mainnet.hashFromHex(text)).toEqual(mainnet.genesis.hash);
  for (const wrong of ['', text.slice(1), text.toUpperCase(), `0x${text.slice(2)}`, `${text}0`]) {
    expect(mainnet.hashFromHex(wrong), wrong).toBeUndefined();
  }
});

test('a header is described in the terms of its own chain', () => {
  expect(mainnet.describe(mainnet.genesis.record, mainnet.genesis.hash, 0)).toEqual({
    height: 0,
    hash: '000000000019d6689c085ae165831e934ff763ae46a2a6c172b3f1b60a8ce26f',
    parent: '0'.repeat(64),
    time: 1231006505,
    fields: {
      version: 1,
      merkleRoot: '4a5e1e4baab89f3a32518a88c31bc87f618f76673e2cc77ab2127b7afdeda33b',
      bits: '1d00ffff',
      nonce: 2083236893,
    },
  });
  expect(mainnet.work(mainnet.genesis.record)).toBe(4295032833n);
  const parent = new Uint8Array(32);
  const hard = encodeHeader({ version: 1, parent, merkleRoot: parent, time: 1, bits: 0x0300ffff, nonce: 0 });
  expect(mainnet.describe(hard, parent, 1).fields).toMatchObject({ bits: '0300ffff' });
});

test('the rules look back to the median, and to the beginning of a period', () => {
  const firstOf = (family: typeof mainnet) => [0, 5, 2020, 2030, 4031, 4032].map(family.firstAncestor);
  expect(firstOf(mainnet)).toEqual([0, 0, 2010, 2016, 2016, 4022]);
  // Regtest has no retarget.
  expect(firstOf(regtest)).toEqual([0, 0, 2010, 2020, 4021, 4022]);
});
