/**
 * Tells the application what its node's answers rest on: at once when a peer comes or goes, when the phase is another, when
 * the tip becomes too old, and when the gateways lose the network that they follow or have it back; anything else at most
 * once in TRUST_INTERVAL_MS, and only if it has changed.
 *
 * A tip's age counts from its timestamp or from when it came, whichever is longer ago: a timestamp may be ahead of the
 * clock, and would hide that nothing comes any more.
 *
 * Memory: what was emitted last, as a text.
 */
import { defined } from '../assert.js';
import { areEqual } from '../bytes/compare-bytes.js';
import type { CheckpointState } from '../io/checkpoint-state.js';
import { describeTip } from '../io/describe-tip.js';
import type { EventTime } from '../io/event.js';
import type { Status } from '../io/notice.js';
import type { TrustFacts } from '../io/trust.js';
import {
  STALE_PROBABILITY,
  TIP_AGREEMENT_S,
  TRUST_INTERVAL_MS,
  TRUST_WINDOW_SPACINGS,
  WITHHELD_RECENT_BLOCKS,
} from '../limits.js';
import { medianClockAhead } from '../peer/clock-evidence.js';
import type { Outbox } from '../peer/outbox.js';
import type { Part } from '../peer/part.js';
import type { Peer } from '../peer/peer.js';
import type { PeerSet } from '../peer/peer-set.js';
import type { HeaderTree } from '../tree/header-tree.js';
import { SERVICE_FOLLOWING, SERVICE_LIVE } from '../wire/messages/hello.js';
import { findTrustReasons, isStale, type TrustSigns, trustLevel } from './assess-trust.js';
import { ageOfChance, chanceOfAtMost } from './chances.js';

/** What other parts of the node know. */
export interface TrustSources {
  readonly tree: HeaderTree;
  readonly peers: PeerSet;
  readonly outbox: Outbox;
  readonly reporter: { readonly status: Pick<Status, 'phase'> };
  readonly sync: { isAhead(peer: Peer): boolean };
  readonly checkpoints: { readonly watch: { readonly state: CheckpointState } };
  readonly forks: { readonly withheldHeight: number | undefined };
}

/** Derives what answers rest on, and emits it when it is news; see the head of this file. */
export class TrustReporter implements Part {
  readonly name = 'trustReporter';
  /** What was emitted last, as a text. */
  #told = '';
  #lookedAt = Number.NEGATIVE_INFINITY;
  #isDue = true;
  #wasSynced = false;
  #wasLost = false;
  /** Hash of the tip, and when it came, monotonic ms. */
  #tip: Uint8Array | undefined;
  #cameAt = 0;
  /** When the tip will be too old; monotonic ms. */
  #staleAt = Number.POSITIVE_INFINITY;

  /** @param knowsGateways  whether the application has named the keys of its gateways */
  constructor(
    readonly sources: TrustSources,
    readonly knowsGateways: boolean,
  ) {}

  peerReady(): void {
    this.#isDue = true;
  }

  peerGone(): void {
    this.#isDue = true;
  }

  resumed(): void {
    this.#isDue = true;
  }

  chainReplaced(): void {
    this.#isDue = true;
  }

