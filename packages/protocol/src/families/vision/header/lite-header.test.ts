import { expect, test } from 'vitest';
import { parseLosslessJson } from '../../../bytes/lossless-json.js';
import { encodeLiteHeader } from './lite-header.js';
import { encodeRecord } from './record.js';

const most = 2n ** 64n - 1n;

function recordWith(difficulty: bigint): Uint8Array {
  const header = {
    parent: new Uint8Array(32).fill(0xab),
    number: most,
    timestamp: 2n ** 53n + 1n,
    difficulty,
    nonce: most - 1n,
    txRoot: new Uint8Array(32).fill(0xcd),
    miner: Uint8Array.of(0x6d),
    digest: new Uint8Array(32).fill(0xef),
  };
  return encodeRecord(header, 64) as Uint8Array;
}

test('the members and their order are those of the reference, integers keep all digits', () => {
  expect(encodeLiteHeader(recordWith(248n), new Uint8Array(32).fill(1))).toBe(
    `{"hash":"${'01'.repeat(32)}","prev":"${'ab'.repeat(32)}","height":18446744073709551615,` +
      `"time":9007199254740993,"target":"00000000000000f8","merkle":"${'cd'.repeat(32)}","difficulty":248,` +
      '"nonce":18446744073709551614}',
  );
});

test.each([0n, 1n, most])('the target of difficulty %s has 16 digits', (difficulty) => {
  const json = parseLosslessJson(encodeLiteHeader(recordWith(difficulty), new Uint8Array(32)));
  const { target } = json as { target: string };
  expect(target).toHaveLength(16);
  expect(BigInt(`0x${target}`)).toBe(difficulty);
});
