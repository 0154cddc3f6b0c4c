/** Tells the application how the node is doing: at once when something changes in kind, now and then when in number. */
import type { HeaderSync } from '../../headers/header-sync.js';
import type { ChainProver } from '../../headers/storage/chain-prover.js';
import type { ChainWriter } from '../../headers/storage/chain-writer.js';
import type { EventTime } from '../../io/event.js';
import type { Phase, Status, StatusReason } from '../../io/notice.js';
import { NEWS_SLACK_MS, STALLED_AFTER_MS, STATUS_INTERVAL_MS } from '../../limits.js';
import { isClockBehind } from '../../peer/clock-evidence.js';
import type { Outbox } from '../../peer/outbox.js';
import type { Part } from '../../peer/part.js';
import type { PeerSet } from '../../peer/peer-set.js';
import type { HeaderTree } from '../../tree/header-tree.js';
import { RATE_SPAN_MS, RateMeter } from './rate-meter.js';

/** Milliseconds after which a rate that falls is looked at again while headers are downloaded. At rest it is looked at once it is 0. */
const RATE_INTERVAL_MS = 1_000;

/** The greatest progress of a node that is not synced: the heights may be the same, and yet a peer has more work. */
const PROGRESS_MAX = 0.999;

/** Reasons that a person can do something about. */
const troubles: ReadonlySet<StatusReason> = new Set(['CLOCK_BEHIND', 'BRANCH_REFUSED', 'LOW_WORK']);

/** Derives the status from the parts of the node, and emits it when it is news. */
export class StatusReporter implements Part {
  readonly name = 'statusReporter';
  status: Status = {
    phase: 'connecting',
    peers: 0,
    bestPeerHeight: 0,
    headersPerSecond: 0,
    storedHeight: 0,
    verifiedFrom: 0,
    progress: 0,
  };
  #isClosed = false;
  readonly #told = new Set<StatusReason>();
  readonly #rate = new RateMeter();
  readonly #blockRate = new RateMeter();
  /** Block bodies that the rate has taken in. */
  #blocksSeen = 0;
  #progressAt = 0;
  #emittedAt = Number.NEGATIVE_INFINITY;
  #refreshedAt = Number.NEGATIVE_INFINITY;
  #emitted: Status | undefined;

  constructor(
    readonly tree: HeaderTree,
    readonly peers: PeerSet,
    readonly sync: HeaderSync,
    readonly writer: ChainWriter,
    readonly prover: ChainProver,
    readonly outbox: Outbox,
    /** Told once of what keeps the node from being synced and is no fault of a peer. */
    readonly troubled: (code: StatusReason) => void,
  ) {}

  /** So many headers were verified. */
  countHeaders(count: number, now: number): void {
    this.#rate.add(count, now);
    this.#progressAt = now;
  }

  /** The node came further in what is no header of the tree yet. */
  progressed(now: number): void {
    this.#progressAt = now;
  }

  /** Whether a peer's claim may change what the highest claim is. */
  isHeightNews(before: number, now: number): boolean {
    const { bestPeerHeight } = this.status;
    return now > bestPeerHeight || (now < before && before >= bestPeerHeight);
  }

