import type { CheckedBody } from '../chain/checked-body.js';
import type { StorageFailure } from '../io/storage.js';
import type { Peer } from '../peer/peer.js';
import type { Offence } from '../peer/verdicts.js';
import type { BodySource } from './block-server.js';
import type { ForwardContext } from './forwarded-blocks.js';

/** What the sync of bodies asks of the node around it. */
export interface BlockSyncListener {
  /** Makes what serves bodies that are not kept here. Undefined where only those are served that are. */
  readonly forwarded?: ((context: ForwardContext) => BodySource) | undefined;
  /** Monotonic ms of the step that is being taken. */
  now(): number;
  /** Says why, and disconnects. */
  punish(peer: Peer, code: Offence): void;
  /** A body came that is the one of the header in `slot`; its bytes may be those of a message. */
  accepted(slot: number, body: CheckedBody): void;
  /** The store has taken bodies, or why it has not. */
  storeAnswered(failure: StorageFailure | undefined): void;
  /** Whether headers are on their way. */
  isSyncing(): boolean;
  /** Whether something of this side waits for a block. */
  waitsForBlocks(): boolean;
  /** Whether many headers are still to come: bodies would be fetched and thrown away. */
  isFar(): boolean;
}
