import { expect, test } from 'vitest';
import { parseLosslessJson } from '../../../bytes/lossless-json.js';
import { recordFromJson } from '../header/header-json.js';
import { encodeRecord } from '../header/record.js';
import { visionDevnet } from '../network-params.js';
import { decodeTransaction, encodeTransaction, type VisionTransaction } from '../transaction/transaction.js';
import { blockFromJson, encodeBlockJson } from './block-json.js';
import { encodeVisionBody } from './body-codec.js';

const header = {
  parent: new Uint8Array(32).fill(0xab),
  number: 7n,
  timestamp: 1_800_000_000n,
  difficulty: 3n,
  nonce: 2n ** 64n - 1n,
  txRoot: new Uint8Array(32).fill(0xcd),
  miner: new TextEncoder().encode('a "quoted" Ω\n'),
  digest: new Uint8Array(32).fill(0xef),
};
const record = encodeRecord(header, visionDevnet.minerBytesMax) as Uint8Array;
const tx: VisionTransaction = {
  nonce: 2n ** 64n - 1n,
  sender_pubkey: '01'.repeat(32),
  access_list: ['x"y'],
  module: 'cash',
  method: 'transfer',
  args: [0, 255],
  tip: 2n ** 53n + 1n,
  fee_limit: 5n,
  sig: '02'.repeat(64),
  max_priority_fee_per_gas: 2n ** 128n - 1n,
  max_fee_per_gas: 0n,
};

test('the members and their order are those of the reference', () => {
  const zeros = '0'.repeat(64);
  expect(encodeBlockJson(record, encodeVisionBody([]))).toBe(
    `{"header":{"parent_hash":"${'ab'.repeat(32)}","number":7,"timestamp":1800000000,"difficulty":3,` +
      `"nonce":18446744073709551615,"pow_hash":"${'ef'.repeat(32)}","state_root":"${zeros}",` +
      `"tx_root":"${'cd'.repeat(32)}","receipts_root":"${zeros}","da_commitment":null,` +
      `"miner":"a \\"quoted\\" Ω\\n","base_fee_per_gas":0},"txs":[],"weight":0}`,
  );
});

test('header and transactions can be read back without loss', () => {
  const json = parseLosslessJson(encodeBlockJson(record, encodeVisionBody([tx, tx])) as string);
  const block = json as { header: unknown; txs: unknown[] };
  expect(recordFromJson(visionDevnet, block.header)).toEqual({ ok: true, record });
  expect(block.txs).toHaveLength(2);
  expect(encodeBlockJson(record, encodeVisionBody([tx]))).toContain(`"txs":[${encodeTransaction(tx)}],`);
  expect(decodeTransaction(encodeTransaction(tx))).toEqual(tx);
});

test('what is no body gives no block', () => {
  expect(encodeBlockJson(record, Uint8Array.of())).toBeUndefined();
  expect(encodeBlockJson(record, encodeVisionBody([tx]).subarray(1))).toBeUndefined();
});

test('a miner field that is no text is written as none', () => {
  const other = encodeRecord(
    { ...header, miner: Uint8Array.of(0xff) },
    visionDevnet.minerBytesMax,
  ) as Uint8Array;
  expect(encodeBlockJson(other, encodeVisionBody([]))).toContain('"miner":""');
});

test('a block is read back whole', () => {
  const body = encodeVisionBody([tx, { ...tx, nonce: 1n }]);
  const text = encodeBlockJson(record, body) as string;
  expect(blockFromJson(visionDevnet, parseLosslessJson(text))).toEqual({ ok: true, record, body });
});

test.each([
  ['no object', () => '5', 'HEADER_MALFORMED'],
  ['no header', (text: string) => text.replace('"header"', '"other"'), 'HEADER_MALFORMED'],
  ['no transactions', (text: string) => text.replace('"txs"', '"other"'), 'BODY_MALFORMED'],
  [
    'something that is no transaction',
    (text: string) => text.replace('"fee_limit"', '"x"'),
    'BODY_MALFORMED',
  ],
  ['a miner too long', (text: string) => text.replace('a \\"', `${'x'.repeat(65)}\\"`), 'HEADER_BAD_MINER'],
  [
    'a transaction too large',
    (text: string) => text.replace('"cash"', JSON.stringify('x'.repeat(70_000))),
    'BODY_MALFORMED',
  ],
])('%s is no block', (_, change, code) => {
  const text = encodeBlockJson(record, encodeVisionBody([tx])) as string;
  expect(change(text)).not.toBe(text);
  expect(blockFromJson(visionDevnet, parseLosslessJson(change(text)))).toMatchObject({ ok: false, code });
});

test('a body above 2 MB is no block', () => {
  const large = { ...tx, args: Array.from({ length: 60_000 }, () => 1) };
  const item = encodeTransaction(large);
  const text = (encodeBlockJson(record, encodeVisionBody([])) as string).replace(
    '"txs":[]',
    `"txs":[${Array.from({ length: 34 }, () => item).join(',')}]`,
  );
  expect(blockFromJson(visionDevnet, parseLosslessJson(text))).toMatchObject({ code: 'BODY_TOO_LARGE' });
});
