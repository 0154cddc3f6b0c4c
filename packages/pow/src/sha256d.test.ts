import { createHash, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { Sha256d } from './index.js';

const sha256d = new Sha256d();
const mainnet = new Uint8Array(
  readFileSync(new URL('../../../tests/data/bitcoin/headers/mainnet_0-32259.bin', import.meta.url)),
);

function expected(headers: Uint8Array): Uint8Array {
  const hashes: Buffer[] = [];
  for (let offset = 0; offset < headers.length; offset += 80) {
    const once = createHash('sha256')
      .update(headers.subarray(offset, offset + 80))
      .digest();
    hashes.push(createHash('sha256').update(once).digest());
  }
  return new Uint8Array(Buffer.concat(hashes));
}

// As text, because comparing arrays element by element takes vitest longer than all the hashing.
function expectSame(actual: Uint8Array, wanted: Uint8Array): void {
  expect(Buffer.from(actual).toString('hex')).toBe(Buffer.from(wanted).toString('hex'));
}

/** The headers without their parents, except for the first. */
function withoutParents(headers: Uint8Array): Uint8Array {
  const copy = headers.slice();
  for (let offset = 80; offset < copy.length; offset += 80) copy.fill(0xee, offset + 4, offset + 36);
  return copy;
}

// Around the four lanes, and around the batch of 512.
const counts = [0, 1, 2, 3, 4, 5, 7, 8, 511, 512, 513, 514, 515, 516, 1024, 1537];

describe('hash80', () => {
  test.each(counts)('hashes %i random headers', (n) => {
    const headers = new Uint8Array(randomBytes(80 * n));
    const before = headers.slice();
    expectSame(sha256d.hash80(headers), expected(headers));
    expectSame(headers, before);
  });

  test('hashes every header of the first Bitcoin blocks to the next one’s parent', () => {
    const hashes = sha256d.hash80(mainnet);
    for (let i = 1; i < mainnet.length / 80; ++i) {
      const parent = mainnet.subarray(80 * i + 4, 80 * i + 36);
      if (Buffer.compare(parent, hashes.subarray(32 * i - 32, 32 * i)) !== 0) expect.fail(`header ${i}`);
    }
    expect(Buffer.from(hashes.subarray(0, 32)).reverse().toString('hex')).toBe(
      '000000000019d6689c085ae165831e934ff763ae46a2a6c172b3f1b60a8ce26f',
    );
  });
});

describe('hashChain80', () => {
  test.each(counts)('hashes %i headers whose parents are missing, and leaves them so', (n) => {
    const headers = mainnet.subarray(0, 80 * n);
    const chain = withoutParents(headers);
    expectSame(sha256d.hashChain80(chain), expected(headers));
    expectSame(chain, withoutParents(headers));
  });

  test('starts from the first header’s own parent', () => {
    const headers = mainnet.subarray(80 * 1000, 80 * 1600);
    expectSame(sha256d.hashChain80(withoutParents(headers)), expected(headers));
  });

  test('agrees on random headers, whatever they name as their parents', () => {
    const chain = new Uint8Array(randomBytes(80 * 600));
    const hashes = sha256d.hashChain80(chain);
    for (let i = 1; i < 600; i++) chain.set(hashes.subarray(32 * (i - 1), 32 * i), 80 * i + 4);
    expectSame(hashes, expected(chain));
  });
});

test.each([1, 79, 81, 159])('refuse %i bytes', (length) => {
  expect(() => sha256d.hash80(new Uint8Array(length))).toThrow(RangeError);
  expect(() => sha256d.hashChain80(new Uint8Array(length))).toThrow(RangeError);
});

test('take headers from any part of a buffer', () => {
  const odd = mainnet.slice(0, 1 + 80 * 5).subarray(1);
  expectSame(sha256d.hash80(odd), expected(odd));
});
