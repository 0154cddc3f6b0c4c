/** One peer's turn as the peer that headers are downloaded from: what it was asked, and what came. */

import type { OpenReason } from '../io/notice.js';
import { ANSWER_BYTES_PER_SECOND_MIN, HEADERS_PER_MESSAGE_MAX, MESSAGE_TIMEOUT_MS } from '../limits.js';
import type { AnnouncedTip, Peer } from '../peer/peer.js';
import type { RequestKind } from '../peer/request-ledger.js';
import type { HeaderTree } from '../tree/header-tree.js';
import { buildLocator } from '../tree/locator.js';
import type { GetHeaders } from '../wire/messages/headers.js';
import type { TipClaims } from './tip-claims.js';

/** `getHeaders`: for an answer that is coming in, time is given for what has come and not for what has not. */
export const headerRequests: RequestKind = {
  name: 'getHeaders',
  longestMs: MESSAGE_TIMEOUT_MS,
  graceUntil: ({ assembler }, deadline) =>
    deadline + (1000 * assembler.partialBytes) / ANSWER_BYTES_PER_SECOND_MIN,
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
  /** True once the first answer told where its chain leaves ours. */
  isAnswered = false;
  /** Height after which its headers begin, as far as known. */
  baseHeight: number;
  /** True once an answer was not full: the peer has no more. */
  isExhausted = false;
  /** Why this side does not take all that came. That is not the peer's fault. */
  refusal: OpenReason | undefined;

  /** @param since  monotonic ms at which the turn begins */
  constructor(
    readonly peer: Peer,
    public since: number,
    tree: HeaderTree,
    claims: TipClaims,
  ) {
    const { announced, bestKnown } = peer;
    this.announced = announced;
    this.isParentMissing = announced !== undefined && !claims.isKnown(announced.prev);
    this.baseHeight = tree.tipHeight;
    const known = bestKnown === undefined ? undefined : tree.find(bestKnown);
    const locator = buildLocator(tree);
    if (known !== undefined && !tree.isOnBestChain(known)) locator.unshift(tree.hash(known).slice());
    this.locator = locator;
  }

  /** One request beyond what came is always worth it; more only where the claimed height says so. */
  get isWorthAsking(): boolean {
    return this.asked <= this.delivered || this.baseHeight + this.asked < this.peer.height;
  }

  /** The request for the headers after those that were asked for. It is in flight from now on. */
  nextRequest(requestId: number): GetHeaders {
    const { locator, asked: skip } = this;
    const max = HEADERS_PER_MESSAGE_MAX;
    this.requests.set(requestId, skip);
    this.asked += max;
    return { type: 'getHeaders', requestId, locator, stop: undefined, skip, max };
  }
}
