import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ByteWriter } from '../../../bytes/byte-writer.js';
import type { BodyVerdict } from '../../../chain/block-body.js';
import { resolveNetwork } from '../../networks.js';
import { encodeHeader } from '../header/record.js';
import { parseTransactions, sha256d, transactionId, witnessId } from '../transaction/transaction.js';
import { bodyBytesMax } from './check-body.js';
import { bitcoinMerkleRoot } from './merkle.js';

const regtest = resolveNetwork('bitcoin-regtest');
const mainnet = resolveNetwork('bitcoin-mainnet');
const segwitHeight = 481_824;
const zeros = new Uint8Array(32);

interface Tx {
  readonly outpoint?: Uint8Array;
  readonly scriptSig?: Uint8Array;
  readonly scripts?: readonly Uint8Array[];
  /** Items of the only input's witness; none makes a legacy transaction. */
  readonly witness?: readonly Uint8Array[];
}

function size(writer: ByteWriter, count: number): void {
  if (count < 0xfd) writer.u8(count);
  else if (count < 0x1_0000) writer.raw(Uint8Array.of(0xfd, count & 0xff, count >> 8));
  else {
    writer.u8(0xfe);
    writer.u32(count);
  }
}

function sized(writer: ByteWriter, bytes: Uint8Array): void {
  size(writer, bytes.length);
  writer.raw(bytes);
}

function encode({
  outpoint = new Uint8Array(36).fill(7),
  scriptSig = new Uint8Array(3),
  scripts = [Uint8Array.of(0x51)],
  witness,
}: Tx): Uint8Array {
  const writer = new ByteWriter();
  writer.u32(2);
  if (witness) writer.raw(Uint8Array.of(0, 1));
  writer.u8(1);
  writer.raw(outpoint);
  sized(writer, scriptSig);
  writer.u32(0xffff_ffff);
  size(writer, scripts.length);
  for (const script of scripts) {
    writer.u64(50n);
    sized(writer, script);
  }
  if (witness) {
    size(writer, witness.length);
    for (const item of witness) sized(writer, item);
  }
  writer.u32(0);
  return writer.bytes();
}

const nullOutpoint = new Uint8Array([...zeros, 0xff, 0xff, 0xff, 0xff]);
const coinbase = (tx: Tx = {}): Uint8Array => encode({ outpoint: nullOutpoint, ...tx });
const commitmentScript = (commitment: Uint8Array): Uint8Array =>
  new Uint8Array([0x6a, 0x24, 0xaa, 0x21, 0xa9, 0xed, ...commitment]);

function bodyOf(txs: readonly Uint8Array[]): Uint8Array {
  const writer = new ByteWriter();
  size(writer, txs.length);
  for (const tx of txs) writer.raw(tx);
  return writer.bytes();
}

/** A body whose coinbase commits to the witnesses of what follows. */
function segwitBody(
  rest: readonly Uint8Array[],
  change: (commitment: Uint8Array) => Tx = () => ({}),
): Uint8Array {
  const body = bodyOf([coinbase(), ...rest]);
  const ids = (parseTransactions(body) ?? []).map((tx, i) => (i === 0 ? zeros : witnessId(body, tx)));
  const commitment = sha256d(bitcoinMerkleRoot(ids).root, new Uint8Array(32).fill(9));
  return bodyOf([
    coinbase({
      witness: [new Uint8Array(32).fill(9)],
      // An earlier output with another commitment does not count.
      scripts: [commitmentScript(zeros), Uint8Array.of(0x51), commitmentScript(commitment)],
      ...change(commitment),
    }),
    ...rest,
  ]);
}

function headerOf(body: Uint8Array): Uint8Array {
  const { root } = bitcoinMerkleRoot((parseTransactions(body) ?? []).map((tx) => transactionId(body, tx)));
  return encodeHeader({ version: 4, parent: zeros, merkleRoot: root, time: 0, bits: 0, nonce: 0 });
}

const codeOf = (verdict: BodyVerdict): string => (verdict.kind === 'ok' ? 'ok' : verdict.code);
const verdictOf = (body: Uint8Array, of = body, height = 1, family = regtest): string => {
  const context = { record: headerOf(of), height, parentRecord: undefined };
  const verdict = family.checkBody(body, context);
  const transactions = family.splitBody(body);
  // What is said of a body with its transactions is what is said of its bytes alone.
  if (transactions !== undefined) expect(family.checkBody(body, context, transactions)).toEqual(verdict);
  return codeOf(verdict);
};

const legacy = [1, 2, 3].map((byte) => encode({ outpoint: new Uint8Array(36).fill(byte) }));
const segwit = [1, 2].map((byte) => {
  return encode({
    outpoint: new Uint8Array(36).fill(byte),
    witness: [Uint8Array.of(byte), new Uint8Array(0)],
  });
});

