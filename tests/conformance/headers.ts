/** Verifies raw concatenated Bitcoin headers. */
import { Sha256d } from '@vision-light/pow';
import type { ChainFamily } from '@vision-light/protocol';
import { ArrayAncestry } from '../../packages/protocol/src/chain/array-ancestry.js';
import type { Outcome } from './check.js';

const headerBytes = 80;
const kernel = new Sha256d();

/** What to verify, and as what. */
export interface HeaderFile {
  readonly family: ChainFamily;
  /** Height of the first header; above 0 it is taken as the checkpoint. */
  readonly startHeight: number;
  readonly bytes: Uint8Array;
  /** Unix seconds. */
  readonly wallTime: number;
}

/** Why a header is refused; the codes are those of the core, and `GENESIS_MISMATCH`. */
export interface Refusal {
  readonly height: number;
  readonly code: string;
  readonly detail: string;
}

/**
 * One check for each header up to the first refusal.
 *
 * The first header is checked like the others, by whatever needs no ancestor: fields, version, proof of work, and at
 * height 0 that it is the genesis. A rule that needs more ancestors than there are applies from where it can.
 */
export function checkHeaders(file: HeaderFile): Outcome & { readonly refusal?: Refusal } {
  const { bytes } = file;
  const count = Math.floor(bytes.length / headerBytes);
  if (count * headerBytes !== bytes.length) {
    return {
      passed: 0,
      failed: 1,
      lines: [`failed: the length, ${bytes.length}, is no multiple of ${headerBytes}`],
    };
  }
  if (count === 0) return { passed: 0, failed: 1, lines: ['failed: there are no headers'] };
  const { passed, refusal } = verify(file, count);
  if (refusal === undefined) return { passed, failed: 0, lines: [] };
  const { height, code, detail } = refusal;
  return { passed, failed: 1, lines: [`refused at height ${height}: ${code} (${detail})`], refusal };
}

function verify(file: HeaderFile, count: number): { passed: number; refusal?: Refusal } {
  const { family, startHeight, bytes, wallTime } = file;
  const hashes = kernel.hash80(bytes);
  // A copy, for applyPow fills in parents, which must not hide what the file says; `slice` of a Buffer is none.
  const batch = { count, records: new Uint8Array(bytes), hashes: new Uint8Array(count * 32) };
  const ancestry = new ArrayAncestry(family.time, startHeight);
  for (let i = 0; i < count; i++) {
    const height = startHeight + i;
    const record = bytes.subarray(i * headerBytes, (i + 1) * headerBytes);
    const hash = hashes.subarray(i * 32, (i + 1) * 32);
    const refuse = (code: string, detail: string) => ({ passed: i, refusal: { height, code, detail } });
    if (i > 0) {
      const parent = family.parent(record);
      const expected = hashes.subarray((i - 1) * 32, i * 32);
      if (Buffer.compare(parent, expected) !== 0)
        return refuse('HEADER_BAD_PARENT', `not ${family.hashToHex(expected)}`);
    }
    if (height > 0) {
      const verdict = family.checkHeader(record, ancestry, wallTime);
      if (verdict.kind === 'rejected') return refuse(verdict.code, verdict.detail);
      if (verdict.kind === 'held') return refuse('HEADER_TIME_TOO_NEW', `due at ${verdict.dueAt}`);
    }
    if (family.applyPow(batch, i, i + 1, hash) !== 1)
      return refuse(family.powFault(batch, i), family.hashToHex(hash));
    if (height === 0 && Buffer.compare(hash, family.genesis.hash) !== 0) {
      return refuse('GENESIS_MISMATCH', `not ${family.hashToHex(family.genesis.hash)}`);
    }
    ancestry.push(record);
  }
  return { passed: count };
}
