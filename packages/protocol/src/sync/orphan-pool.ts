/**
 * Blocks that came before their ancestry: the body is here, its header is not verified yet, since headers before it are
 * missing or their proof of work is still being computed. What is here is bytes that a peer claims something about.
 *
 * **Bounds.** Every way in is `add`, and every way out takes the block out of all three maps together (`#remove`), so
 * that no index can outlive what it points to:
 *
 * - `#blocks` holds at most ORPHANS_MAX blocks and ORPHAN_BYTES_MAX bytes: `add` makes room before it puts anything in,
 *   and refuses what could not fit into an empty pool.
 * - `#ofPeer` has a count for each peer with a block here, none of them above ORPHANS_PER_PEER_MAX: no more entries than
 *   blocks.
 * - `#byParent` has one set for each parent of a block here, with the block in it: no more entries than blocks. A parent
 *   that was invented goes with the last block that named it.
 *
 * **Who makes room.** A peer at its own cap loses its own oldest block, so it cannot touch what others brought. At the
 * caps of the pool the peer with the most blocks loses one, if it has more than the one who adds; else nothing is lost
 * and the new block is refused. Within a peer, a block whose parent is neither verified nor here goes before one whose
 * parent is: a valid child is not given up for an invented one. Only that one block goes; its children stay, since their
 * headers may be verified all the same.
 *
 * **What is asked for.** The pool asks for nothing. A missing parent is looked for by the header download, from the peer
 * that announced the block: one request at a time, and three that lead to nothing end the peer (`header-sync.ts`). So an
 * invented parent costs its inventor more than us, and nobody else anything.
 */
import { bytesToHex } from '../bytes/hex.js';
import { ORPHAN_BYTES_MAX, ORPHAN_TTL_MS, ORPHANS_MAX, ORPHANS_PER_PEER_MAX } from '../limits.js';

/** A block that waits for its header. */
export interface Orphan {
  /** 32 bytes. */
  readonly hash: Uint8Array;
  /** 32 bytes: the header before it, as announced. */
  readonly parent: Uint8Array;
  readonly body: Uint8Array;
  /** Who sent it. */
  readonly peerId: string;
  /** Monotonic ms of its arrival. */
  readonly arrivedAt: number;
}

/** What became of a block that was to be added. */
export type OrphanAdded = 'added' | 'duplicate' | 'refused';

/** Bounds to change, for tests. */
export interface OrphanPoolOptions {
  readonly orphansMax?: number;
  readonly bytesMax?: number;
  readonly perPeerMax?: number;
}

/** The pool of orphans; see the head of this file. */
export class OrphanPool {
  /** By hash, oldest first. */
  readonly #blocks = new Map<string, Orphan>();
  readonly #byParent = new Map<string, Set<string>>();
  readonly #ofPeer = new Map<string, number>();
  readonly #orphansMax: number;
  readonly #bytesMax: number;
  readonly #perPeerMax: number;
  #bytes = 0;

  constructor(options: OrphanPoolOptions = {}) {
    this.#orphansMax = options.orphansMax ?? ORPHANS_MAX;
    this.#bytesMax = options.bytesMax ?? ORPHAN_BYTES_MAX;
    this.#perPeerMax = options.perPeerMax ?? ORPHANS_PER_PEER_MAX;
  }

  get size(): number {
    return this.#blocks.size;
  }

  /** Of all bodies. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Parents that blocks here wait for. */
  get parents(): number {
    return this.#byParent.size;
  }

  has(hash: Uint8Array): boolean {
    return this.#blocks.has(bytesToHex(hash));
  }

  countOf(peerId: string): number {
    return this.#ofPeer.get(peerId) ?? 0;
  }

