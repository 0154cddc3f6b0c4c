/** Real and mined Bitcoin data that is no plain file of consecutive headers. */
import { readFileSync } from 'node:fs';
import { Sha256d } from '@vision-light/pow';
import { HeaderTree, type JsonValue, parseLosslessJson, resolveNetwork } from '@vision-light/protocol';
import { describe, expect, test } from 'vitest';
import { decodeBits } from '../../packages/protocol/src/families/bitcoin/header/compact-target.js';
import { retarget } from '../../packages/protocol/src/families/bitcoin/header/difficulty.js';
import { bitcoinParams } from '../../packages/protocol/src/families/bitcoin/network-params.js';
import { checkHeaders } from '../conformance/headers.js';
import { findData, readData } from './data-files.js';

const mainnet = resolveNetwork('bitcoin-mainnet');
const kernel = new Sha256d();
const wallTime = Math.floor(Date.now() / 1000);

function headerAt(file: Uint8Array, index: number): Uint8Array {
  return file.subarray(index * 80, (index + 1) * 80);
}

function bitsOf(record: Uint8Array): number {
  return new DataView(record.buffer, record.byteOffset).getUint32(72, true);
}

describe('retarget boundaries of mainnet', () => {
  const file = readData('bitcoin/headers/mainnet_retarget_boundaries.bin');
  const { heights, chainwork } = JSON.parse(
    readData('bitcoin/headers/mainnet_retarget_boundaries.json').toString(),
  ) as { heights: number[]; chainwork: { height: number; work: string }[] };
  const hashes = kernel.hash80(file);
  const at = new Map(heights.map((height, i) => [height, headerAt(file, i)]));

  test('every period has the target that its predecessor calls for', () => {
    let retargets = 0;
    for (const height of heights.filter((each) => each > 0 && each % 2016 === 0)) {
      const [first, last, next] = [height - 2016, height - 1, height].map(
        (each) => at.get(each) as Uint8Array,
      );
      if (!first || !last || !next) throw new Error(`no period before ${height}`);
      const timespan = mainnet.time(last) - mainnet.time(first);
      expect(bitsOf(next), `height ${height}`).toBe(retarget(bitcoinParams.mainnet, bitsOf(last), timespan));
      expect(bitsOf(last)).toBe(bitsOf(first));
      retargets++;
    }
    expect(retargets).toBe(413);
  });

  test('chainwork adds up', () => {
    const works = new Map(chainwork.map(({ height, work }) => [height, BigInt(work)]));
    let sum = 0n;
    let known = -1;
    for (const height of heights) {
      const work = mainnet.work(at.get(height) as Uint8Array);
      // From the first header of a period to its last all have the same work.
      sum += work * BigInt(height - known);
      known = height;
      expect(works.get(height), `height ${height}`).toBe(sum);
    }
    expect(works.size).toBe(827);
  });

  test('every header has its proof of work', () => {
    const batch = {
      count: heights.length,
      records: Uint8Array.from(file),
      hashes: new Uint8Array(heights.length * 32),
    };
    expect(mainnet.applyPow(batch, 0, batch.count, hashes)).toBe(827);
  });

  const checkpoints = findData('bitcoin/vectors/checkpoints/electrum_mainnet.json');
  test.skipIf(checkpoints === undefined)(
    'hashes, and targets of the periods after, are those of an independent list',
    () => {
      const list = parseLosslessJson(readFileSync(checkpoints as string, 'utf8')) as [
        string,
        number | bigint,
      ][];
      list.forEach(([hash, target], period) => {
        const height = period * 2016 + 2015;
        const index = heights.indexOf(height);
        if (index < 0) return;
        expect(mainnet.hashToHex(hashes.subarray(index * 32, index * 32 + 32))).toBe(hash);
        const next = at.get(height + 1);
        if (next) expect(decodeBits(bitsOf(next))).toBe(BigInt(target));
      });
      expect(list.length).toBeGreaterThan(400);
    },
  );
});

