/** Filters of real blocks, and what their inputs show: coins that are made and spent in one block tell whether it is true. */
import { readFileSync } from 'node:fs';
import {
  type BasicFilter,
  buildFilter,
  bytesToHex,
  checkFilter,
  matchesAny,
  readFilter,
} from '@vision-light/protocol';
import { describe, expect, test } from 'vitest';
import { readParts } from '../../packages/protocol/src/families/bitcoin/filter/block-parts.js';
import { spentScript } from '../../packages/protocol/src/families/bitcoin/filter/spent-script.js';
import {
  sha256d,
  transactionId,
} from '../../packages/protocol/src/families/bitcoin/transaction/transaction.js';
import { findData } from './data-files.js';

interface Case {
  readonly file: string;
  readonly inputs: number;
  /** Inputs that show nothing: of taproot, and of bare keys. */
  readonly hidden: number;
  /** Inputs that spend a coin of the block itself, and show its script. */
  readonly known: number;
}

const cases: readonly Case[] = [
  { file: 'block300025.raw', inputs: 1427, hidden: 3, known: 188 },
  { file: 'block426884.raw', inputs: 6031, hidden: 0, known: 101 },
  { file: 'block482683.raw', inputs: 51, hidden: 0, known: 0 },
  { file: 'block830000.raw', inputs: 8610, hidden: 3661, known: 109 },
  { file: 'block831332.raw', inputs: 4403, hidden: 1795, known: 137 },
  { file: 'block898352.raw', inputs: 15, hidden: 0, known: 3 },
];

describe('real blocks', () => {
  for (const { file, inputs, hidden, known } of cases) {
    const found = findData(`bitcoin/blocks/${file}`);
    test.skipIf(found === undefined)(file, () => {
      const block = new Uint8Array(readFileSync(found as string));
      const body = block.subarray(80);
      const hash = sha256d(block.subarray(0, 80));
      const parts = readParts(body);
      const made = new Map(
        parts.map(({ transaction, outputs }) => [bytesToHex(transactionId(body, transaction)), outputs]),
      );
      const spending = parts.flatMap((part) => part.inputs);
      const shown = spending.flatMap((input) => {
        const script = spentScript(input)?.script;
        return script === undefined ? [] : [{ outpoint: input.outpoint, script }];
      });
      expect([spending.length, spending.length - shown.length]).toEqual([inputs, hidden]);
      const pairs = shown.flatMap(({ outpoint, script }) => {
        const index = new DataView(outpoint.slice().buffer).getUint32(32, true);
        const real = made.get(bytesToHex(outpoint.subarray(0, 32)))?.[index];
        return real === undefined ? [] : [[bytesToHex(script), bytesToHex(real)]];
      });
      expect(pairs.length).toBe(known);
      for (const [script, real] of pairs) expect(script).toBe(real);

      const filterOf = (spent: readonly Uint8Array[]): BasicFilter => {
        const filter = readFilter(buildFilter(body, spent, hash));
        if (typeof filter === 'string') throw new Error(filter);
        return filter;
      };
      const scripts = shown.map(({ script }) => script);
      const filter = filterOf(scripts);
      for (const script of scripts.slice(0, 100)) expect(matchesAny(filter, hash, [script])).toBe(true);
      // Each has inputs of which only the form speaks.
      expect(checkFilter(filter, hash, body)).toEqual({ verdict: 'consistent', isDecided: false });
      // One that is not paid to as well is missed.
      const outputs = new Set(parts.flatMap((part) => part.outputs.map(bytesToHex)));
      const missed = scripts.map(bytesToHex).find((script) => !outputs.has(script));
      const others = scripts.filter((script) => bytesToHex(script) !== missed);
      expect(checkFilter(filterOf(others), hash, body).verdict).toBe('omits');
    });
  }
});
