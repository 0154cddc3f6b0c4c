/** What can become of a stored chain while its node is off: bytes that are other, and a table that says other things. */
import { xxh32 } from '../packages/protocol/src/bytes/xxh32.js';
import {
  decodeTable,
  encodeTable,
  type SegmentEntry,
} from '../packages/protocol/src/headers/storage/chain-records.js';
import type { ChainLayout } from '../packages/protocol/src/headers/storage/stored-chain.js';
import type { WholeChain } from './store-access.js';

/** What is done to a stored chain. */
export type Damage = (whole: WholeChain) => WholeChain;

/** Bytes with a bit of the middle one flipped. */
export function flipped(bytes: Uint8Array): Uint8Array {
  const copy = bytes.slice();
  const middle = copy.length >> 1;
  copy[middle] = (copy[middle] ?? 0) ^ 1;
  return copy;
}

/** Flips a bit of a segment. */
export function flipSegment(index: number): Damage {
  return (whole) => ({
    ...whole,
    segments: whole.segments.map((piece) =>
      piece.index === index ? { ...piece, bytes: flipped(piece.bytes) } : piece,
    ),
  });
}

/** Has the table say something else of some segments. */
export function changeEntries(
  layout: ChainLayout,
  change: (entry: SegmentEntry, index: number) => Partial<SegmentEntry>,
): Damage {
  return (whole) => {
    const entries = decodeTable(layout, whole.table ?? new Uint8Array(0));
    if (entries === undefined) throw new Error('the table cannot be read');
    const table = entries.map((entry, index) => entry && { ...entry, ...change(entry, index) });
    return { ...whole, table: encodeTable(layout, table) };
  };
}

/** Flips a bit of a segment, and has the table say that it must be so. */
export function poisonSegment(layout: ChainLayout, index: number): Damage {
  return (whole) => {
    const poisoned = flipSegment(index)(whole);
    const digest = xxh32(poisoned.segments[index]?.bytes ?? new Uint8Array(0));
    return changeEntries(layout, (_, i) => (i === index ? { digest } : {}))(poisoned);
  };
}

/** The bytes stay, and the table says more work of every segment. */
export function inflateWork(layout: ChainLayout): Damage {
  return changeEntries(layout, ({ chainwork }) => ({ chainwork: chainwork + 2n ** 80n }));
}
