import type { HeaderInfo, Status, Tip } from '@vision-light/protocol';
import type { NodeCall, NodeCalls } from '../tabs/tab-messages.js';

/** What every file that is loaded late takes of the node. @typeParam Code  of what it throws */
export interface NodeFace<Code extends string> {
  readonly tip: Tip;
  readonly status: Status;
  /** Fulfilled once the node is closed. */
  readonly closed: Promise<unknown>;
  /** Of the best chain. */
  header(height: number): Promise<HeaderInfo | undefined>;
  /** @throws {LightNodeError} NODE_CLOSED; TAB_SILENT */
  call<Name extends NodeCall>(
    name: Name,
    ...args: Parameters<NodeCalls[Name]>
  ): Promise<Awaited<ReturnType<NodeCalls[Name]>>>;
  /** What is thrown: such a file has a copy of no class. */
  errorOf(code: Code): Error;
  /** Calls back once. */
  later(ms: number, callback: () => void): void;
}
