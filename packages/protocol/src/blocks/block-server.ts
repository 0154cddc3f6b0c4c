/**
 * Answers `getBlocks` from the bodies that are kept, in the order of the requests, no faster than the peer takes them
 * and than it may be served. Where the upload of all peers together is used up, peers take turns, and what has waited for
 * UPLOAD_WAIT_MAX_MS is answered as not being here.
 *
 * Memory: for each peer at most DEFERRED_BLOCK_REQUESTS_MAX requests of BLOCK_HASHES_MAX hashes, one body that is being read,
 * and what waits to be sent: the next body is read only while less than BODY_SEND_BUFFER_BYTES_MAX waits, so that with
 * the largest body it stays below UNSENT_BYTES_MAX.
 */
import { defined } from '../assert.js';
import {
  BODY_SEND_BUFFER_BYTES_MAX,
  COMING_BODY_WAIT_MS,
  DEFERRED_BLOCK_REQUESTS_MAX,
  UPLOAD_WAIT_MAX_MS,
} from '../limits.js';
import type { Outbox } from '../peer/outbox.js';
import type { Peer } from '../peer/peer.js';
import type { PeerFault } from '../peer/peer-fault.js';
import type { GetBlocks } from '../wire/messages/blocks.js';

/** Where bodies come from. */
export interface BodySource {
  /** `coming`: it is being fetched, and will be here soon if all goes well. */
  whereabouts(hash: Uint8Array): 'here' | 'coming' | 'unknown';
  /** Calls back once, at once or later. */
  read(hash: Uint8Array, reader: (body: Uint8Array | undefined) => void): void;
}

/**
 * Sends the answer to one hash of a request. @param body  undefined if it is not here @returns what is charged to the peer, bytes
 */
export type BodyResponder = (hash: Uint8Array, body: Uint8Array | undefined) => number;

interface Request {
  readonly respond: BodyResponder;
  readonly hashes: readonly Uint8Array[];
  /** How many of them are answered. */
  answered: number;
  /** Until when one of them may still come; undefined while none was waited for. Each request waits once. */
  readonly waitsUntil: number;
  /** Monotonic ms at which it is given up if other peers still use the upload up. */
  readonly giveUpAt: number;
}

interface Queue {
  readonly peer: Peer;
  readonly requests: Request[];
  isReading: boolean;
  isWaiting: boolean;
}

/** Serves bodies to peers. */
export class BlockServer {
  readonly #queues = new Map<Peer, Queue>();
  #now = 0;

  constructor(
    readonly source: BodySource,
    readonly outbox: Outbox,
  ) {}

  /** A peer asks for bodies. */
  request(peer: Peer, { requestId, hashes }: GetBlocks, now: number): PeerFault | undefined {
    return this.enqueue(peer, hashes, now, (hash, body) => {
      if (body !== undefined) return this.outbox.send(peer, { type: 'blocks', requestId, hash, body });
      this.outbox.send(peer, { type: 'notFound', requestId, hashes: [hash] });
      return 0;
    });
  }

  /** As {@link request}, for whoever needs bodies to answer a peer: they are read in the same order and at the same rate. */
  enqueue(
    peer: Peer,
    hashes: readonly Uint8Array[],
    now: number,
    respond: BodyResponder,
  ): PeerFault | undefined {
    const queue = this.#queues.get(peer) ?? { peer, requests: [], isReading: false, isWaiting: false };
    if (queue.requests.length >= DEFERRED_BLOCK_REQUESTS_MAX) return 'PEER_FLOOD';
    this.#now = now;
    peer.tipsSinceAsked = 0;
    this.#queues.set(peer, queue);
    // Views point into the received message; a request that waits must not keep all of it.
    const own = hashes.map((hash) => hash.slice());
    // What has to be fetched from elsewhere is fetched while others before it are.
    for (const hash of own) this.source.whereabouts(hash);
    queue.requests.push({
      respond,
      hashes: own,
      answered: 0,
      waitsUntil: now + COMING_BODY_WAIT_MS,
      giveUpAt: now + UPLOAD_WAIT_MAX_MS,
    });
    this.#pump(queue, now);
    return undefined;
  }

  /** The peer has taken what was sent, a body came, or time has passed. */
  advance(now: number): void {
    this.#now = now;
    for (const queue of [...this.#queues.values()]) {
      this.#pump(queue, now);
      this.#giveUp(queue, now);
    }
  }

  /** How many of the peer's requests are not answered. */
  waiting(peer: Peer): number {
    return this.#queues.get(peer)?.requests.length ?? 0;
  }

  /** Whether the peer waits for something. */
  isServing(peer: Peer): boolean {
    return this.#queues.has(peer);
  }

  /** The peer is gone. */
  forget(peer: Peer): void {
    this.#queues.delete(peer);
  }

  nextWake(): number | undefined {
    let next: number | undefined;
    for (const { peer, isWaiting, isReading, requests } of this.#queues.values()) {
      // What waits for a peer to read, or for a body to be read, comes due with its event.
      if (isReading || peer.sendBufferBytes >= BODY_SEND_BUFFER_BYTES_MAX) continue;
      const [first] = requests;
      const at = Math.max(peer.served.freeAt, isWaiting ? (first?.waitsUntil ?? 0) : 0);
      const isHeldUp = peer.served.isHeldUp(this.#now);
      const due = isHeldUp && first !== undefined ? Math.min(at, first.giveUpAt) : at;
      if (next === undefined || due < next) next = due;
    }
    return next;
  }

  #pump(queue: Queue, now: number): void {
    const { peer, requests } = queue;
    while (
      !queue.isReading &&
      peer.sendBufferBytes < BODY_SEND_BUFFER_BYTES_MAX &&
      peer.served.freeAt <= now
    ) {
      const request = requests[0];
      if (request === undefined) {
        this.#queues.delete(peer);
        return;
      }
      const hash = defined(request.hashes[request.answered], 'a waiting request has a hash');
      const where = this.source.whereabouts(hash);
      queue.isWaiting = where === 'coming' && mayWait(request, now);
      if (queue.isWaiting) return;
      if (where !== 'here') {
        this.#answer(queue, request, hash, undefined);
        continue;
      }
      queue.isReading = true;
      this.source.read(hash, (body) => {
        queue.isReading = false;
        if (this.#queues.get(peer) === queue) this.#answer(queue, request, hash, body);
      });
    }
  }

  /** What has waited too long for others is to be asked of somebody else. */
  #giveUp(queue: Queue, now: number): void {
    for (const request of [...queue.requests]) {
      if (queue.isReading || now < request.giveUpAt || !queue.peer.served.isHeldUp(now)) return;
      for (const hash of request.hashes.slice(request.answered))
        this.#answer(queue, request, hash, undefined);
    }
    if (queue.requests.length === 0) this.#queues.delete(queue.peer);
  }

  #answer({ peer, requests }: Queue, request: Request, hash: Uint8Array, body: Uint8Array | undefined): void {
    request.answered++;
    if (request.answered === request.hashes.length) requests.shift();
    const cost = request.respond(hash, body);
    if (cost === 0) return;
    peer.served.charge(this.#now, cost);
    // To the end of the line, so that all who wait for the same upload have their turn.
    const queue = this.#queues.get(peer);
    if (queue === undefined || !peer.served.isHeldUp(this.#now)) return;
    this.#queues.delete(peer);
    this.#queues.set(peer, queue);
  }
}

/** A body that is on its way is worth a moment, or each hop of a new block would cost a round trip more. */
function mayWait({ waitsUntil }: Request, now: number): boolean {
  return now < waitsUntil;
}
