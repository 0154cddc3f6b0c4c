/**
 * The talk with one node: when it is asked for what is new there, when it is told what is new here, and what is known of it.
 * Pure: it is given the time, says what is to be done next, and is told what came of it. One thing at a time, so nothing
 * that a node does can make more than one request wait for it.
 */
import type { FollowedNodes } from '@vision-light/protocol';
import { VISION_NODE_DETAIL_MAX, VISION_NODE_POLL_MS } from '../../limits.js';
import { BlockPull, type PullEnd } from './block-pull.js';
import { NewsPush, type NewsSource } from './news-push.js';
import type { VisionNodeFault, VisionNodeFaultCode } from './node-faults.js';
import { NodeNames } from './node-names.js';
import { failedDelayMs, PollPace } from './poll-pace.js';
import type { TalkEffect, TalkFailure, TalkOutcome } from './talk-step.js';

/** The time of a step. */
export interface TalkTime {
  /** Monotonic milliseconds. */
  readonly now: number;
  /** Unix seconds. */
  readonly wallTime: number;
}

/** What is known of a node. */
export interface VisionNodeStatus {
  /** Unix seconds since which it can be followed; undefined while it cannot. */
  readonly reachableSince: number | undefined;
  /** Unix seconds of the last fault, and what it was; undefined if there was none. */
  readonly lastFault: (VisionNodeFault & { readonly time: number }) | undefined;
  /** Faults so far. */
  readonly faults: number;
  /** Whether a look at it is going on that has brought something new. The first one fetches the whole chain. */
  readonly isBringingNews: boolean;
  /** Whether what it had at the last look was refused, while the node itself can be followed. */
  readonly isRefused: boolean;
  /** Height that it claims, which may be a lie; undefined if it has claimed none. */
  readonly height: number | undefined;
}

/** What the core is told of nodes. What one claims counts only while it can be followed, and what it has is taken. */
export function followedNodes(nodes: readonly VisionNodeStatus[]): FollowedNodes {
  const reached = nodes.filter(
    ({ reachableSince, isBringingNews }) => reachableSince !== undefined || isBringingNews,
  );
  const height = Math.max(0, ...reached.map(({ isRefused, height = 0 }) => (isRefused ? 0 : height)));
  return { isReached: reached.length > 0, height };
}

/** Something that a person should read, once for each change. */
export type TalkReport =
  | { readonly type: 'lost'; readonly fault: VisionNodeFault }
  | { readonly type: 'back' };

/** Faults of a node that can be reached: what it has is of no use now, and what is new here is told to it all the same. */
const ofReachable: readonly VisionNodeFaultCode[] = ['VISION_NODE_LOW_WORK', 'VISION_NODE_BODY_REFUSED'];

/** See the head of this file. */
export class NodeTalk {
  readonly #pace = new PollPace();
  readonly #pull: BlockPull;
  readonly #push: NewsPush;
  readonly #names = new NodeNames();
  /** What is being done, and for which half. */
  #pulling: TalkEffect | undefined;
  #isPushing = false;
  #reports: TalkReport[] = [];
  #reachableSince: number | undefined;
  #isLost = false;
  #isRefused = false;
  #lastFault: VisionNodeStatus['lastFault'];
  #faults = 0;
  #pushFailures = 0;
  /** After a fault nothing is told before this time, in monotonic milliseconds. */
  #silentUntil = Number.NEGATIVE_INFINITY;

  constructor(source: NewsSource) {
    this.#pull = new BlockPull(source.tree, this.#names);
    this.#push = new NewsPush(source, this.#names);
  }

  // Queries

  get status(): VisionNodeStatus {
    return {
      reachableSince: this.#reachableSince,
      lastFault: this.#lastFault,
      faults: this.#faults,
      isBringingNews: this.#pulling !== undefined && this.#pull.hasNews,
      isRefused: this.#isRefused,
      height: this.#pull.claimedHeight,
    };
  }

  /** When `next` may have something even if nothing happens. */
  nextWake({ now }: TalkTime): number {
    const { nextAt } = this.#pace;
    return now < this.#silentUntil ? Math.min(nextAt, this.#silentUntil) : nextAt;
  }