  advance(time: EventTime): void {
    const { now } = time;
    const isSynced = this.sources.reporter.status.phase === 'synced';
    const isLost = this.#isNetworkLost;
    const isSame = isSynced === this.#wasSynced && isLost === this.#wasLost;
    const isDue = this.#isDue || !isSame || now >= this.#staleAt;
    if (!isDue && now < this.#lookedAt + TRUST_INTERVAL_MS) return;
    this.#isDue = false;
    this.#wasSynced = isSynced;
    this.#wasLost = isLost;
    this.#lookedAt = now;
    this.#look(time, isSynced);
  }

  nextWake(): number | undefined {
    return Number.isFinite(this.#staleAt) ? this.#staleAt : undefined;
  }

  get #isNetworkLost(): boolean {
    const { ready } = this.sources.peers;
    return (
      ready.some((peer) => peer.serves(SERVICE_FOLLOWING)) && !ready.some((peer) => peer.serves(SERVICE_LIVE))
    );
  }

  #look({ now, wallTime }: EventTime, isSynced: boolean): void {
    const { tree, peers, checkpoints, forks } = this.sources;
    const hash = tree.hash(tree.tip);
    if (this.#tip === undefined || !areEqual(this.#tip, hash)) {
      this.#tip = hash.slice();
      this.#cameAt = now;
    }
    const tip = describeTip(tree, tree.tip);
    const { targetSpacingS } = tree.family;
    const tipAgeS = Math.max(wallTime - tip.time, (now - this.#cameAt) / 1000);
    const ready = peers.ready;
    const agreeing = ready.filter((peer) => this.#agrees(peer));
    const { checkpoint, isFalse, verifiedHeaders, assumedHeaders, unknowingPeers } = checkpoints.watch.state;
    const withheld = forks.withheldHeight;
    const signs: TrustSigns = {
      tip,
      targetSpacingS,
      peers: {
        browsers: ready.filter(({ isGateway }) => !isGateway).length,
        gateways: ready.filter(({ isGateway }) => isGateway).length,
        agreeing: agreeing.length,
        differing: ready.filter((peer) => this.#differs(peer)).length,
        introducers: new Set(agreeing.map(({ introducer }) => introducer)).size,
      },
      recent: this.#recent(wallTime),
      checkpoint,
      headers: { verified: verifiedHeaders, assumed: assumedHeaders },
      clockAheadS: medianClockAhead(ready),
      isSynced,
      isNetworkLost: this.#wasLost,
      tipAgeS,
      hasWithheldRun: withheld !== undefined && withheld > tree.tipHeight - WITHHELD_RECENT_BLOCKS,
      isCheckpointFalse: isFalse,
      unknowingPeers,
      hasKnownGateway: this.knowsGateways && agreeing.some(({ isGateway }) => isGateway),
      isWorkWeak: tree.family.isWorkWeak,
    };
    const staleAt = now + 1000 * (ageOfChance(STALE_PROBABILITY, targetSpacingS) - tipAgeS) + 1;
    this.#staleAt = isStale(tipAgeS, targetSpacingS) ? Number.POSITIVE_INFINITY : staleAt;
    this.#tell(signs);
  }

  #tell(signs: TrustSigns): void {
    const reasons = findTrustReasons(signs);
    const { tip, targetSpacingS, peers, recent, checkpoint, headers, clockAheadS } = signs;
    // How many blocks are recent follows from the tip and the time.
    const told = [
      reasons,
      tip.hash,
      Object.values(peers),
      headers.assumed,
      checkpoint?.isProven,
      Math.round(clockAheadS ?? 0),
    ].join();
    if (told === this.#told) return;
    this.#told = told;
    const facts = { tip, targetSpacingS, peers, recent, checkpoint, headers, clockAheadS };
    this.sources.outbox.emit({ type: 'trust', trust: { level: trustLevel(reasons), reasons, ...facts } });
  }

  /** Whether the best header that a peer has shown is our tip, or one that it follows closely. */
  #agrees({ bestKnown, hello }: Peer): boolean {
    const { tree } = this.sources;
    // Of two nodes that meet with the same tip neither asks the other for it.
    const isAlike = hello?.height === tree.tipHeight && hello.chainwork === tree.chainwork(tree.tip);
    const slot = bestKnown === undefined ? undefined : tree.find(bestKnown);
    if (slot === undefined) return isAlike;
    if (!tree.isOnBestChain(slot)) return false;
    const behind = tree.tipHeight - tree.height(slot);
    return isAlike || behind <= Math.max(1, Math.ceil(TIP_AGREEMENT_S / tree.family.targetSpacingS));
  }

  #differs(peer: Peer): boolean {
    const { tree } = this.sources;
    const slot = peer.bestKnown === undefined ? undefined : tree.find(peer.bestKnown);
    return this.sources.sync.isAhead(peer) || (slot !== undefined && !tree.isOnBestChain(slot));
  }

  /** Where not all headers of the window are here, as of a chain that is younger, nothing speaks against what is. */
  #recent(wallTime: number): TrustFacts['recent'] {
    const { tree } = this.sources;
    const { targetSpacingS } = tree.family;
    const lowest = Math.max(tree.baseHeight, 1);
    const windowS = TRUST_WINDOW_SPACINGS * targetSpacingS;
    const expected = TRUST_WINDOW_SPACINGS;
    let blocks = 0;
    // As many as are expected are enough, so a chain that runs fast costs no more.
    for (; blocks < expected; blocks++) {
      const height = tree.tipHeight - blocks;
      if (height < lowest) return { windowS, blocks, expected, probability: 1 };
      const slot = defined(tree.at(height), 'the best chain has no holes');
      if (tree.time(slot) <= wallTime - windowS) break;
    }
    const probability = blocks < expected ? chanceOfAtMost(blocks, expected) : 1;
    return { windowS, blocks, expected, probability };
  }
}
