/** One table of every code that a node can give: the sentence for people. Codes are stable. */
import { bodyFaults } from '../chain/body-fault.js';
import { filterFaults } from '../chain/filter/filter-fault.js';
import { headerFaults } from '../chain/header-fault.js';
import { proofFaults } from '../chain/proof/proof-fault.js';
import { transactionFaults } from '../chain/transaction-fault.js';
import { signalFaults } from '../io/introduction.js';
import { blockFaults, checkpointFaults, filterSearchFaults, statusReasons } from '../io/notice.js';
import { storeFaults } from '../io/storage.js';
import { poolFaults } from '../io/transaction-notice.js';
import { peerFaults } from '../peer/peer-fault.js';
import { wireFaults } from '../wire/wire-fault.js';

/** What can go wrong on this side. */
export const nodeFaults = {
  UNKNOWN_PARENT: 'The headers do not connect to anything that is known here.',
  TREE_FULL: 'There is no room for more headers.',
  POW_UNAVAILABLE: 'The proof of work cannot be computed here: the hashing workers fail.',
  SIGNATURES_UNAVAILABLE: 'Signatures cannot be made or verified here, so no peer can be greeted.',
  SUBMIT_BUSY: 'Too many submitted headers wait for verification.',
} as const;

/** Every code of the core with its sentence. */
export const faultSentences = {
  ...headerFaults,
  ...bodyFaults,
  ...transactionFaults,
  ...poolFaults,
  ...wireFaults,
  ...peerFaults,
  ...storeFaults,
  ...blockFaults,
  ...checkpointFaults,
  ...filterFaults,
  ...filterSearchFaults,
  ...proofFaults,
  ...signalFaults,
  ...statusReasons,
  ...nodeFaults,
} as const;

/** Any code of the core. */
export type FaultCode = keyof typeof faultSentences;

/** @returns the sentence of a code, or the code itself if it is unknown (a peer's newer version) */
export function faultSentence(code: string): string {
  return isFaultCode(code) ? faultSentences[code] : code;
}

function isFaultCode(code: string): code is FaultCode {
  return Object.hasOwn(faultSentences, code);
}
