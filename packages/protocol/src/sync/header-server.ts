/** Answers `getHeaders` from the best chain: every node serves what it has. */
import { ByteWriter } from '../bytes/byte-writer.js';
import { DEFERRED_REQUESTS_MAX, SEND_BUFFER_BYTES_MAX } from '../limits.js';
import type { Outbox } from '../peer/outbox.js';
import type { Peer } from '../peer/peer.js';
import type { PeerFault } from '../peer/peer-fault.js';
import type { HeaderTree } from '../tree/header-tree.js';
import { forkHeight } from '../tree/locator.js';
import type { GetHeaders } from '../wire/message.js';

/** Serves the best chain to peers, no faster than they take it. */
export class HeaderServer {
  constructor(
    readonly tree: HeaderTree,
    readonly outbox: Outbox,
  ) {}

  /** Answers now, or later if the peer does not take what it was sent. */
  request(peer: Peer, message: GetHeaders): PeerFault | undefined {
    if (peer.sendBufferBytes < SEND_BUFFER_BYTES_MAX && peer.deferred.length === 0) {
      this.#answer(peer, message);
      return undefined;
    }
    if (peer.deferred.length >= DEFERRED_REQUESTS_MAX) return 'PEER_FLOOD';
    // The locator points into the received message; a request that waits must not keep all of it.
    peer.deferred.push({
      ...message,
      locator: message.locator.map((hash) => hash.slice()),
      stop: message.stop?.slice(),
    });
    return undefined;
  }

  /** The peer has taken what was sent: the requests that waited are answered. */
  drained(peer: Peer): void {
    while (peer.sendBufferBytes < SEND_BUFFER_BYTES_MAX) {
      const next = peer.deferred.shift();
      if (next === undefined) return;
      this.#answer(peer, next);
    }
  }

  #answer(peer: Peer, { requestId, locator, stop, skip, max }: GetHeaders): void {
    const { tree } = this;
    const from = Math.min(forkHeight(tree, locator) + 1 + skip, tree.tipHeight + 1);
    const stopSlot = stop === undefined ? undefined : tree.find(stop);
    const hasStop = stopSlot !== undefined && tree.isOnBestChain(stopSlot);
    const last = hasStop ? tree.height(stopSlot) : tree.tipHeight;
    const batch = tree.batch(from, Math.min(max, Math.max(0, last - from + 1)));
    const writer = new ByteWriter(batch.count * tree.family.encodedHeaderBytesMin + 64);
    tree.family.encodeBatch(writer, batch);
    const parent = tree.hash(tree.at(from - 1) as number).slice();
    this.outbox.send(peer, {
      type: 'headers',
      requestId,
      parent,
      count: batch.count,
      payload: writer.view(),
    });
  }
}