/** One output whose script has 60 bytes, no witness, and the lock time. */
const outputOf60 = new Uint8Array([1, ...new Uint8Array(8), 60, ...new Uint8Array(60 + 4)]);

/** A body whose only transaction has a script of `bytes` bytes, with this size in five bytes after the mark. */
function lengthAs(bytes: number, mark: number, length = bytes): Uint8Array {
  const tx = coinbase({ scriptSig: new Uint8Array(bytes) });
  const cut = bytes - length;
  const writer = new ByteWriter();
  writer.raw(tx.subarray(0, 41));
  writer.u8(mark);
  writer.u32(length);
  writer.raw(tx.subarray(46 + cut));
  return bodyOf([writer.bytes()]);
}

describe('bodies of Bitcoin', () => {
  test('are accepted as their header commits to them', () => {
    expect(verdictOf(bodyOf([coinbase()]))).toBe('ok');
    expect(verdictOf(bodyOf([coinbase(), ...legacy]))).toBe('ok');
    expect(verdictOf(segwitBody(segwit))).toBe('ok');
    expect(verdictOf(segwitBody([...segwit, ...legacy]))).toBe('ok');
    const long = encode({ scriptSig: new Uint8Array(70_000), scripts: [new Uint8Array(300)] });
    expect(verdictOf(bodyOf([coinbase(), long]))).toBe('ok');
    // The least of each form of a length.
    for (const bytes of [0xfc, 0xfd, 0xffff, 0x1_0000])
      expect(verdictOf(bodyOf([coinbase({ scriptSig: new Uint8Array(bytes) })]))).toBe('ok');
    expect(verdictOf(lengthAs(70_000, 0xfe))).toBe('ok');
  });

  test('are never told by the header', () => {
    const record = headerOf(bodyOf([coinbase()]));
    for (const family of [regtest, mainnet]) {
      expect(family.impliedBody({ record, height: 1, parentRecord: record })).toBeUndefined();
      expect(
        family.impliedBody({ record: family.genesis.record, height: 0, parentRecord: undefined }),
      ).toBeUndefined();
    }
  });

  test('BODY_ROOT_MISMATCH: other transactions, another order, one missing', () => {
    const body = bodyOf([coinbase(), ...legacy]);
    for (const txs of [legacy.slice(1), [...legacy].reverse(), [...legacy, ...legacy], []]) {
      expect(verdictOf(bodyOf([coinbase(), ...txs]), body)).toBe('BODY_ROOT_MISMATCH');
    }
  });

  test('BODY_MUTATED: a doubled tail has the root of the list without it (CVE-2012-2459)', () => {
    const [a, b] = legacy as [Uint8Array, Uint8Array, Uint8Array];
    const three = bodyOf([coinbase(), a, b]);
    const four = bodyOf([coinbase(), a, b, b]);
    expect(headerOf(four)).toEqual(headerOf(three));
    expect([verdictOf(three), verdictOf(four)]).toEqual(['ok', 'BODY_MUTATED']);
    const six = [coinbase(), a, b, legacy[2] as Uint8Array, encode({}), encode({ scriptSig: a })];
    const eight = bodyOf([...six, ...six.slice(4)]);
    expect(headerOf(eight)).toEqual(headerOf(bodyOf(six)));
    expect([verdictOf(bodyOf(six)), verdictOf(eight)]).toEqual(['ok', 'BODY_MUTATED']);
  });

  test('BODY_MUTATED: transactions of 64 bytes without a coinbase, that pass for inner nodes', () => {
    const of64 = encode({ scriptSig: new Uint8Array(3), scripts: [Uint8Array.of(1)] });
    expect(of64.length).toBe(64);
    expect(verdictOf(bodyOf([of64]))).toBe('BODY_MUTATED');
    expect(verdictOf(bodyOf([coinbase(), of64]))).toBe('ok');
    const of70 = encode({ scriptSig: new Uint8Array(9) });
    expect(verdictOf(bodyOf([of70]))).toBe('BODY_MALFORMED');
    expect(verdictOf(bodyOf([of70, of64]))).toBe('BODY_MUTATED');
  });

  test('BODY_MALFORMED: a first transaction that is only nearly a coinbase', () => {
    const input = new Uint8Array([...nullOutpoint, 0, 0xff, 0xff, 0xff, 0xff]);
    const rest = coinbase().subarray(5 + 36 + 4 + 4);
    const ofInputs = (...inputs: readonly Uint8Array[]): string =>
      verdictOf(bodyOf([Buffer.concat([Uint8Array.of(2, 0, 0, 0, inputs.length), ...inputs, rest])]));
    expect(ofInputs(input)).toBe('ok');
    expect(ofInputs(input, input)).toBe('BODY_MALFORMED');
    const [otherHash, otherIndex] = [input.slice(), input.slice()];
    otherHash[31] = 1;
    otherIndex[32] = 0;
    expect([ofInputs(otherHash), ofInputs(otherIndex)]).toEqual(['BODY_MALFORMED', 'BODY_MALFORMED']);
  });

  test('BODY_WITNESS_MISMATCH: any witness but those that the coinbase commits to', () => {
    const body = segwitBody(segwit);
    const others = [
      segwit[0] as Uint8Array,
      encode({ outpoint: new Uint8Array(36).fill(2), witness: [zeros] }),
    ];
    const changed = bodyOf([body.subarray(1, 1 + (parseTransactions(body)?.[0]?.end ?? 0) - 1), ...others]);
    expect(headerOf(changed)).toEqual(headerOf(body));
    expect(verdictOf(changed)).toBe('BODY_WITNESS_MISMATCH');
    for (const witness of [[], [new Uint8Array(31)], [zeros], [zeros, zeros]]) {
      const tx = witness.length === 0 ? { witness: undefined as never } : { witness };
      expect(verdictOf(segwitBody(segwit, () => tx))).toBe('BODY_WITNESS_MISMATCH');
    }
    expect(verdictOf(segwitBody(segwit, () => ({ scripts: [commitmentScript(zeros)] })))).toBe(
      'BODY_WITNESS_MISMATCH',
    );
    expect(verdictOf(bodyOf([coinbase(), ...segwit]))).toBe('BODY_WITNESS_MISMATCH');
    // The last commitment counts, even if an earlier one is right.
    const lastIsWrong = (right: Uint8Array): Tx => ({
      scripts: [commitmentScript(right), commitmentScript(zeros)],
    });
    expect(verdictOf(segwitBody(segwit, lastIsWrong))).toBe('BODY_WITNESS_MISMATCH');
  });

  test('a commitment is an output of at least 38 bytes with its mark, among others that look like it', () => {
    const mark = commitmentScript(zeros).subarray(0, 6);
    const among = (...others: readonly Uint8Array[]): string =>
      verdictOf(segwitBody(segwit, (commitment) => ({ scripts: [commitmentScript(commitment), ...others] })));
    expect(among(new Uint8Array([...mark, ...new Uint8Array(31)]))).toBe('ok');
    expect(among(new Uint8Array(40).fill(0x51))).toBe('ok');
    expect(among(new Uint8Array([...mark, ...new Uint8Array(32)]))).toBe('BODY_WITNESS_MISMATCH');
    // What follows the 32 bytes means nothing.
    const longer = (commitment: Uint8Array): Tx => ({
      scripts: [new Uint8Array([...commitmentScript(commitment), 1, 2])],
    });
    expect(verdictOf(segwitBody(segwit, longer))).toBe('ok');
  });

  test('BODY_WITNESS_MISMATCH: a reserved value that is not one item of 32 bytes, though the commitment is made with it', () => {
    const reserved = (...witness: readonly Uint8Array[]): string => {
      const body = bodyOf([coinbase(), ...segwit]);
      const ids = (parseTransactions(body) ?? []).map((tx, i) => (i === 0 ? zeros : witnessId(body, tx)));
      const stack = new ByteWriter();
      size(stack, witness.length);
      for (const item of witness) sized(stack, item);
      const commitment = sha256d(bitcoinMerkleRoot(ids).root, stack.bytes().subarray(2));
      const scripts = [commitmentScript(commitment)];
      return verdictOf(bodyOf([coinbase({ witness, scripts }), ...segwit]));
    };
    expect(reserved(new Uint8Array(32))).toBe('ok');
    for (const witness of [
      [new Uint8Array(31)],
      [new Uint8Array(33)],
      [new Uint8Array(15), new Uint8Array(16)],
    ])
      expect(reserved(...witness)).toBe('BODY_WITNESS_MISMATCH');
  });

  test('before segwit a commitment says nothing, and no witness may come', () => {
    const committed = bodyOf([coinbase({ scripts: [commitmentScript(zeros)] }), ...legacy]);
    expect(verdictOf(committed, committed, segwitHeight - 1, mainnet)).toBe('ok');
    expect(verdictOf(committed, committed, segwitHeight, mainnet)).toBe('BODY_WITNESS_MISMATCH');
    const body = segwitBody(segwit);
    expect(verdictOf(body, body, segwitHeight - 1, mainnet)).toBe('BODY_WITNESS_MISMATCH');
    expect(verdictOf(body, body, segwitHeight, mainnet)).toBe('ok');
  });

  test('BODY_TOO_LARGE: more bytes or weight than any block has', () => {
    expect(verdictOf(new Uint8Array(bodyBytesMax + 1), bodyOf([coinbase()]))).toBe('BODY_TOO_LARGE');
    expect(verdictOf(new Uint8Array(bodyBytesMax), bodyOf([coinbase()]))).toBe('BODY_MALFORMED');
    const ofWeight = (weight: number): Uint8Array => {
      const rest = weight / 4 - 80 - bodyOf([coinbase({ scriptSig: new Uint8Array(70_000) })]).length;
      return bodyOf([coinbase({ scriptSig: new Uint8Array(70_000 + rest) })]);
    };
    expect(verdictOf(ofWeight(4_000_000))).toBe('ok');
    expect(regtest.describeBody(ofWeight(4_000_000))?.fields).toEqual({ weight: 4_000_000 });
    expect(verdictOf(ofWeight(4_000_004))).toBe('BODY_TOO_LARGE');
  });

  test('are described up to the size that any block has', () => {
    const base = bodyOf([coinbase({ scriptSig: new Uint8Array(70_000) })]).length;
    const ofBytes = (bytes: number): Uint8Array =>
      bodyOf([coinbase({ scriptSig: new Uint8Array(70_000 + bytes - base) })]);
    expect(regtest.describeBody(ofBytes(bodyBytesMax))?.bytes).toBe(bodyBytesMax);
    expect(regtest.describeBody(ofBytes(bodyBytesMax + 1))).toBeUndefined();
  });

  test('are described by ids, places and weights', () => {
    const [first, second] = [segwit[0] as Uint8Array, legacy[1] as Uint8Array];
    const withoutWitness = encode({ outpoint: new Uint8Array(36).fill(1) });
    const body = bodyOf([first, second]);
    const idOf = (bytes: Uint8Array): string => Buffer.from(sha256d(bytes).reverse()).toString('hex');
    // Marker, flag, and a witness of two items with one byte in all: six bytes more than without.
    expect([first.length, second.length, withoutWitness.length]).toEqual([70, 64, 64]);
    expect(regtest.describeBody(body)).toEqual({
      bytes: 1 + 70 + 64,
      transactionCount: 2,
      transactions: [
        {
          id: idOf(withoutWitness),
          offset: 1,
          bytes: 70,
          fields: { witnessId: idOf(first), weight: 3 * 64 + 70 },
        },
        {
          id: idOf(second),
          offset: 71,
          bytes: 64,
          fields: { witnessId: idOf(second), weight: 4 * 64 },
        },
      ],
      fields: { weight: 4 * 80 + 4 + 3 * 64 + 70 + 4 * 64 },
    });
  });

  test.each([
    ['nothing', new Uint8Array(0)],
    ['no transactions', Uint8Array.of(0)],
    ['a count that the bytes cannot hold', Uint8Array.of(0xfe, 0xff, 0xff, 0xff, 0x0f, 1, 2, 3)],
    ['a count in 9 bytes', new Uint8Array([0xff, 1, 0, 0, 0, 0, 0, 0, 0, ...coinbase()])],
    ['a count that is not in its shortest form', new Uint8Array([0xfd, 1, 0, ...coinbase()])],
    ['a transaction cut short', bodyOf([coinbase()]).slice(0, -1)],
    ['bytes left over', new Uint8Array([...bodyOf([coinbase()]), 0])],
    ['no outputs', bodyOf([coinbase({ scripts: [], scriptSig: new Uint8Array(20) })])],
    ['no inputs', bodyOf([new Uint8Array([2, 0, 0, 0, 0, 0, ...coinbase().subarray(5)])])],
    ['no inputs behind the marker', bodyOf([new Uint8Array([2, 0, 0, 0, 0, 1, 0, ...outputOf60])])],
    ['a length in 9 bytes', lengthAs(70_000, 0xff)],
    ['a length in 5 bytes that has 3', lengthAs(70_000, 0xfe, 0xffff)],
    [
      'another flag',
      bodyOf([new Uint8Array([2, 0, 0, 0, 0, 2, ...coinbase({ witness: [zeros] }).subarray(6)])]),
    ],
    ['a segwit form without witness', bodyOf([coinbase({ witness: [] })])],
  ])('BODY_MALFORMED: %s', (_, body) => {
    expect(verdictOf(body, bodyOf([coinbase()]))).toBe('BODY_MALFORMED');
    expect(regtest.describeBody(body)?.transactionCount ?? 0).toBe(0);
  });

  test('no byte can be changed, and any bytes are survived', () => {
    const body = segwitBody([...segwit, ...legacy]);
    fc.assert(
      fc.property(fc.nat(body.length - 1), fc.integer({ min: 1, max: 255 }), (at, bits) => {
        const changed = body.slice();
        changed[at] = (changed[at] as number) ^ bits;
        expect(verdictOf(changed, body)).toMatch(/^BODY_/);
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
        fc.pre(Buffer.compare(bytes, body) !== 0);
        expect(verdictOf(bytes, body)).toMatch(/^BODY_/);
        regtest.describeBody(bytes);
      }),
      { numRuns: 2000 },
    );
  });
});
