/**
 * Answers `getHeaders` from the best chain: every node serves what it has, no faster than a peer takes it and than each
 * peer may be served. Where none of a locator is on the best chain and the tree begins above genesis, no header would
 * fit, so the answer has none.
 *
 * While the stored chain is still being verified downwards, such a request waits: an answer without headers would tell the
 * peer that there are none. If that takes longer than the peer waits, it asks others, and what has come too late is
 * forgotten.
 *
 * Memory: DEFERRED_REQUESTS_MAX requests of each peer.
 */
import { defined } from '../assert.js';
import { ByteWriter } from '../bytes/byte-writer.js';
import type { EventTime } from '../io/event.js';
import { DEFERRED_REQUESTS_MAX, REQUEST_TIMEOUT_MAX_MS, SEND_BUFFER_BYTES_MAX } from '../limits.js';
import type { Outbox } from '../peer/outbox.js';
import { earliest, type Part, type Reception } from '../peer/part.js';
import type { Peer } from '../peer/peer.js';
import type { HeaderTree } from '../tree/header-tree.js';
import { forkHeight } from '../tree/locator.js';
import type { GetHeaders } from '../wire/messages/headers.js';

/** A request that waits. */
interface Waiting {
  readonly message: GetHeaders;
  /** Monotonic ms at which it came. */
  readonly since: number;
}

/** Serves the best chain to peers. */
export class HeaderServer implements Part<GetHeaders> {
  readonly name = 'headerServer';
  /**
   * Requests that wait for a peer's send buffer to drain, for what was served to be paid for by time, or for the stored
   * chain to be verified.
   */
  readonly #waiting = new Map<Peer, Waiting[]>();

  /** @param mustWait  whether an answer from a fork would not say all that will be known here soon */
  constructor(
    readonly tree: HeaderTree,
    readonly outbox: Outbox,
    readonly mustWait: (fork: number | undefined) => boolean = () => false,
  ) {}

  /** Answers now, or later if the peer does not take what it was sent or has had much of late. */
  receive(peer: Peer, message: GetHeaders, { now }: EventTime): Reception {
    peer.tipsSinceAsked = 0;
    const waiting = this.#waiting.get(peer) ?? [];
    if (waiting.length === 0 && mayAnswer(peer, now) && this.#answer(peer, message, now)) return 'quiet';
    if (waiting.length >= DEFERRED_REQUESTS_MAX) return 'PEER_FLOOD';
    // The locator points into the received message; a request that waits must not keep all of it.
    const locator = message.locator.map((hash) => hash.slice());
    waiting.push({ message: { ...message, locator, stop: message.stop?.slice() }, since: now });
    this.#waiting.set(peer, waiting);
    return undefined;
  }

  /** How many of the peer's requests are not answered. */
  waiting(peer: Peer): number {
    return this.#waiting.get(peer)?.length ?? 0;
  }

  isServing(peer: Peer): boolean {
    return this.#waiting.has(peer);
  }

  /** Answers what waited and need not any longer. */
  advance({ now }: EventTime): void {
    // Whoever is answered goes to the end of the line: where all share one upload, each has its turn.
    for (const [peer, waiting] of [...this.#waiting]) {
      if (mayAnswer(peer, now)) this.#waiting.delete(peer);
      while (mayAnswer(peer, now)) {
        const [next] = waiting;
        if (next === undefined) break;
        const isForgotten = now >= next.since + REQUEST_TIMEOUT_MAX_MS && this.#mustWait(next.message);
        if (!isForgotten && !this.#answer(peer, next.message, now)) break;
        waiting.shift();
      }
      if (waiting.length === 0) this.#waiting.delete(peer);
      else this.#waiting.set(peer, waiting);
    }
  }

  peerGone(peer: Peer): void {
    this.#waiting.delete(peer);
  }

  /** When something that waits is due; what waits for a peer to read comes due with its `sendDrained`. */
  nextWake(): number | undefined {
    let next: number | undefined;
    for (const [{ sendBufferBytes, served }, [first]] of this.#waiting) {
      if (sendBufferBytes >= SEND_BUFFER_BYTES_MAX || first === undefined) continue;
      const isHeldUp = this.#mustWait(first.message);
      next = earliest(next, isHeldUp ? first.since + REQUEST_TIMEOUT_MAX_MS : served.freeAt);
    }
    return next;
  }

  #mustWait({ locator }: GetHeaders): boolean {
    return this.mustWait(forkHeight(this.tree, locator));
  }

  /** @returns false if it must wait */
  #answer(peer: Peer, { requestId, locator, stop, skip, max }: GetHeaders, now: number): boolean {
    const { tree } = this;
    const fork = forkHeight(tree, locator);
    if (this.mustWait(fork)) return false;
    const from = fork === undefined ? tree.tipHeight + 1 : Math.min(fork + 1 + skip, tree.tipHeight + 1);
    const stopSlot = stop === undefined ? undefined : tree.find(stop);
    const hasStop = stopSlot !== undefined && tree.isOnBestChain(stopSlot);
    const last = hasStop ? tree.height(stopSlot) : tree.tipHeight;
    const batch = tree.batch(from, Math.min(max, Math.max(0, last - from + 1)));
    const writer = new ByteWriter(batch.count * tree.family.encodedHeaderBytesMin + 64);
    tree.family.encodeBatch(writer, batch);
    const before = defined(tree.at(from - 1), 'an answer follows a header of the best chain');
    const unknown = fork === undefined ? locator[locator.length - 1] : undefined;
    const parent = unknown ?? tree.hash(before).slice();
    const bytes = this.outbox.send(peer, {
      type: 'headers',
      requestId,
      parent,
      count: batch.count,
      payload: writer.view(),
    });
    peer.served.charge(now, bytes);
    return true;
  }
}

const mayAnswer = ({ sendBufferBytes, served }: Peer, now: number): boolean =>
  sendBufferBytes < SEND_BUFFER_BYTES_MAX && served.freeAt <= now;
