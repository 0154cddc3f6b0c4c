import type { HeaderTree } from '@vision-light/protocol';

/** The chain that a gateway answers from. */
export interface ServedChain {
  readonly tree: HeaderTree;
  /** The stored body of a verified header's block; undefined if it is not there. */
  bodyOf(hash: Uint8Array): Promise<Uint8Array | undefined>;
}
