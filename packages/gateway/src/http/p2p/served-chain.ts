import type { HeaderTree, KnownTransaction } from '@vision-light/protocol';
import type { NodeHost, Submitted } from '../../node-host.js';

/** The chain and the transactions that a gateway answers from, and takes what comes in. */
export interface ServedChain {
  readonly tree: HeaderTree;
  /** 32 bytes: the gateway's public key; undefined if it has none. */
  readonly publicKey: Uint8Array | undefined;
  /** The stored body of a verified header's block; undefined if it is not there. */
  bodyOf(hash: Uint8Array): Promise<Uint8Array | undefined>;
  /** Transactions that are in no block. */
  transactions(): Iterable<KnownTransaction>;
  /** One of them by its hash. */
  transaction(id: Uint8Array): Uint8Array | undefined;
  /** Hands in an encoded transaction, which is verified like that of a peer. @returns why it is not taken, if it is not */
  submitTransaction(bytes: Uint8Array): Promise<string | undefined>;
  /** Hands in a block, whose header is verified like that of a peer, and whose body is held to it. */
  submitBlock(record: Uint8Array, hash: Uint8Array, body: Uint8Array): Promise<Submitted>;
}

/** What the node of a gateway serves. */
export function servedChain(host: NodeHost): ServedChain {
  return {
    tree: host.node.tree,
    publicKey: undefined,
    bodyOf: (hash) => host.readBody(hash),
    transactions: () => [],
    transaction: () => undefined,
    submitTransaction: () => Promise.resolve('TX_POOL_FULL'),
    submitBlock: (record, hash, body) =>
      host.submit({ count: 1, records: record, hashes: hash }, [body], 'http'),
  };
}
