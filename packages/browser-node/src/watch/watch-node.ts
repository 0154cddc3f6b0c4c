import type { HeaderInfo, MempoolChange, Status, Tip, TxProof } from '@vision-light/protocol';
import type { NodeCall, NodeCalls } from '../tabs/tab-messages.js';

/** News that watches take in. */
interface WatchedNews {
  readonly tip: Tip;
  readonly status: Status;
  readonly transactions: MempoolChange;
}

/** What watches take of the node. */
export interface WatchNode {
  readonly tip: Tip;
  readonly status: Status;
  /** How many bodies of the newest blocks it keeps. */
  readonly followedBlocks: number;
  /** Fulfilled once the node is closed. */
  readonly closed: Promise<unknown>;
  subscribe<Type extends keyof WatchedNews>(
    type: Type,
    listener: (value: WatchedNews[Type]) => void,
  ): () => void;
  /** Of the best chain. */
  header(height: number): Promise<HeaderInfo | undefined>;
  /** @throws {LightNodeError} NODE_CLOSED; TAB_SILENT */
  call<Name extends NodeCall>(
    name: Name,
    ...args: Parameters<NodeCalls[Name]>
  ): Promise<Awaited<ReturnType<NodeCalls[Name]>>>;
  proveTx(txid: string, options: { readonly block: string }): Promise<TxProof>;
  /** What is thrown: this file has a copy of no class. */
  errorOf(code: 'WATCHES_FULL' | 'NODE_CLOSED'): Error;
  /** Calls back once. */
  later(ms: number, callback: () => void): void;
}
