/**
 * Blocks that were asked for when a peer announced them, together with their headers. A body that comes before its
 * header is verified waits in the orphan pool.
 *
 * Memory: ANNOUNCED_BLOCKS_PER_PEER_MAX entries for each peer of the last BLOCK_DEMAND_TIMEOUT_MS, and the pool.
 */
import { bytesToHex } from '../bytes/hex.js';
import { ANNOUNCED_BLOCKS_PER_PEER_MAX, BLOCK_DEMAND_TIMEOUT_MS, ORPHAN_SWEEP_MS } from '../limits.js';
import type { Counters } from '../peer/counters.js';
import type { HeaderTree } from '../tree/header-tree.js';
import type { Announce } from '../wire/messages/announce.js';
import { type Orphan, OrphanPool } from './orphan-pool.js';

interface Announced {
  readonly hash: Uint8Array;
  readonly parent: Uint8Array;
  readonly peerId: string;
  readonly until: number;
}

/** Blocks of which only their announcement is known, and those bodies of them that are here. */
export class AnnouncedBlocks {
  readonly orphans = new OrphanPool();
  /** By hash in hex; oldest first. */
  readonly #announced = new Map<string, Announced>();
  #sweepAt: number | undefined;

  constructor(
    readonly tree: HeaderTree,
    readonly counters: Counters,
  ) {}

  /** Whether a peer may name another one. */
  mayAdd(peerId: string): boolean {
    let count = 0;
    for (const announced of this.#announced.values()) if (announced.peerId === peerId) count++;
    return count < ANNOUNCED_BLOCKS_PER_PEER_MAX;
  }

  /** A peer was asked for the body of what it announced. */
  add(peerId: string, { hash, prev }: Announce, now: number): void {
    const until = now + BLOCK_DEMAND_TIMEOUT_MS;
    this.#announced.set(bytesToHex(hash), { hash: hash.slice(), parent: prev.slice(), peerId, until });
  }

  /** The body is not wanted any more. */
  forget(hash: Uint8Array): void {
    this.#announced.delete(bytesToHex(hash));
  }

  /** A body came whose header is not in the tree. */
  arrived(peerId: string, hash: Uint8Array, body: Uint8Array, now: number): void {
    const key = bytesToHex(hash);
    const announced = this.#announced.get(key);
    this.#announced.delete(key);
    // Asked for by its header, which the tree has dropped since.
    if (announced === undefined) return;
    const before = this.orphans.size;
    const { parent } = announced;
    const orphan = { hash: announced.hash, parent, body: body.slice(), peerId, arrivedAt: now };
    const added = this.orphans.add(orphan, this.#isVerified) === 'added' ? 1 : 0;
    this.counters.count('vision_p2p_orphans_inserted_total', added);
    this.#countGone(before + added - this.orphans.size);
    this.#sweepAt ??= now + ORPHAN_SWEEP_MS;
  }

  /** Whether no body is awaited or waits: then no header changes anything. */
  get isIdle(): boolean {
    return this.#announced.size === 0 && this.orphans.size === 0;
  }

  /**
   * A header is in the tree.
   *
   * @returns whether its body is still to come, and what waited for it, parents first
   */
  verified(hash: Uint8Array): { readonly isComing: boolean; readonly adopted: readonly Orphan[] } {
    const isComing = this.#announced.size > 0 && this.#announced.delete(bytesToHex(hash));
    const adopted = this.orphans.adopt(hash, this.#isVerified);
    this.counters.count('vision_p2p_orphans_adopted_total', adopted.length);
    this.#countGone(adopted.length);
    return { isComing, adopted };
  }

  /** A peer was sent away: what it brought is in doubt. */
  distrust(peerId: string): void {
    this.#countGone(this.orphans.dropPeer(peerId));
  }

  /** Gives up what has waited too long; @returns hashes of what is not to be asked for any more */
  sweep(now: number): Uint8Array[] {
    const late: Uint8Array[] = [];
    for (const { hash, until } of this.#announced.values()) {
      if (now < until) break;
      late.push(hash);
    }
    if (this.#sweepAt !== undefined && now >= this.#sweepAt) {
      const expired = this.orphans.expire(now).length;
      this.counters.count('vision_p2p_orphans_pruned_total', expired);
      this.#countGone(expired);
      this.#sweepAt = this.orphans.size > 0 ? now + ORPHAN_SWEEP_MS : undefined;
    }
    return late;
  }

  nextWake(): number | undefined {
    const [oldest] = this.#announced.size > 0 ? this.#announced.values() : [];
    const late = oldest?.until;
    if (this.#sweepAt === undefined || (late !== undefined && late < this.#sweepAt)) return late;
    return this.#sweepAt;
  }

  #countGone(count: number): void {
    this.counters.count('vision_p2p_orphans_resolved_total', count);
  }

  readonly #isVerified = (hash: Uint8Array): boolean => this.tree.find(hash) !== undefined;
}
