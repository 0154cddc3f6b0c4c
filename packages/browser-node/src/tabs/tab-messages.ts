/**
 * What tabs of an origin say to one another through a BroadcastChannel. All of them run the same release, since its
 * fingerprint is part of the channel's name (`shared-nodes.ts` in `api`), and the same origin, so a message is not checked.
 *
 * `term` numbers the leaders: a new leader has a higher one than all that it has heard of. Messages of a lower term come
 * from a tab that has yet to notice that it does not lead any more, and are ignored.
 */
import type { HandNote } from '@vision-light/peering';
import type {
  Metrics,
  NodeNotice,
  PeerInfo,
  SentState,
  Status,
  Tip,
  TrustFacts,
} from '@vision-light/protocol';
import type { NodeControl } from '../boundary/messages.js';
import type { Trust } from '../boundary/trust.js';
import type { Ways } from '../peers/page-peers.js';

/** What the tab that leads answers: its worker, or its page. */
export interface NodeCalls extends Omit<NodeControl, 'start' | 'device' | 'close'> {
  /** What is known of the ways to other peers. */
  ways(): Ways;
  /** Makes an invitation. */
  invite(): Promise<HandNote>;
  /** Takes an invitation, or the answer to one, for which there is nothing to carry back. */
  accept(text: string): Promise<HandNote | undefined>;
  /** Whether the other page of an invitation is joined by now. Waits for it, but not for long. */
  isJoinedByHand(invitation: string): Promise<boolean>;
}

/** Names of the calls that may come from another tab. */
export type NodeCall = keyof NodeCalls;

/**
 * Calls that may come from another tab, which the compiler checks. Each of them may be repeated, because a leader that dies leaves
 * open whether it has performed it.
 */
const nodeCalls: Readonly<Record<NodeCall, true>> = {
  header: true,
  block: true,
  sendTransaction: true,
  mempool: true,
  transactionStatus: true,
  nextNumber: true,
  resume: true,
  ways: true,
  invite: true,
  accept: true,
  isJoinedByHand: true,
  proveTransaction: true,
  checkpoint: true,
  addressNames: true,
  searchBlock: true,
  searchPool: true,
  watchRecords: true,
  keepWatches: true,
  newestHeaders: true,
  hashForMiner: true,
  submit: true,
};

/** Whether another tab may make this call. */
export function isNodeCall(name: string): name is NodeCall {
  return Object.hasOwn(nodeCalls, name);
}

/** All that an application is shown of a node without a question: what whoever joins it begins with. */
export interface NodeSnapshot {
  readonly identity: string | undefined;
  readonly tip: Tip;
  readonly status: Status;
  readonly peers: readonly PeerInfo[];
  readonly metrics: Metrics;
  /** Last states of transactions that this origin has sent; the one that was reported last is the last. */
  readonly sent: readonly (readonly [id: string, state: SentState])[];
  readonly trust: TrustFacts;
  readonly signaling: SignalingCount;
}

/** Signaling servers of the tab that leads. */
export type SignalingCount = Trust['signaling'];

/** What an application is told: by the node, and by the page that has its peers. */
export type PageNotice =
  | NodeNotice
  /** Another number of signaling servers can be asked. */
  | { readonly type: 'signaling'; readonly signaling: SignalingCount };

/** What has happened to a node, and its metrics afterwards if they have changed. */
export interface NodeNews {
  readonly notices: readonly PageNotice[];
  readonly metrics: Metrics | undefined;
}

/** To the leader, on the channel of all tabs. `from` names the sender. */
export type ToLeader =
  /** The sender wants a welcome. */
  | { readonly kind: 'hello'; readonly from: string }
  /** The sender has heard nothing for a while. */
  | { readonly kind: 'ping' }
  | {
      readonly kind: 'call';
      readonly term: number;
      readonly from: string;
      readonly id: number;
      readonly name: string;
      readonly args: readonly unknown[];
      /** A former leader may have performed it. */
      readonly isRepeated: boolean;
    };

/** From the leader, on the channel of all tabs. */
export type FromLeader =
  /** The node runs. For one tab, or for all of them if a new leader says it. */
  | {
      readonly kind: 'welcome';
      readonly term: number;
      readonly to: string | undefined;
      readonly snapshot: NodeSnapshot;
    }
  /** The leader is alive, or new; its node may still be starting. */
  | { readonly kind: 'pong'; readonly term: number }
  | ({ readonly kind: 'news'; readonly term: number } & NodeNews);

/** Answer to a call, on the channel of the tab that made it: a block's bytes are copied once, not for each tab. */
export interface CallAnswer {
  readonly id: number;
  /** Absent if the call succeeded. */
  readonly fault?: { readonly code: string; readonly detail: string };
  readonly value?: unknown;
}

/** Everything on the channel of all tabs. */
export type TabMessage = ToLeader | FromLeader;
