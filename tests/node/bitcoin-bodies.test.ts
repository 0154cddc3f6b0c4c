/** Real blocks of Bitcoin: every body is accepted by its own header, and none after any change. */
import { readFileSync } from 'node:fs';
import { Sha256d } from '@vision-light/pow';
import { type BodyVerdict, type NetworkName, resolveNetwork } from '@vision-light/protocol';
import { describe, expect, test } from 'vitest';
import { findData } from './data-files.js';

const kernel = new Sha256d();

interface Case {
  readonly file: string;
  readonly height: number;
  readonly transactions: number;
  readonly network?: NetworkName;
}

const cases: readonly Case[] = [
  { file: 'block1.raw', height: 1, transactions: 1 },
  { file: 'block300025.raw', height: 300025, transactions: 461 },
  { file: 'block426884.raw', height: 426884, transactions: 409 },
  { file: 'block482683.raw', height: 482683, transactions: 12 },
  { file: 'block830000.raw', height: 830000, transactions: 1851 },
  { file: 'block831332.raw', height: 831332, transactions: 2355 },
  { file: 'block898352.raw', height: 898352, transactions: 10, network: 'bitcoin-testnet3' },
];

const codeOf = (verdict: BodyVerdict): string => (verdict.kind === 'ok' ? 'ok' : verdict.code);

describe('real bodies', () => {
  for (const { file, height, transactions, network = 'bitcoin-mainnet' } of cases) {
    const found = findData(`bitcoin/blocks/${file}`);
    test.skipIf(found === undefined)(`${file}: ${transactions} transactions`, () => {
      const family = resolveNetwork(network);
      const block = new Uint8Array(readFileSync(found as string));
      const context = { record: block.subarray(0, 80), height, parentRecord: undefined };
      const body = block.subarray(80);
      expect(family.checkBody(body, context)).toEqual({ kind: 'ok' });
      const info = family.describeBody(body);
      expect(info).toMatchObject({ bytes: body.length, transactionCount: transactions });
      expect(info?.fields.weight).toBeLessThanOrEqual(4_000_000);
      // Places spread over the whole body, its ends included.
      const steps = Math.min(body.length - 1, 40);
      for (let i = 0; i <= steps; i++) {
        const at = Math.floor((i * (body.length - 1)) / steps);
        const changed = body.slice();
        changed[at] = (changed[at] as number) ^ 1;
        expect(codeOf(family.checkBody(changed, context)), `byte ${at}`).toMatch(/^BODY_/);
        expect(codeOf(family.checkBody(body.subarray(0, at), context)), `first ${at}`).toBe('BODY_MALFORMED');
      }
    });
  }

  test('the first blocks of mainnet', () => {
    const file = new Uint8Array(
      readFileSync(findData('bitcoin/blocks/mainnet_blocks_1-256.blkdat') as string),
    );
    const view = new DataView(file.buffer);
    const family = resolveNetwork('bitcoin-mainnet');
    let parent = family.genesis.hash;
    let height = 0;
    let transactions = 0;
    for (let at = 0; at < file.length; at += 8 + view.getUint32(at + 4, true)) {
      const block = file.subarray(at + 8, at + 8 + view.getUint32(at + 4, true));
      const record = block.slice(0, 80);
      expect(family.parent(record)).toEqual(parent);
      parent = kernel.hash80(record);
      height++;
      const body = block.subarray(80);
      expect(family.checkBody(body, { record, height, parentRecord: undefined })).toEqual({ kind: 'ok' });
      transactions += family.describeBody(body)?.transactionCount ?? 0;
    }
    expect([height, transactions]).toEqual([255, 262]);
  });

  test('ids and weights are those that the network knows', () => {
    const block = new Uint8Array(readFileSync(findData('bitcoin/blocks/block1.raw') as string));
    const info = resolveNetwork('bitcoin-mainnet').describeBody(block.subarray(80));
    const id = '0e3e2357e806b6cdb1f70b54c3a3a17b6714ee1f0e68bebb44a74b1efd512098';
    expect(info?.transactions).toEqual([
      { id, offset: 1, bytes: 134, fields: { witnessId: id, weight: 536 } },
    ]);
  });
});
