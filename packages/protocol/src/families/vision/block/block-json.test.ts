import { expect, test } from 'vitest';
import { parseLosslessJson } from '../../../bytes/lossless-json.js';
import { recordFromJson } from '../header/header-json.js';
import { encodeRecord } from '../header/record.js';
import { visionDevnet } from '../network-params.js';
import { decodeTransaction, encodeTransaction, type VisionTransaction } from '../transaction/transaction.js';
import { encodeBlockJson } from './block-json.js';
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
