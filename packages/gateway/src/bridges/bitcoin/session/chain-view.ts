/** What a session reads of the chain that the core has verified, and how it hashes headers. */
import { areEqual, buildLocator, type ChainFamily, type HeaderTree } from '@vision-light/protocol';

/** Hashes many headers of 80 bytes. @returns 32 bytes for each, in order */
export type HashHeaders = (headers: Uint8Array) => Uint8Array;

/** Read by sessions, never changed by them. */
export interface ChainView {
  readonly family: ChainFamily;
  readonly tipHeight: number;
  /** Chainwork of the tip. */
  readonly chainwork: bigint;
  /** Hashes of the best chain, highest first. */
  locator(): Uint8Array[];
  /** Height of a verified header; undefined if it is not known. */
  heightOf(hash: Uint8Array): number | undefined;
  readonly hashHeaders: HashHeaders;
}

/** The view of a tree. */
export function viewOf(tree: HeaderTree, hashHeaders: HashHeaders): ChainView {
  return {
    family: tree.family,
    hashHeaders,
    get tipHeight() {
      return tree.tipHeight;
    },
    get chainwork() {
      return tree.chainwork(tree.tip);
    },
    locator: () => buildLocator(tree),
    heightOf: (hash) => {
      const slot = tree.find(hash);
      return slot === undefined ? undefined : tree.height(slot);
    },
  };
}

/** Consecutive headers of 80 bytes, as a full node sends them, with their hashes. */
export interface HeaderRun {
  readonly count: number;
  readonly records: Uint8Array;
  readonly hashes: Uint8Array;
}

/** Hashes headers. @returns undefined if they do not follow one another */
export function runOf(records: Uint8Array, { family, hashHeaders }: ChainView): HeaderRun | undefined {
  const { recordBytes } = family;
  const count = records.length / recordBytes;
  const hashes = hashHeaders(records);
  for (let i = 1; i < count; i++) {
    const parent = family.parent(records.subarray(i * recordBytes, (i + 1) * recordBytes));
    if (!areEqual(parent, hashes.subarray((i - 1) * 32, i * 32))) return undefined;
  }
  return { count, records, hashes };
}
