/**
 * A part of the node: one concern of the protocol, with the messages that it takes, its own state of each peer and its
 * own deadlines. `LightNode` holds a list of parts and calls each of them in turn, so a new concern is a new part: one
 * folder, its rows in the table of messages, and one line in that list.
 */
import type { BodyFault } from '../chain/body-fault.js';
import type { CheckedBody } from '../chain/checked-body.js';
import type { TransactionFault } from '../chain/transaction-fault.js';
import type { EventTime } from '../io/event.js';
import type { WireMessage } from '../wire/message-row.js';
import type { Peer } from './peer.js';
import type { PeerFault } from './peer-fault.js';

/**
 * What a part says of a message. A code is a fault of its sender, which is told and disconnected. `quiet` says that
 * nothing follows but what the part has done, so that no other part needs to be called: most of what comes tells that a
 * peer lives, or of what is known. Without it every part is called, which is always right.
 */
export type Reception = PeerFault | BodyFault | TransactionFault | 'quiet' | undefined;

/** One concern of the protocol; see the head of this file. Every entrance is optional. */
export interface Part<M extends WireMessage = WireMessage> {
  /** By this name the table of messages says who takes what. */
  readonly name: string;
  /** A message of this part came from a peer that has said hello (or says it). Views in it point into the frame. */
  receive?(peer: Peer, message: M, time: EventTime): Reception;
  /** A peer has said hello, and has proven who it is. */
  peerReady?(peer: Peer): void;
  /** A peer is gone, perhaps before it said hello. `code` is absent for one that left by itself; `detail` is what is known beyond it. */
  peerGone?(peer: Peer, code: string | undefined, now: number, detail?: string): void;
  /** Whether a peer whose channel has taken what it was sent waits for more of this part. */
  isServing?(peer: Peer): boolean;
  /** The platform slept: what did not come in that time may still come. */
  overslept?(now: number): void;
  /** The page became visible, or the network came back. */
  resumed?(): void;
  /** The tree has begun anew, since what was stored is damaged: slots, and heights that were looked at, mean nothing now. */
  chainReplaced?(): void;
  /** A body came that is the one of the verified header in `slot`. Its bytes may be those of a message: what is kept is copied. */
  bodyAccepted?(slot: number, body: CheckedBody): void;
  /** What the store holds is not what was read and written: whoever keeps something there writes it again. */
  storeEmptied?(now: number): void;
  /** Does what is due. Calling early or often is harmless. */
  advance?(time: EventTime): void;
  /** As {@link advance}, in a node that is about to end: only what must be done before. */
  flush?(time: EventTime): void;
  /** False while there is something to {@link flush}. */
  readonly isSettled?: boolean;
  /** Monotonic ms at which {@link advance} wants to be called if nothing happens before. */
  nextWake?(time: EventTime): number | undefined;
}

/** Of two times, either of which may be never. */
export function earliest(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || (b !== undefined && b < a) ? b : a;
}
