import { bytesToHex, type HeaderTree, type NamedTransaction } from '@vision-light/protocol';
import type { NodeHost, Submitted } from '../../node-host.js';

/** The chain and the transactions that a gateway answers from, and takes what comes in. */
export interface ServedChain {
  readonly tree: HeaderTree;
  /** 32 bytes: the gateway's public key. */
  readonly publicKey: Uint8Array;
  /** The stored body of a verified header's block; undefined if it is not there. */
  bodyOf(hash: Uint8Array): Promise<Uint8Array | undefined>;
  /** Those that may be in a new block: of the mempool, and some that left it. */
  transactions(): Iterable<NamedTransaction>;
  /** One of the mempool by its hash. */
  transaction(id: Uint8Array): Uint8Array | undefined;
  /** Hands in an encoded transaction, which is verified like that of a peer. @returns why it is not taken, if it is not */
  submitTransaction(bytes: Uint8Array): Promise<string | undefined>;
  /** Hands in a block, whose header is verified like that of a peer, and whose body is held to it. */
  submitBlock(record: Uint8Array, hash: Uint8Array, body: Uint8Array): Promise<Submitted>;
  /** Somebody has announced a block that is not here. That proves nothing. */
  announced(): void;
}

/** What the node of a gateway serves. @param announced  see there; default: nobody is told */
export function servedChain(host: NodeHost, announced: () => void = () => {}): ServedChain {
  const { tree, transactions } = host.node;
  return {
    tree,
    publicKey: host.key.publicKey,
    announced,
    bodyOf: (hash) => host.readBody(hash),
    transactions: () => {
      const known: NamedTransaction[] = [];
      transactions.each((transaction) => known.push(transaction));
      return known;
    },
    transaction: (id) => transactions.mempool.get(bytesToHex(id))?.tx.bytes,
    submitTransaction: async (bytes) => {
      const sent = await host.sendTransaction(bytes, true);
      return 'code' in sent ? sent.code : undefined;
    },
    submitBlock: (record, hash, body) =>
      host.submit({ count: 1, records: record, hashes: hash }, [body], 'http', true),
  };
}
