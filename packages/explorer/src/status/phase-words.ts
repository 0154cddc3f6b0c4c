/** The state of the node in plain words. */

import type { StatusReason } from '@vision-light/browser-node';
import { countNoun, formatSpan } from '../display/quantities.js';
import type { SessionState } from '../session/node-session.js';

/** The node's phases, and two of the page: `starting` before there is a node, `failed` if it could not start. */
export type PagePhase = 'starting' | 'failed' | 'connecting' | 'syncing' | 'synced' | 'stalled' | 'closed';

/** A phase as a word, and a sentence that says what it means. */
export interface PhaseWords {
  readonly word: string;
  readonly sentence: string;
}

/**
 * From this age of the tip on, in seconds, the sentence mentions it: two hours without a header are rare on every network
 * here. The phase stays the same, since an old tip does not prove that there is a newer one.
 */
const OLD_TIP_S = 7_200;

/** What keeps the node from being synced, as a word and a sentence. */
const reasonWords: Readonly<Record<StatusReason, PhaseWords>> = {
  CLOCK_BEHIND: {
    word: 'Held up',
    sentence:
      'The clock of this device is behind. Newer headers have come, but they are ahead of it: set the clock, and they are taken.',
  },
  HEADERS_AHEAD: {
    word: 'Waiting',
    sentence: 'The newest header of a peer is ahead of the clock. It is taken when its time has come.',
  },
  BRANCH_REFUSED: {
    word: 'Not synced',
    sentence:
      'A peer claims more work on a branch that there is no room for here. It may be the better chain.',
  },
  LOW_WORK: {
    word: 'Not synced',
    sentence: 'The peers have shown chains with less work than this network must have. Looking for others.',
  },
  GENESIS_ONLY: {
    word: 'Waiting',
    sentence: 'The peers know no header after genesis either. The first one is awaited.',
  },
};

/** The phase that the page shows. */
export function phaseOf(state: SessionState): PagePhase {
  if (state.lifecycle === 'starting') return 'starting';
  if (state.lifecycle === 'failed') return 'failed';
  if (state.lifecycle === 'left') return 'closed';
  return state.status?.phase ?? 'connecting';
}

/**
 * The words for a phase.
 *
 * @param now  Unix seconds
 */
export function describePhase(phase: PagePhase, state: SessionState, now: number): PhaseWords {
  const reason = phase === 'syncing' || phase === 'stalled' ? state.status?.reason : undefined;
  if (reason !== undefined) return reasonWords[reason];
  const peers = countNoun(state.status?.peers ?? 0, 'peer');
  switch (phase) {
    case 'starting':
      return { word: 'Starting', sentence: 'Loading what this browser has verified before.' };
    case 'failed':
      return { word: 'Not running', sentence: 'The node could not start. The reason stands above.' };
    case 'connecting':
      return { word: 'Connecting', sentence: 'Asking for introductions to other browsers and gateways.' };
    case 'syncing':
      return {
        word: 'Syncing',
        sentence: `Taking headers from ${peers} and checking every one of them here.`,
      };
    case 'synced':
      return {
        word: 'Synced',
        sentence: describeSynced(now - (state.tip?.time ?? now)),
      };
    case 'stalled':
      return {
        word: 'Stalled',
        sentence: 'No headers are coming in. Looking for other peers; nothing verified is lost.',
      };
    case 'closed':
      return { word: 'Closed', sentence: 'This browser has left the network. What it verified stays.' };
  }
}

function describeSynced(tipAgeS: number): string {
  const sentence = 'Verified up to the tip, and no peer claims more work.';
  return tipAgeS > OLD_TIP_S
    ? `${sentence} But the tip is ${formatSpan(tipAgeS)} old: there may be newer headers that no peer here has.`
    : sentence;
}
