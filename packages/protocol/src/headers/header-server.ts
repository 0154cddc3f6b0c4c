/**
 * Answers `getHeaders` from the best chain: every node serves what it has, no faster than a peer takes it and than each
 * peer may be served.
 *
 * Memory: DEFERRED_REQUESTS_MAX requests of each peer.
 */
import { ByteWriter } from '../bytes/byte-writer.js';
import type { EventTime } from '../io/event.js';
import { DEFERRED_REQUESTS_MAX, SEND_BUFFER_BYTES_MAX } from '../limits.js';
import type { Outbox } from '../peer/outbox.js';
import { earliest, type Part, type Reception } from '../peer/part.js';
import type { Peer } from '../peer/peer.js';
import type { HeaderTree } from '../tree/header-tree.js';
import { forkHeight } from '../tree/locator.js';
import type { GetHeaders } from '../wire/messages/headers.js';

/** Serves the best chain to peers. */
export class HeaderServer implements Part<GetHeaders> {
  readonly name = 'headerServer';
  /** Requests that wait for a peer's send buffer to drain, or for what was served to be paid for by time. */
  readonly #waiting = new Map<Peer, GetHeaders[]>();

  constructor(
    readonly tree: HeaderTree,
    readonly outbox: Outbox,
  ) {}

  /** Answers now, or later if the peer does not take what it was sent or has had much of late. */
  receive(peer: Peer, message: GetHeaders, { now }: EventTime): Reception {
    const waiting = this.#waiting.get(peer) ?? [];
    if (waiting.length === 0 && mayAnswer(peer, now)) {
      this.#answer(peer, message, now);
      return 'quiet';
    }
    if (waiting.length >= DEFERRED_REQUESTS_MAX) return 'PEER_FLOOD';
    // The locator points into the received message; a request that waits must not keep all of it.
    waiting.push({
      ...message,
      locator: message.locator.map((hash) => hash.slice()),
      stop: message.stop?.slice(),
    });
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
    for (const [peer, waiting] of this.#waiting) {
      while (mayAnswer(peer, now)) {
        const next = waiting.shift();
        if (next === undefined) break;
        this.#answer(peer, next, now);
      }
      if (waiting.length === 0) this.#waiting.delete(peer);
    }
  }

  peerGone(peer: Peer): void {
    this.#waiting.delete(peer);
  }

  /** When something that waits is due; what waits for a peer to read comes due with its `sendDrained`. */
  nextWake(): number | undefined {
    let next: number | undefined;
    for (const { sendBufferBytes, served } of this.#waiting.keys())
      if (sendBufferBytes < SEND_BUFFER_BYTES_MAX) next = earliest(next, served.freeAt);
    return next;
  }

  #answer(peer: Peer, { requestId, locator, stop, skip, max }: GetHeaders, now: number): void {
    const { tree } = this;
    const from = Math.min(forkHeight(tree, locator) + 1 + skip, tree.tipHeight + 1);
    const stopSlot = stop === undefined ? undefined : tree.find(stop);
    const hasStop = stopSlot !== undefined && tree.isOnBestChain(stopSlot);
    const last = hasStop ? tree.height(stopSlot) : tree.tipHeight;
    const batch = tree.batch(from, Math.min(max, Math.max(0, last - from + 1)));
    const writer = new ByteWriter(batch.count * tree.family.encodedHeaderBytesMin + 64);
    tree.family.encodeBatch(writer, batch);
    const parent = tree.hash(tree.at(from - 1) as number).slice();
    const bytes = this.outbox.send(peer, {
      type: 'headers',
      requestId,
      parent,
      count: batch.count,
      payload: writer.view(),
    });
    peer.served.charge(now, bytes);
  }
}

const mayAnswer = ({ sendBufferBytes, served }: Peer, now: number): boolean =>
  sendBufferBytes < SEND_BUFFER_BYTES_MAX && served.freeAt <= now;
