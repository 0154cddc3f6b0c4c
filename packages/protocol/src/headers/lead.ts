/** One peer's turn as the peer that headers are downloaded from: what it was asked, and what came. */
import type { OpenReason } from '../io/notice.js';
import {
  ANSWER_BYTES_PER_SECOND_MIN,
  HEADER_REQUESTS_IN_FLIGHT_MAX,
  HEADERS_PER_MESSAGE_MAX,
  MESSAGE_TIMEOUT_MS,
} from '../limits.js';
import type { Outbox } from '../peer/outbox.js';
import type { AnnouncedTip, Peer } from '../peer/peer.js';
import type { RequestKind, RequestLedger } from '../peer/request-ledger.js';
import type { HeaderTree } from '../tree/header-tree.js';
import { buildLocator } from '../tree/locator.js';
import type { Answer } from './batch-request.js';
import type { Presync } from './presync/presync.js';
import type { TipClaims } from './tip-claims.js';

/** `getHeaders`: for an answer that is coming in, time is given for what has come and not for what has not. */
export const headerRequests: RequestKind = {
  name: 'getHeaders',
  longestMs: MESSAGE_TIMEOUT_MS,
  graceUntil: ({ partialBytes }, deadline) => deadline + (1000 * partialBytes) / ANSWER_BYTES_PER_SECOND_MIN,
};

/** A turn as leader; `HeaderSync` says when it begins and ends. */
export class Lead {
  /** What every request of the turn names. */
  readonly locator: readonly Uint8Array[];
  /** What the peer had announced when the turn began. */
  readonly announced: AnnouncedTip | undefined;
  /** True if the header before that was missing, too. */
  readonly isParentMissing: boolean;
  /** Requests in flight, by id: how many headers each of them passes over. */
  readonly requests = new Map<number, number>();
  /** Headers asked for. */
  asked = 0;
  /** Headers that came. */
  delivered = 0;
  /** What came and is not yet handed to the verifier, in order: at most HEADER_REQUESTS_IN_FLIGHT_MAX of them. */
  readonly waiting: Answer[] = [];
  /** Headers of one answer, at most. */
  readonly answerHeaders: number;
  /** True once the first answer told where its chain leaves ours. */
  isAnswered = false;
  /** Height after which its headers begin, as far as known. */
  baseHeight: number;
  /** True once an answer was not full: the peer has no more. */
  isExhausted = false;
  /** Why this side does not take all that came. That is not the peer's fault. */
  refusal: OpenReason | undefined;
  /** True if nothing of the first answer counts unless all of it is proven. */
  isFirstWhole = false;
  /** True while an answer is being proven for the passes over a branch. */
  isWalking = false;

  /**
   * @param since  monotonic ms at which the turn begins
   * @param presync  the passes over its branch that go on, if it has to show its work first
   * @param before  the part of the turn before this one: the first pass
   */
  constructor(
    readonly peer: Peer,
    public since: number,
    tree: HeaderTree,
    claims: TipClaims,
    public presync?: Presync,
    before?: Lead,
  ) {
    const { bestKnown } = peer;
    const announced = before === undefined ? peer.announced : before.announced;
    this.announced = announced;
    this.isParentMissing =
      before?.isParentMissing ?? (announced !== undefined && !claims.isKnown(announced.prev));
    this.baseHeight = presync?.height ?? tree.tipHeight;
    this.answerHeaders =
      presync?.pass === 'second' ? tree.family.presync.answerHeaders : HEADERS_PER_MESSAGE_MAX;
    const known = bestKnown === undefined ? undefined : tree.find(bestKnown);
    const locator = buildLocator(tree);
    if (presync !== undefined) locator.unshift(presync.lastHash);
    else if (known !== undefined && !tree.isOnBestChain(known)) locator.unshift(tree.hash(known).slice());
    this.locator = locator;
  }

  /** True once the peer has no more and all that came was handed on. */
  get isAllHanded(): boolean {
    return this.isExhausted && this.requests.size === 0 && this.waiting.length === 0;
  }

  /**
   * Asks for more while the peer has more and what came is being verified fast enough.
   *
   * @param pending  answers that are being verified
   */
  fill(ledger: RequestLedger, outbox: Outbox, pending: number, now: number): void {
    const { peer, requests, waiting } = this;
    while (!this.isExhausted && requests.size + waiting.length + pending < HEADER_REQUESTS_IN_FLIGHT_MAX) {
      // One request beyond what came is always worth it; more only where the claimed height says so.
      if (this.asked > this.delivered && this.baseHeight + this.asked >= peer.height) return;
      const requestId = ledger.ask(peer.id, headerRequests, peer.roundTrip.timeoutMs, now);
      const { locator, asked: skip, answerHeaders: max } = this;
      requests.set(requestId, skip);
      this.asked += max;
      outbox.send(peer, { type: 'getHeaders', requestId, locator, stop: undefined, skip, max });
    }
  }

  /** What was asked for is not waited for any longer, and what came and waits is dropped. */
  giveUp(ledger: RequestLedger): void {
    for (const requestId of this.requests.keys()) ledger.giveUp(this.peer.id, headerRequests, requestId);
    this.requests.clear();
    this.waiting.length = 0;
  }
}
