/**
 * Which full nodes are offered a transaction, and when. A node that was offered one never announces it back. So some are
 * offered it at first, and the others only after a while: if one of them announces it before that, it has passed through the
 * network, and whoever sent it can be told so.
 *
 * Memory: TX_HELD_BACK_MAX names.
 */
import { bytesToHex } from '@vision-light/protocol';
import { TX_HELD_BACK_MAX, TX_HELD_BACK_MS, TX_OFFERED_NODES } from './bridge-limits.js';

interface HeldBack<Node> {
  readonly relayId: Uint8Array;
  /** Nodes that are offered it now. */
  readonly offered: Set<Node>;
  /** Nodes that are offered it later. */
  readonly waiting: Set<Node>;
  readonly until: number;
}

/** See the head of this file. */
export class TransactionOffers<Node> {
  /** By name in hex, oldest first. */
  readonly #held = new Map<string, HeldBack<Node>>();

  /**
   * @param nodes  the full nodes that there are, in any order
   * @param offer  tells one of them
   */
  constructor(
    readonly nodes: () => readonly Node[],
    readonly offer: (node: Node, relayIds: readonly Uint8Array[]) => void,
  ) {}

  /** The core wants a node to be told. */
  wanted(node: Node, relayIds: readonly Uint8Array[], now: number): void {
    const most = Math.max(1, Math.min(TX_OFFERED_NODES, Math.floor(this.nodes().length / 2)));
    const offered = relayIds.filter((id) => {
      const held = this.#heldOf(id, now);
      if (held.offered.has(node) || held.offered.size < most) held.offered.add(node);
      else held.waiting.add(node);
      return held.offered.has(node);
    });
    if (offered.length > 0) this.offer(node, offered);
  }

  /** A node announces these, so it need not be told. */
  announced(node: Node, names: readonly Uint8Array[]): void {
    for (const name of names) this.#held.get(bytesToHex(name))?.waiting.delete(node);
  }

  gone(node: Node): void {
    for (const { offered, waiting } of this.#held.values()) {
      offered.delete(node);
      waiting.delete(node);
    }
  }

  /** Tells those that have waited long enough. */
  advance(now: number): void {
    for (const [key, held] of this.#held) {
      if (now < held.until) return;
      this.#release(key, held);
    }
  }

  nextWake(): number | undefined {
    const [oldest] = this.#held.values();
    return oldest?.until;
  }

  #heldOf(relayId: Uint8Array, now: number): HeldBack<Node> {
    const key = bytesToHex(relayId);
    const known = this.#held.get(key);
    if (known !== undefined) return known;
    const held = {
      relayId: relayId.slice(),
      offered: new Set<Node>(),
      waiting: new Set<Node>(),
      until: now + TX_HELD_BACK_MS,
    };
    this.#held.set(key, held);
    const [oldest] = this.#held;
    if (this.#held.size > TX_HELD_BACK_MAX && oldest !== undefined) this.#release(...oldest);
    return held;
  }

  #release(key: string, { waiting, relayId }: HeldBack<Node>): void {
    this.#held.delete(key);
    for (const node of waiting) this.offer(node, [relayId]);
  }
}
