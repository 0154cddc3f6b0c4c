/** What a full node says of itself in its `version`, and what a connection to it must be good for. */

import { serviceBits, type Version } from '../wire/messages/handshake.js';
import type { NodeFault } from './session-faults.js';

/** What is known of a full node once it has said its version. */
export interface NodeFacts {
  readonly version: number;
  readonly userAgent: string;
  /** Height of its tip when it connected: a claim. */
  readonly startHeight: number;
  /** Its clock, Unix seconds. */
  readonly time: number;
  /** Bit set: what it offers. */
  readonly services: bigint;
  /** Whether it has the bodies of all blocks. */
  readonly isArchive: boolean;
  readonly servesFilters: boolean;
  /** Whether it wants to be told of transactions. */
  readonly relays: boolean;
}

/** The oldest version that is spoken to: it has `sendheaders` (BIP130). */
export const NODE_VERSION_MIN = 70012;

/** Reads a `version`. */
export function factsOf({ version, services, userAgent, startHeight, time, relay }: Version): NodeFacts {
  return {
    version,
    userAgent,
    // Negative from a hostile node: no message of ours can carry that.
    startHeight: Math.max(0, startHeight),
    time,
    services,
    isArchive: has(services, serviceBits.NETWORK),
    servesFilters: has(services, serviceBits.COMPACT_FILTERS),
    relays: relay,
  };
}

/** Why a node is of no use, if it is of none: it must serve headers, and blocks with their witnesses. */
export function uselessness({ version, services }: Version): NodeFault | undefined {
  if (version < NODE_VERSION_MIN) return 'BITCOIN_OBSOLETE';
  const servesBlocks = has(services, serviceBits.NETWORK) || has(services, serviceBits.NETWORK_LIMITED);
  return servesBlocks && has(services, serviceBits.WITNESS) ? undefined : 'BITCOIN_SERVICES_MISSING';
}

function has(services: bigint, bit: bigint): boolean {
  return (services & bit) === bit;
}
