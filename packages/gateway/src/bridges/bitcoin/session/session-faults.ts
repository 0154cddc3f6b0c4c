/**
 * What a full node can do wrong beyond the form of its messages (`bitcoin-faults.ts`), and beyond what the core judges. Each of
 * these ends its connection. Codes are stable: they are labels of metrics and stand in logs.
 */
import type { BitcoinFault } from '../bitcoin-faults.js';

/** By code. */
export const sessionFaults = {
  BITCOIN_HANDSHAKE_TIMEOUT: 'The node did not finish its handshake in time.',
  BITCOIN_SELF: 'The connection leads back to this side.',
  BITCOIN_OBSOLETE: 'The node speaks a version of the protocol that is too old.',
  BITCOIN_SERVICES_MISSING: 'The node does not serve blocks with their witnesses.',
  BITCOIN_OUT_OF_TURN: 'A message of the handshake came twice, or before its turn.',
  BITCOIN_FLOOD: 'The node sends more messages than any node has to.',
  BITCOIN_UNSOLICITED: 'A block or a transaction came that was not asked for.',
  BITCOIN_UNRESPONSIVE: 'The node did not answer in time.',
  BITCOIN_FILTERS_WANTED: 'The node serves no compact filters, and one that does is wanted in its place.',
  BITCOIN_HEADERS_UNCONNECTED: 'Headers came that do not follow one another.',
} as const;

/** A code of {@link sessionFaults}. */
export type SessionFault = keyof typeof sessionFaults;

/** Any fault of a full node that this side finds before the core does. */
export type NodeFault = BitcoinFault | SessionFault;
