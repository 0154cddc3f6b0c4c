/** What a visitor can do about a trouble. The node's own sentence says what happened, and the advice says what helps. */
import type { LightNodeErrorCode } from '@vision-light/browser-node';

const advice: Readonly<Partial<Record<LightNodeErrorCode | 'BAD_CONFIGURATION', string>>> = {
  NO_PAGE: 'It was started somewhere else, as on a server or in a worker.',
  NO_WEBRTC:
    'Browsers reach one another through WebRTC, which is missing or switched off here. A current Firefox, Chrome, Edge or Safari has it; some privacy extensions turn it off.',
  BAD_CONFIGURATION: 'It comes from the address of this page, or from config.json beside it.',
  NO_WASM:
    'The proof of work is checked with WebAssembly, which is missing or switched off here, as in some lockdown modes.',
  STORE_DENIED:
    'A private window often has no storage. The node runs all the same, and starts from genesis on the next visit.',
  STORE_BUSY:
    'Nothing is lost: the other tab keeps what is verified. Once it is closed, this one takes over.',
  STORE_NEWER:
    'Reloading the page usually brings the later release. Nothing that it has stored is touched here.',
  STORE_UPGRADED: 'Reload this page to go on with the later release and what it has stored.',
  STORE_QUOTA: 'Free some space on this device; the node tries again every minute.',
  STORE_FAILED: 'The node tries again every minute.',
  SIGNAL_TAMPERED:
    'Nothing was taken from there. The server that is named may be at fault, or somebody between it and one of the two; another signaling server helps.',
  PEER_CONNECTION_FAILED:
    'A privacy extension or a policy of this browser may block WebRTC. Allow it for this page and reload. Signaling servers have no part in this.',
  CLOCK_BEHIND:
    'Set the clock of this device, best by letting it set itself. No reload is needed: the headers that wait are taken then.',
  BRANCH_REFUSED:
    'This page asks for that branch again now and then. Another node may tell which chain is followed.',
  LOW_WORK: 'A gateway that you trust to be on the network helps: its chain is checked as every other.',
  WORKER_FAILED: 'Reloading the page usually helps.',
  NODE_BROKEN: 'Please reload the page, and report it: this should not happen.',
};

/** The advice for every other code of signaling. */
const signalAdvice =
  'Without a signaling server this page cannot meet new peers; those it has stay. It keeps trying.';

const adviceOf = new Map<string, string>(Object.entries(advice));

/** The advice for an error code, or undefined if there is none. */
export function adviseOn(code: string): string | undefined {
  return adviceOf.get(code) ?? (code.startsWith('SIGNAL') ? signalAdvice : undefined);
}