  /** Reads the state, and emits it if there is news that is due. */
  advance({ now }: EventTime): void {
    this.#refreshedAt = now;
    const ready = this.peers.ready;
    const { followed } = this.peers;
    const height = this.tree.tipHeight;
    let isAhead = followed.isReached && followed.height > height;
    let bestPeerHeight = isAhead ? followed.height : height;
    for (const peer of ready) {
      if (peer.height > bestPeerHeight) bestPeerHeight = peer.height;
      isAhead ||= this.sync.isAhead(peer);
    }
    const reason = this.#reason(isAhead);
    const phase = this.#phase(now, ready.length > 0 || followed.isReached, isAhead, reason);
    const progress = phase === 'synced' ? 1 : bestPeerHeight === 0 ? 0 : height / bestPeerHeight;
    this.status = {
      phase,
      peers: ready.length,
      bestPeerHeight,
      headersPerSecond: this.#rate.perSecond(now),
      storedHeight: this.writer.storedHeight,
      verifiedFrom: this.prover.verifiedFrom,
      progress: phase === 'synced' ? 1 : Math.min(progress, PROGRESS_MAX),
      ...(phase === 'syncing' || phase === 'stalled' ? reason && { reason } : {}),
    };
    this.#tellTrouble();
    this.#gauge(now);
    const before = this.#emitted;
    if (before !== undefined && areSame(before, this.status)) return;
    const isUrgent =
      before?.phase !== phase ||
      before.reason !== this.status.reason ||
      before.peers !== ready.length ||
      before.storedHeight !== this.status.storedHeight ||
      (before.verifiedFrom > 0 && this.status.verifiedFrom === 0);
    if (!isUrgent && now < this.#emittedAt + STATUS_INTERVAL_MS) return;
    this.#emitted = this.status;
    this.#emittedAt = now;
    this.outbox.emit({ type: 'status', status: this.status });
  }

  /** The node has ended: says so once. */
  close(time: EventTime): void {
    this.#isClosed = true;
    this.advance(time);
  }

  nextWake(): number | undefined {
    if (this.#isClosed) return undefined;
    const hasNews = this.#emitted === undefined || !areSame(this.#emitted, this.status);
    // A rate falls by itself, so it is looked at again; news waits for its turn.
    const blocksPerSecond = this.outbox.counters.get('vision_p2p_blocks_per_sec');
    const isFading = this.status.headersPerSecond > 0 || blocksPerSecond > 0;
    const isAtRest = this.status.phase === 'synced';
    const news = this.#emittedAt + STATUS_INTERVAL_MS + (isAtRest ? NEWS_SLACK_MS : 0);
    const fadesAt = this.#refreshedAt + (isAtRest ? RATE_SPAN_MS : RATE_INTERVAL_MS);
    const soon = hasNews ? news : isFading ? fadesAt : undefined;
    const stall = this.status.phase === 'syncing' ? this.#progressAt + STALLED_AFTER_MS : undefined;
    return soon === undefined ? stall : stall === undefined ? soon : Math.min(soon, stall);
  }

  /** The gauges that are read off the state of the node. */
  #gauge(now: number): void {
    const { counters } = this.outbox;
    const blocks = counters.get('vision_p2p_blocks_received_total');
    if (blocks > this.#blocksSeen) this.#blockRate.add(blocks - this.#blocksSeen, now);
    this.#blocksSeen = blocks;
    counters.set('vision_p2p_peers', this.status.peers);
    counters.set('vision_p2p_headers_per_sec', this.status.headersPerSecond);
    counters.set('vision_p2p_blocks_per_sec', this.#blockRate.perSecond(now));
  }

  #phase(now: number, isConnected: boolean, isAhead: boolean, reason: StatusReason | undefined): Phase {
    if (this.#isClosed) return 'closed';
    if (!isConnected || !isAhead) this.#progressAt = now;
    if (!isConnected) return 'connecting';
    if (!isAhead) return reason === undefined ? 'synced' : 'syncing';
    return now >= this.#progressAt + STALLED_AFTER_MS ? 'stalled' : 'syncing';
  }

  /** What keeps the node from being synced though peers answer. */
  #reason(isAhead: boolean): StatusReason | undefined {
    if (!isAhead) return this.tree.tipHeight === 0 ? 'GENESIS_ONLY' : undefined;
    const { ready } = this.peers;
    const refusals = ready.map((peer) => this.sync.refusal(peer)).filter((refusal) => refusal !== undefined);
    const early = refusals.filter((refusal) => refusal === 'HEADERS_AHEAD').length;
    if (early === 0) return refusals[0];
    return early > 1 || isClockBehind(ready) ? 'CLOCK_BEHIND' : 'HEADERS_AHEAD';
  }

  /** Says once what the application should know; again only after the node was synced meanwhile. */
  #tellTrouble(): void {
    const { phase, reason } = this.status;
    if (phase === 'synced') this.#told.clear();
    if (reason === undefined || !troubles.has(reason) || this.#told.has(reason)) return;
    this.#told.add(reason);
    this.troubled(reason);
  }
}

function areSame(a: Status, b: Status): boolean {
  return (
    a.phase === b.phase &&
    a.peers === b.peers &&
    a.bestPeerHeight === b.bestPeerHeight &&
    a.headersPerSecond === b.headersPerSecond &&
    a.storedHeight === b.storedHeight &&
    a.verifiedFrom === b.verifiedFrom &&
    a.progress === b.progress &&
    a.reason === b.reason
  );
}
