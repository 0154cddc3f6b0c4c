import type { HeaderInfo, Status, Tip } from '@vision-light/protocol';
import type { NodeCall, NodeCalls } from '../tabs/tab-messages.js';

/** What a miner takes of the node. */
export interface MiningNode {
  readonly tip: Tip;
  readonly status: Status;
  /** Fulfilled once the node is closed. */
  readonly closed: Promise<unknown>;
  subscribe(type: 'tip' | 'status', listener: () => void): () => void;
  /** Of the best chain. */
  header(height: number): Promise<HeaderInfo | undefined>;
  /** @throws {LightNodeError} NODE_CLOSED; TAB_SILENT */
  call<Name extends NodeCall>(
    name: Name,
    ...args: Parameters<NodeCalls[Name]>
  ): Promise<Awaited<ReturnType<NodeCalls[Name]>>>;
  /** What is thrown: this file has a copy of no class. */
  errorOf(code: 'MINING_UNSUPPORTED'): Error;
  /** Calls back once. */
  later(ms: number, callback: () => void): void;
}

/** Time and chance, as a miner needs them. */
export interface MiningPlatform {
  /** Unix milliseconds. */
  now(): number;
  /** 0 to 1. */
  chance(): number;
  /** A random u64: two miners with the same name and clock do not try the same nonces. */
  firstNonce(): bigint;
}
