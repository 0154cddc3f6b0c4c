/**
 * Answers `getTxs`, in the order of the requests, no faster than the peer takes them and than it may be served.
 *
 * Memory: TX_SERVED_MAX ids of each peer, and what waits to be sent: the next message is made only while less than
 * BODY_SEND_BUFFER_BYTES_MAX waits.
 */
import { BODY_SEND_BUFFER_BYTES_MAX, TX_ANSWER_BYTES_MAX, TX_SERVED_MAX } from '../limits.js';
import type { Outbox } from '../peer/outbox.js';
import type { Peer } from '../peer/peer.js';
import type { PeerFault } from '../peer/peer-fault.js';
import type { GetTxs } from '../wire/messages/transactions.js';

interface Request {
  readonly requestId: number;
  readonly relayIds: Uint8Array[];
}

const absent = new Uint8Array(0);

/** Serves transactions to peers. */
export class TransactionServer {
  readonly #queues = new Map<Peer, Request[]>();

  /** @param find  the bytes of a transaction, if the peer may have them */
  constructor(
    readonly outbox: Outbox,
    readonly find: (peer: Peer, relayId: Uint8Array) => Uint8Array | undefined,
  ) {}

  /** A peer asks for transactions. */
  request(peer: Peer, { requestId, relayIds }: GetTxs, now: number): PeerFault | undefined {
    if (this.waiting(peer) + relayIds.length > TX_SERVED_MAX) return 'PEER_FLOOD';
    const queue = this.#queues.get(peer) ?? [];
    this.#queues.set(peer, queue);
    // Views point into the received message; a request that waits must not keep all of it.
    queue.push({ requestId, relayIds: relayIds.map((id) => id.slice()) });
    this.#pump(peer, queue, now);
    return undefined;
  }

  /** The peer has taken what was sent, or time has passed. */
  advance(now: number): void {
    for (const [peer, queue] of [...this.#queues]) this.#pump(peer, queue, now);
  }

  /** How many of the ids that a peer asked for are not answered. */
  waiting(peer: Peer): number {
    return (this.#queues.get(peer) ?? []).reduce((sum, { relayIds }) => sum + relayIds.length, 0);
  }

  isServing(peer: Peer): boolean {
    return this.#queues.has(peer);
  }

  forget(peer: Peer): void {
    this.#queues.delete(peer);
  }

  nextWake(): number | undefined {
    let next: number | undefined;
    for (const peer of this.#queues.keys()) {
      // What waits for a peer to read comes due with its event.
      if (peer.sendBufferBytes >= BODY_SEND_BUFFER_BYTES_MAX) continue;
      if (next === undefined || peer.served.freeAt < next) next = peer.served.freeAt;
    }
    return next;
  }

  #pump(peer: Peer, queue: Request[], now: number): void {
    while (peer.sendBufferBytes < BODY_SEND_BUFFER_BYTES_MAX && peer.served.freeAt <= now) {
      const request = queue[0];
      if (request === undefined) {
        this.#queues.delete(peer);
        return;
      }
      const transactions: Uint8Array[] = [];
      let bytes = 0;
      for (const id of request.relayIds) {
        if (bytes >= TX_ANSWER_BYTES_MAX) break;
        const transaction = this.find(peer, id) ?? absent;
        bytes += transaction.length;
        transactions.push(transaction);
      }
      request.relayIds.splice(0, transactions.length);
      if (request.relayIds.length === 0) queue.shift();
      peer.served.charge(
        now,
        this.outbox.send(peer, { type: 'txs', requestId: request.requestId, transactions }),
      );
      // To the end of the line, so that all who wait for the same upload have their turn.
      if (peer.served.isHeldUp(now) && this.#queues.delete(peer)) this.#queues.set(peer, queue);
    }
  }
}
