import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bytesToHex, hexToBytes } from '../../../bytes/hex.js';
import type { BodyContext, BodyVerdict } from '../../../chain/block-body.js';
import { resolveNetwork } from '../../networks.js';
import { encodeRecord } from '../header/record.js';
import { decodeTransaction, transactionHash, type VisionTransaction } from '../transaction/transaction.js';
import {
  bodyTransactionsMax,
  decodeVisionBody,
  encodeVisionBody,
  transactionBytesMax,
} from './body-codec.js';
import { bodyBytesMax } from './check-body.js';
import { devnetMerkleRoot, mainnetMerkleRoot } from './merkle.js';

const devnet = resolveNetwork('vision-devnet');
const mainnet = resolveNetwork('vision-mainnet');
const families = [devnet, mainnet];

const hex = (bytes: number): fc.Arbitrary<string> =>
  fc.uint8Array({ minLength: bytes, maxLength: bytes }).map(bytesToHex);
const text = fc.string({ unit: 'binary', maxLength: 12 });
const u64 = fc.oneof(fc.nat(300).map(BigInt), fc.bigInt(0n, 2n ** 64n - 1n));
const u128 = fc.oneof(fc.nat(300).map(BigInt), fc.bigInt(0n, 2n ** 128n - 1n));
const transaction: fc.Arbitrary<VisionTransaction> = fc.record({
  nonce: u64,
  sender_pubkey: fc.oneof(hex(32), text),
  access_list: fc.array(text, { maxLength: 3 }),
  module: text,
  method: text,
  args: fc.array(fc.nat(255), { maxLength: 20 }),
  tip: u64,
  fee_limit: u64,
  sig: fc.oneof(hex(64), text),
  max_priority_fee_per_gas: u128,
  max_fee_per_gas: u128,
});

const tx = (nonce: number, changes: Partial<VisionTransaction> = {}): VisionTransaction => ({
  nonce: BigInt(nonce),
  sender_pubkey: 'ab'.repeat(32),
  access_list: [],
  module: 'cash',
  method: 'transfer',
  args: [1, 2, 3],
  tip: 5n,
  fee_limit: 100n,
  sig: 'cd'.repeat(64),
  max_priority_fee_per_gas: 0n,
  max_fee_per_gas: 0n,
  ...changes,
});

function headerOf(txRoot: Uint8Array): Uint8Array {
  const zeros = new Uint8Array(32);
  return encodeRecord(
    {
      parent: zeros,
      number: 5n,
      timestamp: 0n,
      difficulty: 1n,
      nonce: 0n,
      txRoot,
      digest: zeros,
      miner: zeros,
    },
    64,
  ) as Uint8Array;
}

const zeroRoot = new Uint8Array(32);
const someRoot = new Uint8Array(32).fill(7);
const rootOf = (family: typeof devnet, txs: readonly VisionTransaction[]): Uint8Array =>
  (family === mainnet ? mainnetMerkleRoot : devnetMerkleRoot)(txs.map(transactionHash));
const codeOf = (verdict: BodyVerdict): string => (verdict.kind === 'ok' ? 'ok' : verdict.code);
const verdictOf = (
  family: typeof devnet,
  body: Uint8Array,
  root: Uint8Array,
  parentRoot: Uint8Array = someRoot,
): string => {
  const context = { record: headerOf(root), height: 5, parentRecord: headerOf(parentRoot) };
  const verdict = family.checkBody(body, context);
  const transactions = family.splitBody(body);
  // What is said of a body with its transactions is what is said of its bytes alone.
  if (transactions !== undefined) expect(family.checkBody(body, context, transactions)).toEqual(verdict);
  return codeOf(verdict);
};

const empty = encodeVisionBody([]);

