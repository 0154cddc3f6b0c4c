import { expect, test } from 'vitest';
import { visionDevnet, visionMainnet } from '../network-params.js';
import { headerFromJson, recordFromJson } from './header-json.js';

const hash = 'ab'.repeat(32);
const header = {
  parent_hash: hash,
  number: '18446744073709551615',
  timestamp: '3',
  difficulty: 4,
  nonce: 5n,
  tx_root: hash,
  miner: 'Ω',
  pow_hash: hash,
};

test('members may be strings, safe integers or bigints', () => {
  expect(headerFromJson(header)).toMatchObject({
    ok: true,
    header: {
      number: 2n ** 64n - 1n,
      timestamp: 3n,
      difficulty: 4n,
      nonce: 5n,
      miner: Uint8Array.of(0xce, 0xa9),
    },
  });
});

test('hashes: one "0x" at most, uppercase only where the reference allows it', () => {
  for (const change of [
    { parent_hash: hash.toUpperCase() },
    { tx_root: `0x${hash.toUpperCase()}` },
    { pow_hash: `0x${hash}` },
  ]) {
    expect(headerFromJson({ ...header, ...change }).ok).toBe(true);
  }
  for (const change of [
    { pow_hash: hash.toUpperCase() },
    { pow_hash: `0X${hash}` },
    { parent_hash: `0X${hash}` },
    { parent_hash: `0x0x${hash}` },
    { tx_root: '' },
    { tx_root: `${hash}00` },
    { tx_root: 5 },
  ]) {
    expect(headerFromJson({ ...header, ...change }), JSON.stringify(change)).toMatchObject({
      code: 'HEADER_MALFORMED',
    });
  }
});

test.each(['', '-1', '1.0', '01', '0x1', ' 1', '18446744073709551616', 2 ** 53, 1.5, -1, null, undefined])(
  'an integer is not %j',
  (number) =>
    expect(headerFromJson({ ...header, number })).toMatchObject({ ok: false, code: 'HEADER_MALFORMED' }),
);

test('what is no header is malformed', () => {
  for (const value of [null, 5, 'x', [], {}]) expect(headerFromJson(value).ok).toBe(false);
  expect(headerFromJson({ ...header, miner: '\ud800' }).ok).toBe(false);
  expect(headerFromJson({ ...header, miner: undefined }).ok).toBe(false);
});

test('a miner that the network’s records cannot hold is a fault of its own', () => {
  const long = { ...header, miner: 'x'.repeat(65) };
  expect(recordFromJson(visionMainnet, long).ok).toBe(true);
  expect(recordFromJson(visionDevnet, long)).toMatchObject({ ok: false, code: 'HEADER_BAD_MINER' });
});

test('the devnet calls its members parent and digest', () => {
  const { parent_hash: parent, pow_hash: digest, ...rest } = header;
  expect(headerFromJson({ ...rest, parent, digest })).toEqual(headerFromJson(header));
});
