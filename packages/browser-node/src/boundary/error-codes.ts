import type { HandFault } from '@vision-light/peering';
import {
  blockFaults,
  checkpointFaults,
  poolFaults,
  provingFaults,
  type StoreFault,
  statusReasons,
  storeFaults,
  transactionFaults,
} from '@vision-light/protocol';
import type { SignalingFault } from '@vision-light/signaling/client';

/**
 * Everything that a node can report, by stable code: what the `error` event carries and what promises reject with. The
 * first four keep `createLightNode` from making a node at all.
 */
export const lightNodeErrors = {
  NO_PAGE: 'A light node runs in a web page, and there is none here.',
  NO_WEBRTC: 'This browser has no WebRTC, or it is switched off, so no peer can be reached.',
  NO_WASM: 'This browser does not run WebAssembly with SIMD here, so no header can be verified.',
  WORKER_FAILED: 'A worker of the node could not be started, or it crashed.',
  PEER_CONNECTION_FAILED:
    'This browser has WebRTC but refuses to open connections, so no peer can be reached.',
  TURN_MISSING: 'All connections are to be relayed, and no TURN server is named that relays them.',
  SIGNAL_UNREACHABLE: 'A signaling server or tracker does not answer, so it introduces no new peers for now.',
  SIGNAL_REFUSED: 'A signaling server or tracker refused a request.',
  SIGNAL_MALFORMED: 'A signaling server or tracker answered with something that is not its protocol.',
  SIGNAL_TAMPERED:
    'Somebody sits between this node and a peer: whoever introduced them has changed their certificates.',
  GATEWAY_UNREACHABLE: 'A gateway that was named by its address does not answer. It is tried again.',
  GATEWAY_CHANGED:
    'What answers at the address of a gateway has another certificate than the address says, so it is not connected to.',
  SIGNATURES_UNAVAILABLE: 'This browser can neither sign nor verify signatures, so no peer can be greeted.',
  STORE_BUSY:
    'Another tab keeps what is known of this network, so what this one finds is kept in memory only.',
  TAB_SILENT: 'The tab that runs the node has not answered in two minutes.',
  WATCHES_FULL: 'As many transactions and addresses are watched as can be at a time.',
  INVITE_MALFORMED: 'This is no invitation and no answer to one, or a part of it is missing.',
  INVITE_WRONG_NETWORK: 'This invitation is for another network.',
  INVITE_EXPIRED: 'The time of this invitation is over, so a new one is needed.',
  INVITE_USED: 'This invitation or answer was used before, and each can be used once.',
  INVITE_OWN: 'This text was made here, and it is for the other page.',
  INVITE_UNKNOWN: 'This page has no open invitation that the text belongs to.',
  INVITE_FAILED: 'The two pages cannot reach one another.',
  INVITES_FULL:
    'As many invitations are open as can be at a time, or this node has as many peers as it takes.',
  MINING_UNSUPPORTED: 'This network is not mined here.',
  ...storeFaults,
  BLOCK_UNAVAILABLE: blockFaults.BLOCK_UNAVAILABLE,
  BLOCK_BUSY: blockFaults.BLOCK_BUSY,
  ...checkpointFaults,
  ...transactionFaults,
  ...poolFaults,
  ...provingFaults,
  BLOCK_UNKNOWN: blockFaults.BLOCK_UNKNOWN,
  TX_REPLACED: 'Another transaction uses up the same: it is in a block, or it offers more.',
  TX_EXPIRED: 'No block had the transaction for a day.',
  CLOCK_BEHIND: statusReasons.CLOCK_BEHIND,
  BRANCH_REFUSED: statusReasons.BRANCH_REFUSED,
  LOW_WORK: statusReasons.LOW_WORK,
  HEADER_EQUIVOCATION: 'Another header with the same digest was verified before; it is not followed.',
  POW_UNAVAILABLE: 'The proof of work cannot be computed here: the hashing workers fail.',
  NODE_BROKEN: 'The node stopped because of a fault in itself.',
  NODE_CLOSED: 'The node is closed.',
} as const satisfies Record<string, string> & Record<StoreFault | SignalingFault | HandFault, string>;

/** Code of a {@link LightNodeError}. */
export type LightNodeErrorCode = keyof typeof lightNodeErrors;

/** The sentence of a code, with what is known beyond it. A code of the core that is not listed stands for itself. */
export function describeError(code: string, detail = ''): string {
  const sentence = code in lightNodeErrors ? lightNodeErrors[code as LightNodeErrorCode] : code;
  return detail === '' ? sentence : `${sentence} (${detail})`;
}