describe('bodies of Vision', () => {
  test('decode to what was encoded, and have the root of their transactions', () => {
    fc.assert(
      fc.property(fc.array(transaction, { maxLength: 6 }), (txs) => {
        const body = encodeVisionBody(txs);
        expect(decodeVisionBody(body)?.map((placed) => placed.tx)).toEqual(txs);
        const info = devnet.describeBody(body);
        expect(info?.transactions.map(({ id }) => id)).toEqual(
          txs.map((each) => bytesToHex(transactionHash(each))),
        );
        expect(info).toMatchObject({ bytes: body.length, transactionCount: txs.length });
        expect(info?.transactions.reduce((sum, { bytes }) => sum + bytes, 1)).toBe(body.length);
        expect(verdictOf(devnet, body, rootOf(devnet, txs))).toBe('ok');
      }),
    );
  });

  test('hash as the vectors of existing nodes say', () => {
    const file = new URL('../../../../../../tests/vectors/vision-vectors.json', import.meta.url);
    const { tx_hash: cases } = JSON.parse(readFileSync(file, 'utf8')) as {
      tx_hash: { wire_json: string; tx_hash: string }[];
    };
    const txs = cases.map(({ wire_json }) => decodeTransaction(wire_json) as VisionTransaction);
    const body = encodeVisionBody(txs);
    expect(cases.length).toBeGreaterThan(3);
    expect(mainnet.describeBody(body)?.transactions.map(({ id }) => id)).toEqual(
      cases.map(({ tx_hash }) => tx_hash),
    );
    expect(
      verdictOf(
        mainnet,
        body,
        mainnetMerkleRoot(cases.map(({ tx_hash }) => hexToBytes(tx_hash, 32) as Uint8Array)),
      ),
    ).toBe('ok');
  });

  test('without transactions: zeros on the devnet, the root of the parent on the mainnet', () => {
    expect(verdictOf(devnet, empty, zeroRoot)).toBe('ok');
    expect(verdictOf(devnet, empty, someRoot)).toBe('BODY_ROOT_MISMATCH');
    expect(verdictOf(mainnet, empty, someRoot)).toBe('ok');
    expect(verdictOf(mainnet, empty, zeroRoot)).toBe('BODY_ROOT_MISMATCH');
    expect(verdictOf(mainnet, empty, zeroRoot, zeroRoot)).toBe('ok');
    for (const family of families) {
      const genesis = { record: family.genesis.record, height: 0, parentRecord: undefined };
      expect(codeOf(family.checkBody(empty, genesis))).toBe('ok');
    }
  });

  test('are told by the header just where no transactions are what it commits to', () => {
    const roots = [zeroRoot, someRoot, rootOf(mainnet, [tx(1)])];
    for (const family of families) {
      for (const root of roots) {
        for (const parentRecord of [...roots.map(headerOf), undefined]) {
          const context = { record: headerOf(root), height: 5, parentRecord };
          const isImplied = family.checkBody(empty, context).kind === 'ok';
          expect(family.impliedBody(context)).toEqual(isImplied ? empty : undefined);
        }
      }
    }
    const context = (root: Uint8Array, parentRoot: Uint8Array): BodyContext => {
      return { record: headerOf(root), height: 5, parentRecord: headerOf(parentRoot) };
    };
    expect(devnet.impliedBody(context(zeroRoot, someRoot))).toEqual(Uint8Array.of(0));
    expect(devnet.impliedBody(context(someRoot, someRoot))).toBeUndefined();
    expect(mainnet.impliedBody(context(someRoot, someRoot))).toEqual(Uint8Array.of(0));
    expect(mainnet.impliedBody(context(zeroRoot, someRoot))).toBeUndefined();
  });

  test('BODY_ROOT_MISMATCH: other transactions, another order, none', () => {
    const txs = [tx(1), tx(2), tx(3)];
    for (const family of families) {
      const root = rootOf(family, txs);
      expect(verdictOf(family, encodeVisionBody(txs), root)).toBe('ok');
      for (const others of [
        txs.slice(1),
        [...txs].reverse(),
        [...txs, tx(4)],
        [tx(1, { tip: 6n }), tx(2), tx(3)],
        [],
      ]) {
        expect(verdictOf(family, encodeVisionBody(others), root)).toBe('BODY_ROOT_MISMATCH');
      }
    }
  });

  test('BODY_MUTATED: a doubled tail on the mainnet; the devnet commits to the number', () => {
    for (const [short, long] of [
      [
        [1, 2, 3],
        [1, 2, 3, 3],
      ],
      [
        [1, 2, 3, 4, 5, 6],
        [1, 2, 3, 4, 5, 6, 5, 6],
      ],
      [[1], [1, 1]],
    ] as const) {
      const body = encodeVisionBody(long.map((nonce) => tx(nonce)));
      const roots = families.map((family) =>
        rootOf(
          family,
          short.map((nonce) => tx(nonce)),
        ),
      );
      // A single leaf is its own root on the mainnet, a pair of it is not.
      expect(verdictOf(mainnet, body, roots[1] as Uint8Array)).toBe(
        short.length === 1 ? 'BODY_ROOT_MISMATCH' : 'BODY_MUTATED',
      );
      expect(verdictOf(devnet, body, roots[0] as Uint8Array)).toBe('BODY_ROOT_MISMATCH');
    }
  });

  test('BODY_MUTATED: an empty block of the mainnet does not show its ancestors’ transactions', () => {
    const txs = [tx(1), tx(2)];
    const root = rootOf(mainnet, txs);
    expect(verdictOf(mainnet, encodeVisionBody(txs), root, root)).toBe('BODY_MUTATED');
    expect(verdictOf(mainnet, empty, root, root)).toBe('ok');
    const again = rootOf(devnet, txs);
    expect(verdictOf(devnet, encodeVisionBody(txs), again, again)).toBe('ok');
  });

  test('BODY_TOO_LARGE, and caps on both sides', () => {
    expect(verdictOf(devnet, new Uint8Array(bodyBytesMax + 1), zeroRoot)).toBe('BODY_TOO_LARGE');
    expect(devnet.describeBody(new Uint8Array(bodyBytesMax + 1))).toBeUndefined();
    const bare = tx(0, { sender_pubkey: '', module: '', method: '', args: [], sig: '' });
    const most = Array.from({ length: bodyTransactionsMax }, () => bare);
    const body = encodeVisionBody(most);
    expect(decodeVisionBody(body)).toHaveLength(bodyTransactionsMax);
    expect(() => encodeVisionBody([...most, bare])).toThrow(RangeError);
    const count = 3;
    expect(body.subarray(0, count)).toEqual(Uint8Array.of(0xa0, 0x9c, 1));
    const more = new Uint8Array([0xa1, 0x9c, 1, ...body.subarray(count), ...body.subarray(-12)]);
    expect(verdictOf(devnet, more, zeroRoot)).toBe('BODY_MALFORMED');
    expect(decodeVisionBody(more)).toBeUndefined();
    // These two are no bodies, but not too large ones.
    expect(verdictOf(devnet, new Uint8Array(bodyBytesMax), zeroRoot)).toBe('BODY_MALFORMED');
    expect(devnet.describeBody(new Uint8Array(bodyBytesMax))).toBeUndefined();

    const ofBytes = (bytes: number): VisionTransaction => tx(0, { module: 'm'.repeat(bytes - 119) });
    const largest = encodeVisionBody([ofBytes(transactionBytesMax)]);
    expect(decodeVisionBody(largest)?.[0]?.bytes).toBe(transactionBytesMax);
    expect(() => encodeVisionBody([ofBytes(transactionBytesMax + 1)])).toThrow(RangeError);
    for (const wrong of [
      { nonce: 2n ** 64n },
      { tip: -1n },
      { max_fee_per_gas: 2n ** 128n },
      { module: '\ud800' },
    ]) {
      expect(() => encodeVisionBody([tx(0, wrong)])).toThrow(RangeError);
    }
  });

  test('BODY_MALFORMED: anything that is not the one encoding', () => {
    const body = encodeVisionBody([tx(1)]);
    const asText = encodeVisionBody([tx(1, { sender_pubkey: 'AB'.repeat(32) })]);
    // Digits that have a shorter form: the same text, lowercase.
    const longForm = asText.map((byte) => (byte === 0x41 || byte === 0x42 ? byte | 0x20 : byte));
    const cases: Readonly<Record<string, Uint8Array>> = {
      nothing: new Uint8Array(0),
      'cut short': body.slice(0, -1),
      'bytes left over': new Uint8Array([...body, 0]),
      'a count that the bytes cannot hold': Uint8Array.of(0x7f, 0, 0, 0),
      'an unknown flag': new Uint8Array([1, 7, ...body.subarray(2)]),
      'hex as text': longForm,
      'a padded nonce': new Uint8Array([1, 3, 0x81, 0, ...body.subarray(3)]),
      'a length beyond the end': Uint8Array.of(1, 0, 0, 0x7f, ...new Uint8Array(20)),
      'no UTF-8': encodeVisionBody([tx(1, { module: 'QQQQ' })]).map((byte) => (byte === 0x51 ? 0xff : byte)),
      'a nonce of 65 bits': new Uint8Array([1, 3, ...Array(9).fill(0xff), 2, ...body.subarray(3)]),
    };
    expect(bytesToHex(asText)).not.toBe(bytesToHex(longForm));
    for (const [what, bytes] of Object.entries(cases)) {
      expect(verdictOf(devnet, bytes, zeroRoot), what).toBe('BODY_MALFORMED');
      expect(devnet.describeBody(bytes), what).toBeUndefined();
    }
  });

  test('no byte but those of a signature can be changed, and any bytes are survived', () => {
    const txs = [tx(1), tx(2, { access_list: ['é', ''], sig: 'text' }), tx(3)];
    const body = encodeVisionBody(txs);
    const ids = devnet.describeBody(body)?.transactions.map(({ id }) => id);
    fc.assert(
      fc.property(fc.nat(body.length - 1), fc.integer({ min: 1, max: 255 }), (at, bits) => {
        const changed = body.slice();
        changed[at] = (changed[at] as number) ^ bits;
        const verdict = verdictOf(devnet, changed, rootOf(devnet, txs));
        if (verdict === 'ok')
          expect(devnet.describeBody(changed)?.transactions.map(({ id }) => id)).toEqual(ids);
        else expect(verdict).toMatch(/^BODY_(MALFORMED|ROOT_MISMATCH)$/);
      }),
      { numRuns: 2000 },
    );
    const hostile = fc
      .tuple(fc.nat(body.length), fc.uint8Array({ maxLength: 60 }), fc.nat(body.length))
      .map(
        ([cut, noise, from]) => new Uint8Array([...body.subarray(0, cut), ...noise, ...body.subarray(from)]),
      );
    fc.assert(
      fc.property(fc.oneof(hostile, fc.uint8Array({ maxLength: 200 })), (bytes) => {
        const placed = decodeVisionBody(bytes);
        if (placed) expect(encodeVisionBody(placed.map((each) => each.tx))).toEqual(bytes);
      }),
      { numRuns: 2000 },
    );
  });
});