  // Inputs

  /** Transactions are new here; 64 digits each. */
  transactions(ids: readonly string[]): void {
    this.#push.add(ids);
  }

  /** Somebody, perhaps this node, says that there is a block that is not known here. */
  announced({ now }: TalkTime): void {
    this.#pace.announced(now);
  }

  /** Takes what came of the last effect. */
  finished(outcome: TalkOutcome, time: TalkTime): void {
    if (this.#isPushing) {
      this.#isPushing = false;
      const failure = this.#push.take(outcome);
      if (failure === undefined) this.#pushFailures = 0;
      else this.#pushFailed(failure, time);
      return;
    }
    const next = this.#pull.take(outcome);
    this.#pulling = isEnd(next) ? undefined : next;
    if (isEnd(next)) this.#pulled(next, time);
  }

  // Outputs

  /** What is to be done next, after which `finished` is to be called; undefined if nothing, until `nextWake` or an input. */
  next({ now }: TalkTime): TalkEffect | undefined {
    if (this.#pulling === undefined && now >= this.#pace.nextAt) this.#pulling = this.#pull.begin();
    if (this.#pulling !== undefined) return this.#pulling;
    if (this.#reachableSince === undefined || now < this.#silentUntil) return undefined;
    const effect = this.#push.next(this.#pull.claimedHeight);
    this.#isPushing = effect !== undefined;
    return effect;
  }

  /** What is to be reported since the last call. */
  takeReports(): TalkReport[] {
    return this.#reports.splice(0);
  }

  #pulled(end: PullEnd, time: TalkTime): void {
    if (end.type === 'failed') {
      this.#failed(end, time);
      return;
    }
    this.#isRefused = false;
    if (end.type === 'news') this.#pace.news(time.now);
    else if (end.type === 'quiet') this.#pace.quiet(time.now);
    else this.#pace.busy(time.now, VISION_NODE_POLL_MS);
    this.#reached(time);
  }

  #reached({ wallTime }: TalkTime): void {
    if (this.#reachableSince !== undefined) return;
    this.#reachableSince = wallTime;
    this.#isLost = false;
    this.#push.restart();
    this.#reports.push({ type: 'back' });
  }

  #failed(failure: TalkFailure, time: TalkTime): void {
    const { code, retryAfterMs } = failure;
    const fault = this.#count(failure, time);
    if (code === 'VISION_NODE_BUSY') {
      this.#rest(time.now, retryAfterMs);
      return;
    }
    this.#pace.failed(time.now, this.#pull.hasNews);
    this.#isRefused = ofReachable.includes(code);
    if (this.#isRefused) this.#reached(time);
    else if (!this.#isLost) {
      this.#reachableSince = undefined;
      this.#isLost = true;
      this.#reports.push({ type: 'lost', fault });
    }
  }

  /**
   * What was told did not arrive. If the node is gone, the next look says so, and comes soon. One that fails with every
   * block of ours and answers looks would else be lost and found without end; it is told less and less often.
   */
  #pushFailed(failure: TalkFailure, time: TalkTime): void {
    const { now } = time;
    this.#count(failure, time);
    if (failure.code === 'VISION_NODE_BUSY') {
      this.#rest(now, failure.retryAfterMs);
      return;
    }
    this.#pace.announced(now);
    this.#silentUntil = now + failedDelayMs(this.#pushFailures++);
  }

  #count({ code, detail }: TalkFailure, { wallTime }: TalkTime): VisionNodeFault {
    const fault = { code, detail: detail.slice(0, VISION_NODE_DETAIL_MAX) };
    this.#faults++;
    this.#lastFault = { ...fault, time: wallTime };
    return fault;
  }

  #rest(now: number, retryAfterMs = VISION_NODE_POLL_MS): void {
    this.#pace.busy(now, retryAfterMs);
    this.#silentUntil = this.#pace.nextAt;
  }
}

function isEnd(next: TalkEffect | PullEnd): next is PullEnd {
  return (
    next.type === 'news' || next.type === 'quiet' || next.type === 'unfinished' || next.type === 'failed'
  );
}
