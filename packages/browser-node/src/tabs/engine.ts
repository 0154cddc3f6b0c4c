/** What runs a node in this tab, as the tabs that share it see it. */
import type { LightNodeError } from '../boundary/light-node-error.js';
import type { PendingCall } from './pending-calls.js';
import type { NodeNews, NodeSnapshot } from './tab-messages.js';

/** A node that runs in this tab. */
export interface NodeEngine {
  /** As it was when it had started. */
  readonly snapshot: NodeSnapshot;
  /** @param isRepeated  another leader may have performed the call before */
  call(call: PendingCall, isRepeated: boolean): Promise<unknown>;
  /** Leaves the peers, until the call `resume`. */
  rest(): void;
  /** Ends it at once. */
  end(): void;
  /** Takes leave of the peers, writes what is not stored, and ends. */
  close(): Promise<void>;
}

/** What a {@link NodeEngine} reports, from its start on. */
export interface EngineEvents {
  news(news: NodeNews): void;
  /** Another tab has taken the database over, so this one does not lead any more. */
  fenced(): void;
  crashed(error: LightNodeError): void;
}

/** How a node is to be started. */
export interface EngineStart {
  /** Whether other tabs may take over. */
  readonly isShared: boolean;
  /** Whether the lead was taken from a tab that did not answer, and may still hold the database. */
  readonly isTheft: boolean;
  /** Ends the start. */
  readonly signal: AbortSignal;
}
