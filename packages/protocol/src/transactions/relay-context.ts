import type { SignaturePort } from '../io/signature-port.js';
import type { StorageFailure } from '../io/storage.js';
import type { StoragePort } from '../io/storage-port.js';
import type { Outbox } from '../peer/outbox.js';
import type { Peer } from '../peer/peer.js';
import type { Offence } from '../peer/verdicts.js';
import type { HeaderTree } from '../tree/header-tree.js';
import type { PoolFollowerContext } from './pool-follower.js';

/** What the relay of transactions asks of the node around it. */
export interface RelayContext extends PoolFollowerContext {
  readonly tree: HeaderTree;
  readonly outbox: Outbox;
  readonly storage: StoragePort;
  readonly isGateway: boolean;
  /** Numbers of [0, 1). */
  readonly random: () => number;
  readonly signatures: SignaturePort;
  /** Whether many headers are still to come: what transactions could be checked against is not known. */
  readonly isFar: () => boolean;
  /** Says why, and disconnects. */
  readonly punish: (peer: Peer, code: Offence) => void;
  /** The store has taken transactions of this side, or why it has not. */
  readonly storeAnswered: (failure: StorageFailure | undefined) => void;
}
