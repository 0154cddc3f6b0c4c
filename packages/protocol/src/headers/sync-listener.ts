import type { EventTime } from '../io/event.js';
import type { Reception } from '../peer/part.js';
import type { Peer } from '../peer/peer.js';
import type { Offence } from '../peer/verdicts.js';
import type { Headers } from '../wire/messages/headers.js';

/** What the sync asks of the node around it. */
export interface SyncListener {
  /** Says why, and disconnects. */
  punish(peer: Peer, code: Offence, detail: string): void;
  /** An answer to a request that is not of the sync. */
  unsolicited(peer: Peer, message: Headers, time: EventTime): Reception;
  /** Something on this side keeps headers out. */
  failed(code: 'POW_UNAVAILABLE'): void;
  /** All headers of an answer are in the tree, `payload` in the batch codec; see `ChainWriter.received`. */
  verified(parentHeight: number, count: number, payload: Uint8Array, lastHash: Uint8Array): void;
  /** A branch that has yet to show its work came some way further: nothing of it is in the tree, and yet this is progress. */
  walked(): void;
}