  /**
   * Puts a block in; what had to go for it is gone then.
   *
   * @param isVerified  whether a header is verified: the parent of one that is has the better claim to its place
   */
  add(orphan: Orphan, isVerified: (hash: Uint8Array) => boolean): OrphanAdded {
    const key = bytesToHex(orphan.hash);
    if (this.#blocks.has(key)) return 'duplicate';
    if (orphan.body.length > this.#bytesMax) return 'refused';
    const { peerId } = orphan;
    if (this.countOf(peerId) >= this.#perPeerMax) this.#removeOneOf(peerId, isVerified);
    while (this.#blocks.size >= this.#orphansMax || this.#bytes + orphan.body.length > this.#bytesMax) {
      const [greedy, count] = this.#mostOf();
      if (greedy !== peerId && count <= this.countOf(peerId) + 1) return 'refused';
      this.#removeOneOf(greedy, isVerified);
    }
    this.#blocks.set(key, orphan);
    this.#bytes += orphan.body.length;
    this.#ofPeer.set(peerId, this.countOf(peerId) + 1);
    const parent = bytesToHex(orphan.parent);
    const siblings = this.#byParent.get(parent) ?? new Set();
    this.#byParent.set(parent, siblings.add(key));
    return 'added';
  }

  /**
   * Takes out every block of a branch whose header is verified, parents first: the one with this hash, then those that
   * wait for it, and so on. Siblings come in the order of their arrival; one that is not verified stops nobody but its
   * own descendants.
   */
  adopt(hash: Uint8Array, isVerified: (hash: Uint8Array) => boolean): Orphan[] {
    if (this.#blocks.size === 0 || !isVerified(hash)) return [];
    const adopted: Orphan[] = [];
    // Headers whose children are to be looked at; grows while it is read, and each block enters it once.
    const parents = [bytesToHex(hash)];
    const own = this.#take(parents[0] as string);
    if (own !== undefined) adopted.push(own);
    for (const parent of parents) {
      for (const key of [...(this.#byParent.get(parent) ?? [])]) {
        const block = this.#blocks.get(key);
        if (block === undefined || !isVerified(block.hash)) continue;
        this.#remove(key, block);
        adopted.push(block);
        parents.push(key);
      }
    }
    return adopted;
  }

  /** Takes out what has waited for ORPHAN_TTL_MS. */
  expire(now: number): Orphan[] {
    const expired: Orphan[] = [];
    for (const [key, block] of this.#blocks) {
      // Oldest first, so the rest is younger.
      if (now < block.arrivedAt + ORPHAN_TTL_MS) break;
      this.#remove(key, block);
      expired.push(block);
    }
    return expired;
  }

  /** Takes out all that a peer brought: it was found to lie. */
  dropPeer(peerId: string): number {
    const before = this.#blocks.size;
    if (this.countOf(peerId) === 0) return 0;
    for (const [key, block] of this.#blocks) if (block.peerId === peerId) this.#remove(key, block);
    return before - this.#blocks.size;
  }

  #take(key: string): Orphan | undefined {
    const block = this.#blocks.get(key);
    if (block !== undefined) this.#remove(key, block);
    return block;
  }

  /** The peer with the most blocks, the first of several. There is one whenever the pool is not empty. */
  #mostOf(): [peerId: string, count: number] {
    let most: [string, number] = ['', 0];
    for (const each of this.#ofPeer) if (each[1] > most[1]) most = each;
    return most;
  }

  /** The oldest block of a peer that waits for nothing known; the oldest of all of them if there is none. */
  #removeOneOf(peerId: string, isVerified: (hash: Uint8Array) => boolean): void {
    let oldest: [string, Orphan] | undefined;
    for (const entry of this.#blocks) {
      const { peerId: owner, parent } = entry[1];
      if (owner !== peerId) continue;
      oldest ??= entry;
      if (this.has(parent) || isVerified(parent)) continue;
      this.#remove(...entry);
      return;
    }
    if (oldest !== undefined) this.#remove(...oldest);
  }

  #remove(key: string, { parent, peerId, body }: Orphan): void {
    this.#blocks.delete(key);
    this.#bytes -= body.length;
    const left = this.countOf(peerId) - 1;
    if (left === 0) this.#ofPeer.delete(peerId);
    else this.#ofPeer.set(peerId, left);
    const parentKey = bytesToHex(parent);
    const siblings = this.#byParent.get(parentKey);
    siblings?.delete(key);
    if (siblings?.size === 0) this.#byParent.delete(parentKey);
  }
}
