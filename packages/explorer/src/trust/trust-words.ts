/** Trust in words: the level, what would mend each reason, and the numbers. The sentences of the reasons are the node's own. */
import type { Trust, TrustLevel, TrustReason } from '@vision-light/browser-node';
import { countNoun, formatCount, formatSpan, formatTime } from '../display/quantities.js';

/** The word for a level, and what it means. */
export const levelWords: Readonly<Record<TrustLevel, { readonly word: string; readonly sentence: string }>> =
  {
    full: { word: 'Full', sentence: 'Nothing known speaks against the answers of this node.' },
    degraded: { word: 'Degraded', sentence: 'The answers may be old, or rest on too few.' },
    none: { word: 'None', sentence: 'Nothing newer than the tip could be heard of.' },
  };

/** What would take a reason away; what nothing takes away is said too. */
const remedies: Readonly<Record<TrustReason, string>> = {
  NODE_CLOSED: 'Join the network again.',
  NO_PEERS: 'A first peer. If none comes, the button below says what stands in the way.',
  NOT_SYNCED: 'Nothing but time, if headers are coming in. If they are not, other peers help.',
  NETWORK_LOST: 'A full node that a gateway reaches again: gateways go on trying. Or another gateway.',
  TIP_STALE: 'A new block, or a peer that has one: leave the page open, or open it elsewhere and compare.',
  BLOCKS_SLOW: 'Blocks at their usual pace. Peers from elsewhere would show whether they come for others.',
  CHECKPOINT_REFUTED:
    'Nothing: the node goes on from the genesis. Whoever gave the checkpoint has to be asked.',
  CHECKPOINT_DOUBTFUL: 'The headers below it, which are verified in the background; peers that know it help.',
  PEERS_DISAGREE: 'One branch that takes the lead. Wait for more blocks before you rely on the newest ones.',
  CLOCK_DOUBTFUL: 'The right time: let this device set its clock by itself.',
  WITHHELD_BLOCKS: 'More blocks on top of them.',
  FEW_PEERS: 'Three peers that have this tip. Each further page or gateway of the network helps.',
  ONE_INTRODUCER: 'A second signaling server, run by somebody else, or a gateway whose key the page knows.',
  WEAK_PROOF_OF_WORK: 'Nothing that this page could do: it lies in the rules of the network.',
};

const remedyOf = new Map<string, string>(Object.entries(remedies));

/** What would take a reason away; nothing is said of one that is not known here. */
export function remedyFor(reason: string): string {
  return remedyOf.get(reason) ?? '';
}

/** The numbers, as names and values. */
export function trustNumbers(trust: Trust): readonly (readonly [name: string, value: string])[] {
  const { peers, recent, headers, signaling, tipAgeS, tipAgeProbability, clockAheadS, targetSpacingS } =
    trust;
  return [
    ['Peers', `${countNoun(peers.browsers, 'browser')}, ${countNoun(peers.gateways, 'gateway')}`],
    ['Agree on the tip', `${formatCount(peers.agreeing)}, and ${formatCount(peers.differing)} differ`],
    ['Introduced by', countNoun(peers.introducers, 'server')],
    ['Signaling servers', `${formatCount(signaling.joined)} of ${formatCount(signaling.named)} can be asked`],
    [
      'Age of the tip',
      `${formatSpan(Math.round(tipAgeS))}; so long without a block has a probability of ${formatProbability(tipAgeProbability)}`,
    ],
    [
      'Newest blocks',
      recent.windowS === 0
        ? 'too few to tell'
        : `${formatCount(recent.blocks)} in ${formatSpan(recent.windowS)}, where ${formatExpected(recent.expected)} are expected ` +
          `(probability of so few: ${formatProbability(recent.probability)})`,
    ],
    [
      'Spacing',
      Number.isFinite(targetSpacingS) ? `a block every ${formatSpan(targetSpacingS)}` : 'not known yet',
    ],
    ['Checkpoint', describeCheckpoint(trust.checkpoint)],
    ['Headers', `${formatCount(headers.verified)} verified here, ${formatCount(headers.assumed)} assumed`],
    ['Clock', describeClock(clockAheadS)],
  ];
}

function describeCheckpoint(checkpoint: Trust['checkpoint']): string {
  if (checkpoint === undefined) return 'none: everything is verified from the genesis on';
  const state = checkpoint.isProven ? 'proven down to the genesis' : 'not proven down to the genesis yet';
  return `height ${formatCount(checkpoint.height)} of ${formatTime(checkpoint.time)}, ${state}`;
}

function describeClock(aheadS: number | undefined): string {
  if (aheadS === undefined) return 'no peer has said what its own shows';
  const seconds = Math.round(Math.abs(aheadS));
  if (seconds < 1) return 'as those of the peers';
  return `${formatSpan(seconds)} ${aheadS > 0 ? 'behind' : 'ahead of'} those of the peers`;
}

function formatProbability(probability: number): string {
  if (probability >= 0.995) return 'about 1';
  return probability < 0.0001 ? 'less than 1 in 10,000' : probability.toFixed(probability < 0.01 ? 4 : 2);
}

function formatExpected(count: number): string {
  return count < 10 ? count.toFixed(1) : formatCount(count);
}
