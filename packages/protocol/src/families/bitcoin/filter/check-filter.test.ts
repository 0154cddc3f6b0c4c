import { describe, expect, it } from 'vitest';
import { ByteWriter } from '../../../bytes/byte-writer.js';
import { joinBytes } from '../../../bytes/join-bytes.js';
import { writeCompactSize } from '../block/transaction-rules.js';
import { hash160, payToKeyHash, payToScriptHash, payToWitness } from '../transaction/standard-scripts.js';
import { parseTransactions, transactionId } from '../transaction/transaction.js';
import { type BasicFilter, readFilter } from './basic-filter.js';
import { buildFilter } from './build-filter.js';
import { checkFilter, type FilterCheck } from './check-filter.js';
import { bitcoinFilterRules } from './filter-rules.js';
import { FilterValues } from './filter-values.js';

interface Input {
  readonly outpoint?: Uint8Array;
  readonly scriptSig?: Uint8Array;
  readonly witness?: readonly Uint8Array[];
}

const blockHash = new Uint8Array(32).fill(9);
const nullOutpoint = Uint8Array.from({ length: 36 }, (_, i) => (i < 32 ? 0 : 0xff));

function sized(writer: ByteWriter, bytes: Uint8Array): void {
  writeCompactSize(writer, bytes.length);
  writer.raw(bytes);
}

function transaction(inputs: readonly Input[], outputs: readonly Uint8Array[]): Uint8Array {
  const hasWitness = inputs.some(({ witness }) => witness !== undefined);
  const writer = new ByteWriter();
  writer.u32(2);
  if (hasWitness) writer.raw(Uint8Array.of(0, 1));
  writeCompactSize(writer, inputs.length);
  for (const [
    i,
    { outpoint = new Uint8Array(36).fill(i + 1), scriptSig = new Uint8Array(0) },
  ] of inputs.entries()) {
    writer.raw(outpoint);
    sized(writer, scriptSig);
    writer.u32(0xffff_ffff);
  }
  writeCompactSize(writer, outputs.length);
  for (const script of outputs) {
    writer.u64(50n);
    sized(writer, script);
  }
  for (const { witness = [] } of hasWitness ? inputs : []) {
    writeCompactSize(writer, witness.length);
    for (const item of witness) sized(writer, item);
  }
  writer.u32(0);
  return writer.bytes();
}

const reward = Uint8Array.of(0x51);
const first = payToWitness(0, new Uint8Array(20).fill(1));
const second = payToWitness(1, new Uint8Array(32).fill(2));
const coinbase = transaction(
  [{ outpoint: nullOutpoint, scriptSig: Uint8Array.of(1, 2, 3), witness: [new Uint8Array(32)] }],
  [reward, Uint8Array.of(0x6a, 1, 7), new Uint8Array(0)],
);

function bodyOf(...transactions: readonly Uint8Array[]): Uint8Array {
  const all = [coinbase, ...transactions];
  return all.reduce(joinBytes, Uint8Array.of(all.length));
}

const signature = Uint8Array.of(0x30, 6, 2, 1, 1, 2, 1, 1, 1);
const key = Uint8Array.from({ length: 33 }, (_, i) => (i === 0 ? 2 : i));
const push = (data: Uint8Array): Uint8Array => Uint8Array.of(data.length, ...data);
/** An input of each kind, and the script of the coin that it spends. */
const keyHash = payToKeyHash(hash160(key));
const byKeyHash: Input = { scriptSig: joinBytes(push(signature), push(key)) };
const program = payToWitness(0, hash160(key));
const nested = payToScriptHash(hash160(program));
const byNested: Input = { scriptSig: push(program), witness: [signature, key] };
const hidden = payToWitness(1, key.subarray(1));
const byHidden: Input = { witness: [new Uint8Array(64).fill(5)] };

function filterOf(body: Uint8Array, spent: readonly Uint8Array[]): BasicFilter {
  const filter = readFilter(buildFilter(body, spent, blockHash));
  if (typeof filter === 'string') throw new Error(filter);
  return filter;
}

/** A filter of the scripts that are named, whatever the block has. */
function madeOf(scripts: readonly Uint8Array[]): BasicFilter {
  return { values: new FilterValues(blockHash, scripts.length).ascending(scripts) };
}

const check = (filter: BasicFilter, body: Uint8Array): FilterCheck => checkFilter(filter, blockHash, body);

const consistent = { verdict: 'consistent', isDecided: true };
const omits = { verdict: 'omits', isDecided: true };
const impossible = { verdict: 'impossible', isDecided: true };
const open = (verdict: FilterCheck['verdict']): FilterCheck => ({ verdict, isDecided: false });

describe('a block that spends nothing', () => {
  const body = bodyOf();

  it('has exactly one filter, in which neither data nor nothing are scripts', () => {
    expect(check(filterOf(body, []), body)).toEqual(consistent);
    expect(check(madeOf([reward]), body)).toEqual(consistent);
    expect(check(madeOf([]), body)).toEqual(omits);
    expect(check(madeOf([first]), body)).toEqual(omits);
    expect(check(madeOf([reward, first]), body)).toEqual(impossible);
    expect(check(madeOf([reward, reward]), body)).toEqual(impossible);
  });
});

