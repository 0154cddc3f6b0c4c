/** The vectors of BIP158: ten blocks of testnet3 with the scripts that they spend from. */
import { readFileSync } from 'node:fs';
import { describe, expect, it, test } from 'vitest';
import { bytesToHex, hexToBytes } from '../../../bytes/hex.js';
import { hashHex } from '../header/record.js';
import { sha256d } from '../transaction/transaction.js';
import { matchesAny, readFilter } from './basic-filter.js';
import { readParts } from './block-parts.js';
import { buildFilter } from './build-filter.js';
import { checkFilter } from './check-filter.js';
import { filterHash, firstFilterHeader, nextFilterHeader } from './filter-header.js';
import { spentScript } from './spent-script.js';

type Row = [number, string, string, string[], string, string, string, string];

const file = new URL('../../../../../../tests/data/bitcoin/vectors/bip158/testnet-19.json', import.meta.url);
const [, ...rows] = JSON.parse(readFileSync(file, 'utf8')) as [unknown, ...Row[]];

function bytes(hex: string): Uint8Array {
  const read = hexToBytes(hex, hex.length / 2);
  if (read === undefined) throw new Error(`not hex: ${hex}`);
  return read;
}

test('there are ten', () => {
  expect(rows.length).toBe(10);
});

describe.each(rows)('block %i', (height, hashText, blockHex, spentHex, previousHeader, filterHex, header) => {
  const block = bytes(blockHex);
  const body = block.subarray(80);
  const hash = sha256d(block.subarray(0, 80));
  const spent = spentHex.map(bytes);
  const outputs = readParts(body).flatMap((parts) => parts.outputs);
  const filter = readFilter(bytes(filterHex));

  it('has this filter and this filter header', () => {
    expect(hashHex.hashToHex(hash)).toBe(hashText);
    const built = buildFilter(body, spent, hash);
    expect(bytesToHex(built)).toBe(filterHex);
    const previous = hashHex.hashFromHex(previousHeader) ?? new Uint8Array(0);
    expect(hashHex.hashToHex(nextFilterHeader(filterHash(built), previous))).toBe(header);
    if (height === 0) expect(previous).toEqual(firstFilterHeader);
  });

  it('is matched by each script, and no other', () => {
    if (typeof filter === 'string') throw new Error(filter);
    const scripts = [...outputs.filter((script) => script[0] !== 0x6a), ...spent];
    for (const script of scripts.filter(({ length }) => length > 0))
      expect(matchesAny(filter, hash, [script]), bytesToHex(script)).toBe(true);
    const absent = outputs.filter((script) => script.length === 0 || script[0] === 0x6a);
    const others = [...absent, ...Array.from({ length: 100 }, (_, i) => Uint8Array.of(0x51, i))];
    expect(matchesAny(filter, hash, others)).toBe(false);
  });

  it('shows no script of an input that it does not spend from', () => {
    const known = new Set(spentHex);
    for (const input of readParts(body).flatMap(({ inputs }) => inputs)) {
      const found = spentScript(input);
      if (found !== undefined) expect(known).toContain(bytesToHex(found.script));
    }
  });

  it('is consistent with its filter, and not with that of another block', () => {
    if (typeof filter === 'string') throw new Error(filter);
    expect(checkFilter(filter, hash, body).verdict).toBe('consistent');
    const isEmpty = filter.values.length === 0;
    const other = Uint8Array.from(hash, (byte) => byte ^ 1);
    expect(checkFilter(filter, other, body).verdict).toBe(isEmpty ? 'consistent' : 'omits');
  });
});

it('takes a body and nothing else', () => {
  expect(() => buildFilter(new Uint8Array(3), [], firstFilterHeader)).toThrow(RangeError);
});
