import type { MempoolChange, Status, Tip, TxProof } from '@vision-light/protocol';
import type { NodeFace } from '../streams/node-face.js';

/** News that watches take in. */
interface WatchedNews {
  readonly tip: Tip;
  readonly status: Status;
  readonly transactions: MempoolChange;
}

/** What watches take of the node. */
export interface WatchNode extends NodeFace<'WATCHES_FULL' | 'NODE_CLOSED'> {
  /** How many bodies of the newest blocks it keeps. */
  readonly followedBlocks: number;
  subscribe<Type extends keyof WatchedNews>(
    type: Type,
    listener: (value: WatchedNews[Type]) => void,
  ): () => void;
  proveTx(txid: string, options: { readonly block: string }): Promise<TxProof>;
}