describe('a block of which every input shows its script', () => {
  const body = bodyOf(transaction([byKeyHash, byNested], [first, second, first]));
  const all = [reward, first, second, keyHash, nested];

  it('has exactly one filter, if all of them show it for certain', () => {
    const certain = bodyOf(transaction([byNested], [first, second, first]));
    expect(check(filterOf(certain, [nested]), certain)).toEqual(consistent);
    expect(check(madeOf([reward, first, second, nested]), certain)).toEqual(consistent);
  });

  it('has one that is likely, if the form of an input may deceive', () => {
    expect(check(filterOf(body, [keyHash, nested]), body)).toEqual(open('consistent'));
    expect(check(madeOf(all), body)).toEqual(open('consistent'));
  });

  it('does not prove a filter against that of a coin whose spending has another form', () => {
    const judge = (spent: readonly Uint8Array[]): string =>
      bitcoinFilterRules.judge(buildFilter(body, spent, blockHash), blockHash, body);
    const anyoneCanSpend = Uint8Array.of(0x6d, 0x51);
    expect([judge([keyHash, nested]), judge([anyoneCanSpend, nested])]).toEqual(['open', 'open']);
  });

  it.each([
    ['an output', first],
    ['the last output', second],
    ['the output of the coinbase', reward],
    ['a script beside a witness', nested],
  ])('is omitted for certain: %s', (_what, script) => {
    expect(check(madeOf(all.filter((each) => each !== script)), body)).toEqual(omits);
    // That another stands in its place is no help.
    expect(check(madeOf(all.map((each) => (each === script ? hidden : each))), body)).toEqual(omits);
  });

  it('is omitted if the form of an input does not deceive: its key hash', () => {
    expect(check(filterOf(body, [nested]), body)).toEqual(open('omits'));
    expect(check(madeOf(all.map((each) => (each === keyHash ? hidden : each))), body)).toEqual(open('omits'));
  });

  it('has no room for more', () => {
    // If the form of an input deceives, the other script is one that nobody knows.
    expect(check(madeOf([...all, hidden]), body)).toEqual(impossible);
    const twice = bodyOf(
      transaction([byKeyHash, { ...byKeyHash, outpoint: new Uint8Array(36).fill(8) }], [first]),
    );
    const known = [reward, first, keyHash];
    expect(check(madeOf(known), twice)).toEqual(open('consistent'));
    expect(check(madeOf([...known, hidden]), twice)).toEqual(open('impossible'));
    expect(check(madeOf([...known, hidden, second]), twice)).toEqual(impossible);
  });
});

describe('a block with inputs that show nothing', () => {
  const body = bodyOf(transaction([byHidden, byNested, byKeyHash], [first]));
  const known = [reward, first, nested, keyHash];

  it('may have a script for each, or none', () => {
    expect(check(filterOf(body, [hidden, nested, keyHash]), body)).toEqual(open('consistent'));
    expect(check(madeOf(known), body)).toEqual(open('consistent'));
    expect(check(madeOf([...known, second]), body)).toEqual(open('consistent'));
    expect(check(madeOf([...known, second, hidden]), body)).toEqual(impossible);
  });

  it('must have what the others show', () => {
    expect(check(filterOf(body, [hidden, nested]), body)).toEqual(open('omits'));
    expect(check(filterOf(body, [hidden, keyHash]), body)).toEqual(omits);
  });
});

it('what a block spends of its own is among its outputs', () => {
  const maker = transaction([byNested], [first, hidden]);
  const made = bodyOf(maker);
  const [, tx] = parseTransactions(made) ?? [];
  if (tx === undefined) throw new Error('no second transaction');
  const outpoint = joinBytes(transactionId(made, tx), Uint8Array.of(1, 0, 0, 0));
  const body = bodyOf(maker, transaction([{ ...byHidden, outpoint }], [second]));
  expect(check(filterOf(body, [nested, hidden]), body)).toEqual(consistent);
  expect(check(madeOf([reward, first, hidden, second, nested]), body)).toEqual(consistent);
  const elsewhere = bodyOf(maker, transaction([byHidden], [second]));
  expect(check(filterOf(elsewhere, [nested, hidden]), elsewhere)).toEqual(open('consistent'));
});

it('two scripts of one number are two items', () => {
  // Searched for: one in so many pairs has one number.
  const limit = 2 * 784_931;
  const values = new FilterValues(blockHash, 2);
  const found = new Map<number, Uint8Array>();
  let twins: Uint8Array[] | undefined;
  for (let i = 0; twins === undefined && i < 10 * limit; i++) {
    const script = Uint8Array.of(0x52, i, i >> 8, i >> 16);
    const value = values.valueOf(script);
    const other = found.get(value);
    if (other !== undefined) twins = [other, script];
    found.set(value, script);
  }
  const [one = reward, two = reward] = twins ?? [];
  const body = Uint8Array.of(1, ...transaction([{ outpoint: nullOutpoint }], [one, two]));
  const filter = filterOf(body, []);
  expect(filter.values[0]).toBe(filter.values[1]);
  expect(check(filter, body)).toEqual(consistent);
  const { values: single } = madeOf([one]);
  expect(check({ values: single }, body)).toEqual(omits);
  expect(check({ values: Float64Array.from([...filter.values.subarray(0, 1), limit - 1]) }, body)).toEqual(
    omits,
  );
});

it('takes a body and nothing else', () => {
  expect(() => check(madeOf([]), new Uint8Array(3))).toThrow(RangeError);
});
