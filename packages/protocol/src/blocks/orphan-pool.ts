/**
 * Blocks that came before their ancestry: the body is here, its header is not verified yet, since headers before it are
 * missing or their proof of work is still being computed. What is here is bytes that a peer claims something about.
 *
 * **Bounds.** Every way in is `add`, and every way out takes the block out of all three maps together (`#remove`), so
 * that no index can outlive what it points to:
 *
 * - `#blocks` holds at most ORPHANS_MAX blocks and ORPHAN_BYTES_MAX bytes: `add` makes room before it puts anything in,
 *   and refuses what could not fit into an empty pool.
 * - `#ofPeer` has a share for each peer with a block here, none of them above ORPHANS_PER_PEER_MAX: no more entries than
 *   blocks.
 * - `#byParent` has one set for each parent of a block here, with the block in it: no more entries than blocks. A parent
 *   that was invented goes with the last block that named it.
 *
 * **Who makes room.** A peer at its own cap loses its own oldest block, so it cannot touch what others brought. At the
 * caps of the pool the peer with the most loses something, of blocks or of bytes, as the cap is, if it has more than the
 * one who adds; else nothing is lost and the new block is refused. Within a peer, a block that does not descend from a
 * verified header goes before one that does; and for a block that does not, no other peer loses one that does. So an
 * invented block never costs anybody else a valid one. Only the block itself goes; its children stay, since their headers
 * may be verified all the same. What must go is settled before anything goes.
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

/** What one peer has here. */
interface Share {
  blocks: number;
  bytes: number;
}

/** A block here, with the share of its peer. */
interface Entry extends Orphan {
  readonly share: Share;
}

type IsVerified = (hash: Uint8Array) => boolean;

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
  readonly #blocks = new Map<string, Entry>();
  readonly #byParent = new Map<string, Set<string>>();
  readonly #ofPeer = new Map<string, Share>();
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
    return this.#ofPeer.get(peerId)?.blocks ?? 0;
  }

  /**
   * Puts a block in; what had to go for it is gone then.
   *
   * @param isVerified  whether a header is verified: the parent of one that is has the better claim to its place
   */
  add(orphan: Orphan, isVerified: IsVerified): OrphanAdded {
    const key = bytesToHex(orphan.hash);
    if (this.#blocks.has(key)) return 'duplicate';
    const victims = this.#victimsFor(orphan, isVerified);
    if (victims === undefined) return 'refused';
    for (const victim of victims) this.#take(victim);
    this.#bytes += orphan.body.length;
    const share = this.#ofPeer.get(orphan.peerId) ?? { blocks: 0, bytes: 0 };
    share.blocks++;
    share.bytes += orphan.body.length;
    this.#ofPeer.set(orphan.peerId, share);
    this.#blocks.set(key, { ...orphan, share });
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
  adopt(hash: Uint8Array, isVerified: IsVerified): Orphan[] {
    if (this.#blocks.size === 0 || !isVerified(hash)) return [];
    const adopted: Orphan[] = [];
    // Headers whose children are to be looked at; grows while it is read, and each block enters it once.
    const top = bytesToHex(hash);
    const parents = [top];
    const own = this.#take(top);
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

  /** Keys of the blocks that must go for this one; undefined if it has no claim to their places. */
  #victimsFor({ peerId, parent, body }: Orphan, isVerified: IsVerified): Set<string> | undefined {
    const victims = new Set<string>();
    if (body.length > this.#bytesMax) return undefined;
    const shares = new Map([...this.#ofPeer].map(([id, share]) => [id, { ...share }]));
    const own = shares.get(peerId) ?? { blocks: 0, bytes: 0 };
    let blocks = this.#blocks.size + 1;
    let bytes = this.#bytes + body.length;
    const descends = this.#descent(isVerified);
    const canTake = (from: string): boolean => {
      const victim = this.#firstToGo(from, victims, descends);
      const share = shares.get(from);
      if (victim === undefined || share === undefined) return false;
      if (from !== peerId && descends(victim.parent) && !descends(parent)) return false;
      victims.add(bytesToHex(victim.hash));
      share.blocks--;
      share.bytes -= victim.body.length;
      blocks--;
      bytes -= victim.body.length;
      return true;
    };
    const canTakeFromMost = (measure: (share: Share) => number, more: number): boolean => {
      const most = greediest(shares, measure);
      if (most === undefined) return false;
      const hasMore = most.amount > measure(own) + more;
      return (most.peerId === peerId || hasMore) && canTake(most.peerId);
    };
    if (own.blocks >= this.#perPeerMax && !canTake(peerId)) return undefined;
    while (blocks > this.#orphansMax) if (!canTakeFromMost((share) => share.blocks, 1)) return undefined;
    while (bytes > this.#bytesMax)
      if (!canTakeFromMost((share) => share.bytes, body.length)) return undefined;
    return victims;
  }

  /** Whether what names a hash as its parent descends from a verified header, as far as the blocks here tell. */
  #descent(isVerified: IsVerified): (parent: Uint8Array) => boolean {
    const known = new Map<string, boolean>();
    return (parent) => {
      const passed: string[] = [];
      let isRooted = false;
      for (let hash: Uint8Array | undefined = parent; hash !== undefined; ) {
        const key = bytesToHex(hash);
        // A ring of blocks that name each other leads nowhere.
        isRooted = known.get(key) ?? isVerified(hash);
        if (isRooted || known.has(key)) break;
        known.set(key, false);
        passed.push(key);
        hash = this.#blocks.get(key)?.parent;
      }
      for (const key of passed) known.set(key, isRooted);
      return isRooted;
    };
  }

  /** The oldest block of a peer that descends from nothing verified; the oldest of all of its blocks if there is none. */
  #firstToGo(
    peerId: string,
    gone: ReadonlySet<string>,
    descends: (parent: Uint8Array) => boolean,
  ): Orphan | undefined {
    let oldest: Orphan | undefined;
    for (const [key, block] of this.#blocks) {
      if (block.peerId !== peerId || gone.has(key)) continue;
      if (!descends(block.parent)) return block;
      oldest ??= block;
    }
    return oldest;
  }

  #remove(key: string, { parent, peerId, body, share }: Entry): void {
    this.#blocks.delete(key);
    this.#bytes -= body.length;
    share.blocks--;
    share.bytes -= body.length;
    if (share.blocks === 0) this.#ofPeer.delete(peerId);
    const parentKey = bytesToHex(parent);
    const siblings = this.#byParent.get(parentKey);
    siblings?.delete(key);
    if (siblings?.size === 0) this.#byParent.delete(parentKey);
  }
}

/** The peer with the most of something, and how much; the first of several, undefined if nobody has anything. */
function greediest(
  shares: ReadonlyMap<string, Share>,
  measure: (share: Share) => number,
): { readonly peerId: string; readonly amount: number } | undefined {
  let most: { peerId: string; amount: number } | undefined;
  for (const [peerId, share] of shares) {
    const amount = measure(share);
    if (amount > (most?.amount ?? 0)) most = { peerId, amount };
  }
  return most;
}
