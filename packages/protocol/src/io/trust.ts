/** How far what a node says can be relied on, as the application is told. */
import type { CheckpointState } from './checkpoint-state.js';
import type { Tip } from './tip.js';

/**
 * `full`: nothing known speaks against the answers. `degraded`: they may be old, or rest on too few. `none`: nothing newer
 * than the tip could be heard of.
 */
export type TrustLevel = 'full' | 'degraded' | 'none';

/** Why trust is not full. A code that comes first weighs at least as much as those after it. */
export const trustReasons = {
  NODE_CLOSED: 'The node is closed.',
  NO_PEERS: 'No peer is connected, so nothing new would be heard of.',
  NOT_SYNCED: 'Headers are on their way or are not taken, so the tip is not the newest.',
  NETWORK_LOST: 'The gateways here reach no full node of the network now, so newer blocks would come late.',
  TIP_STALE:
    'For so long no block came that chance does not explain it: newer ones may be kept from this node.',
  BLOCKS_SLOW:
    'So few blocks came lately that chance does not explain it: most of the hash power is elsewhere.',
  CHECKPOINT_REFUTED:
    'The checkpoint that the application gave was false, so the chain is verified from genesis on.',
  CHECKPOINT_DOUBTFUL:
    'A peer has come as far as the checkpoint and does not have it, and it is not proven yet.',
  PEERS_DISAGREE: 'At least as many peers follow another branch as this one.',
  CLOCK_DOUBTFUL:
    "Most peers' clocks differ from the one of this device, so it cannot be told how old the tip is.",
  WITHHELD_BLOCKS: 'One of the newest blocks came with a run that seems to have been withheld.',
  FEW_PEERS: 'Fewer than three peers have this tip.',
  ONE_INTRODUCER:
    'All peers that have this tip were introduced by the same server, which could have chosen them.',
  WEAK_PROOF_OF_WORK: 'The proof of work of this network is weak: to rewrite it costs little.',
} as const;

/** A code of {@link trustReasons}. */
export type TrustReason = keyof typeof trustReasons;

/** What the answers of a node rest on, in numbers. */
export interface TrustFacts {
  /** All of it in one word. */
  readonly level: TrustLevel;
  /** None if the level is `full`. */
  readonly reasons: readonly TrustReason[];
  /** The header that it is about. */
  readonly tip: Tip;
  /** Seconds between two blocks that the difficulty aims at. */
  readonly targetSpacingS: number;
  /** Peers that have said hello, each with a key of its own. */
  readonly peers: {
    readonly browsers: number;
    readonly gateways: number;
    /** Those that have named this tip, or one that it follows closely. */
    readonly agreeing: number;
    /** Those whose best header is known here and on another branch, and those that claim more work than is verified. */
    readonly differing: number;
    /** Who introduced those that agree, such as signaling servers. */
    readonly introducers: number;
  };
  /** The newest blocks against what the spacing lets expect. */
  readonly recent: {
    /** Seconds that are looked at, up to now. */
    readonly windowS: number;
    /** Blocks of that time by their timestamps. */
    readonly blocks: number;
    /** Blocks that the spacing lets expect. */
    readonly expected: number;
    /** How probable so few are, 0 to 1, if nothing is withheld and the hash power is what the difficulty says. */
    readonly probability: number;
  };
  /** The checkpoint that the node began with; undefined without one, and once it was found to be false. */
  readonly checkpoint: CheckpointState['checkpoint'];
  /** Headers from genesis to the tip that were verified in this visit, and those that are still taken on trust. */
  readonly headers: { readonly verified: number; readonly assumed: number };
  /** By how many seconds the clock of the peer in the middle is ahead of ours; undefined if none says. */
  readonly clockAheadS: number | undefined;
}
