/**
 * What follows from each fault of a peer. One table, complete by its type: a new code has no verdict until it has a row.
 *
 * `ignore`: the peer stays. An honest peer can do this at any time, and it costs next to nothing.
 * `disconnect`: it is told why, and disconnected. It may come back at once.
 * `discourage`: besides, its key is remembered and refused for a day (`node/greeting/discouraged.ts`). Only what no honest peer
 * does, whatever its clock, its disk, its link, its version and its own peers do to it. A key is blamed only once it is
 * proven, so nobody can have the key of somebody else refused.
 */
import type { BodyFault } from '../chain/body-fault.js';
import type { HeaderFault } from '../chain/header-fault.js';
import type { TransactionFault } from '../chain/transaction-fault.js';
import type { WireFault } from '../wire/wire-fault.js';
import type { PeerFault } from './peer-fault.js';

/** What follows from a fault; see the head of this file. */
export type Verdict = 'ignore' | 'disconnect' | 'discourage';

/** Everything that a peer can be blamed for. */
export type Offence = WireFault | PeerFault | HeaderFault | BodyFault | TransactionFault;

const verdicts: Readonly<Record<Offence, Verdict>> = {
  // Channels deliver what was sent, in order and unchanged, and no version writes such bytes.
  WIRE_FRAME_TOO_LARGE: 'discourage',
  WIRE_TOO_LARGE: 'discourage',
  WIRE_EMPTY: 'discourage',
  WIRE_MALFORMED: 'discourage',
  // A later version that has forgotten which version this side speaks.
  WIRE_UNKNOWN_TYPE: 'disconnect',

  // Said before the peer is known, or of both sides alike.
  PEER_WRONG_NETWORK: 'disconnect',
  PEER_WRONG_VERSION: 'disconnect',
  PEER_FEATURE_REQUIRED: 'disconnect',
  PEER_DUPLICATE: 'disconnect',
  PEER_TOO_MANY: 'disconnect',
  PEER_GROUP_FULL: 'disconnect',
  PEER_DISCOURAGED: 'disconnect',
  PEER_HELLO_TIMEOUT: 'disconnect',
  // The key is not proven, and both sides are victims of who sits between them.
  PEER_IDENTITY_FALSE: 'disconnect',
  SIGNAL_TAMPERED: 'disconnect',
  // A slow link, a frozen tab, or a page that sleeps and wakes sends late, or much at once.
  PEER_FLOOD: 'disconnect',
  PEER_UNSOLICITED: 'disconnect',
  PEER_MESSAGE_TIMEOUT: 'disconnect',
  PEER_UNRESPONSIVE: 'disconnect',
  // A peer that reorganises, or whose own peer deceives it.
  PEER_CLAIM_UNPROVEN: 'disconnect',
  PEER_UNCONNECTED_HEADERS: 'disconnect',
  PEER_HEADERS_CHANGED: 'disconnect',
  // How many there can be depends on this side's clock.
  PEER_HEADERS_TOO_MANY: 'disconnect',
  // A greeting in the wrong place: another implementation, perhaps.
  PEER_OUT_OF_TURN: 'disconnect',
  // An index is made of bodies that were checked, but a disk may be damaged.
  PEER_FALSE_HINT: 'disconnect',
  // A filter that its own block refutes, or that is not the one whose hash the peer has said. A disk may be damaged.
  PEER_FILTER_FALSE: 'disconnect',
  // Another version may sample otherwise, or sign more.
  PEER_KEYS_FALSE: 'disconnect',
  PEER_SIGNAL_FALSE: 'disconnect',
  // A compact block may be passed on before its body is known.
  PEER_COMPACT_MALFORMED: 'disconnect',

  // A node serves only headers that it has verified by the same rules: the id of the network commits to them.
  HEADER_MALFORMED: 'discourage',
  HEADER_BAD_PARENT: 'discourage',
  HEADER_BAD_HEIGHT: 'discourage',
  HEADER_BAD_VERSION: 'discourage',
  HEADER_BAD_MINER: 'discourage',
  HEADER_BAD_BITS: 'discourage',
  HEADER_BAD_DIFFICULTY: 'discourage',
  HEADER_TIME_TOO_OLD: 'discourage',
  HEADER_TIME_TIMEWARP: 'discourage',
  HEADER_TARGET_MISSED: 'discourage',
  HEADER_POW_MISMATCH: 'discourage',
  // The clock of either side may be wrong.
  HEADER_TIME_TOO_NEW: 'disconnect',
  // Both headers are good, and the peer has seen the other one first.
  HEADER_EQUIVOCATION: 'ignore',

  // Bodies are served as they were stored: a damaged disk is no malice.
  BODY_TOO_LARGE: 'disconnect',
  BODY_MALFORMED: 'disconnect',
  BODY_ROOT_MISMATCH: 'disconnect',
  BODY_MUTATED: 'disconnect',
  BODY_WITNESS_MISMATCH: 'disconnect',

  // What is relayed is a custom, and another version may have another one. Whoever asks for such is not served by this peer.
  TX_TOO_LARGE: 'disconnect',
  TX_NOT_CANONICAL: 'disconnect',
  // No block can have these as they are: whoever relays them has not looked. To verify a signature costs us little.
  TX_MALFORMED: 'disconnect',
  TX_SIGNATURE_INVALID: 'disconnect',
  TX_COINBASE: 'disconnect',
  TX_VALUE_INVALID: 'disconnect',
};

/** Whether a code is that of a fault for which a peer is refused for a day. @param code  any code with which a node disconnects */
export function isDiscouraging(code: string): boolean {
  return new Map<string, Verdict>(Object.entries(verdicts)).get(code) === 'discourage';
}

/** The verdict on a fault. */
export function verdictOn(code: Offence): Verdict {
  return verdicts[code];
}