describe('BIP54 time-warp chains', () => {
  interface Node {
    readonly block_headers: readonly string[];
    readonly extensions?: readonly Node[];
    readonly valid?: boolean;
    readonly comment?: string;
  }
  const tree = JSON.parse(readData('bitcoin/vectors/bip54/timestamps.json').toString()) as Node;
  const leaves: { comment: string; bytes: Uint8Array }[] = [];
  const walk = (node: Node, before: readonly string[]): void => {
    const headers = [...before, ...node.block_headers];
    for (const extension of node.extensions ?? []) walk(extension, headers);
    if (!node.extensions)
      leaves.push({ comment: node.comment ?? '', bytes: Buffer.from(headers.join(''), 'hex') });
  };
  walk(tree, []);

  test('there are nine', () => expect(leaves).toHaveLength(9));

  // BIP54 is not in force: today's rules know nothing of it.
  test.each(leaves)('valid today: $comment', ({ bytes }) => {
    const count = bytes.length / 80;
    expect(checkHeaders({ family: mainnet, startHeight: 0, bytes, wallTime })).toEqual({
      passed: count,
      failed: 0,
      lines: [],
    });
  });
});

describe('forks', () => {
  test('the branch of 4 July 2015 breaks the version rule of BIP66', () => {
    const bytes = readData('bitcoin/vectors/reorg/mainnet_fork_20150704_363731-363736.bin');
    const { refusal } = checkHeaders({ family: mainnet, startHeight: 363731, bytes, wallTime });
    expect(refusal).toMatchObject({ height: 363731, code: 'HEADER_BAD_VERSION' });
    // From the next header on nothing is wrong with it but its ancestor.
    const rest = checkHeaders({ family: mainnet, startHeight: 363732, bytes: bytes.subarray(80), wallTime });
    expect(rest).toEqual({ passed: 5, failed: 0, lines: [] });
  });

  test('a small real fork reorganises the tree', () => {
    const trunk = blockHeaders(readData('bitcoin/vectors/reorg/btcd_blk_0_to_4.dat'));
    const branch = ['3A', '4A', '5A'].flatMap((name) =>
      blockHeaders(readData(`bitcoin/vectors/reorg/btcd_blk_${name}.dat`)),
    );
    expect([trunk.length, branch.length]).toEqual([5, 3]);
    const tree = new HeaderTree(mainnet);
    const insert = (record: Uint8Array) => tree.insert(record, kernel.hash80(record), wallTime).kind;
    expect(trunk.map(insert)).toEqual(['duplicate', 'extended', 'extended', 'extended', 'extended']);
    const kinds = branch.map(insert);
    expect(kinds).toEqual(['accepted', 'accepted', 'reorganised']);
    expect(tree.tipHeight).toBe(5);
    expect(tree.hash(tree.tip)).toEqual(kernel.hash80(branch[2] as Uint8Array));
  });

  /** Headers of blocks with the disk framing of Bitcoin Core: magic, length, block. */
  function blockHeaders(file: Uint8Array): Uint8Array[] {
    const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
    const headers: Uint8Array[] = [];
    for (let at = 0; at < file.length; at += 8 + view.getUint32(at + 4, true)) {
      headers.push(Uint8Array.from(file.subarray(at + 8, at + 88)));
    }
    return headers;
  }
});

describe('stale headers', () => {
  interface Stale {
    readonly height: number;
    readonly hash: string;
    readonly header: string;
  }
  const { onCanonical, parentAlsoStale } = JSON.parse(
    readData('bitcoin/vectors/stale/stale_attached.json').toString(),
  ) as {
    onCanonical: Stale[];
    parentAlsoStale: Stale[];
  };

  test('all are what their hash says', () => {
    const all: Stale[] = [...onCanonical, ...parentAlsoStale];
    expect(all).toHaveLength(29);
    for (const { hash, header } of all) {
      expect(mainnet.hashToHex(kernel.hash80(Buffer.from(header, 'hex')))).toBe(hash);
    }
  });

  const found = findData('bitcoin/headers/mainnet_822528-830592.bin');
  test.skipIf(found === undefined)('those whose parents are at hand are valid beside the chain', () => {
    const start = 822528;
    const file = readFileSync(found as string);
    const attached = onCanonical.filter(({ height }) => height > start && height <= start + file.length / 80);
    expect(attached).toHaveLength(9);
    for (const { height, header } of attached) {
      const bytes = Buffer.concat([file.subarray(0, (height - start) * 80), Buffer.from(header, 'hex')]);
      const outcome = checkHeaders({ family: mainnet, startHeight: start, bytes, wallTime });
      expect(outcome.lines, `height ${height}`).toEqual([]);
    }
  });
});

test('values above 2^53 keep their digits', () => {
  expect(
    parseLosslessJson('[18446744073709551615, 1.5, -9007199254740993, {"a": 9007199254740991}]'),
  ).toEqual([18446744073709551615n, 1.5, -9007199254740993n, { a: 9007199254740991 }] satisfies JsonValue[]);
});
