/**
 * Block bodies from a full node: each hash of a request of the core becomes a request for that block with its witnesses, and
 * has one answer. The core says how many may be in flight, and judges what comes.
 *
 * Memory: the hashes of BLOCK_REQUESTS_MAX blocks.
 */
import { bytesToHex, type GetBlocks, type Message } from '@vision-light/protocol';
import type { KnownMessage } from '../wire/message.js';
import { inventoryKinds } from '../wire/messages/inventory.js';
import type { ChainView } from './chain-view.js';
import type { NodeFault } from './session-faults.js';
import { BLOCK_REQUESTS_MAX, BLOCK_TIMEOUT_MS, PRUNED_BLOCKS } from './session-limits.js';

/** Where its messages go. */
export interface BlockLinkPort {
  /** To the full node. */
  write(message: KnownMessage): void;
  /** To the core. */
  say(message: Message): void;
}

interface Awaited {
  readonly requestId: number;
  readonly hash: Uint8Array;
  deadline: number;
}

/** See the head of this file. */
export class BlockLink {
  /** By hash in hex, oldest first. */
  readonly #awaited = new Map<string, Awaited>();

  /** @param hasAll  false for a node that has the newest blocks only (BIP159), and disconnects whoever asks for others */
  constructor(
    readonly view: ChainView,
    readonly port: BlockLinkPort,
    readonly hasAll: boolean,
  ) {}

  /** The core asks for bodies. */
  requested({ requestId, hashes }: GetBlocks, now: number): void {
    const own = hashes.map((hash) => hash.slice());
    const asked = own.filter((hash) => this.#mayHave(hash)).slice(0, BLOCK_REQUESTS_MAX - this.#awaited.size);
    const refused = own.filter((hash) => !asked.includes(hash));
    for (const hash of asked)
      this.#awaited.set(bytesToHex(hash), { requestId, hash, deadline: now + BLOCK_TIMEOUT_MS });
    if (asked.length > 0)
      this.port.write({
        command: 'getdata',
        items: asked.map((hash) => ({ kind: inventoryKinds.WITNESS_BLOCK, hash })),
      });
    if (refused.length > 0) this.port.say({ type: 'notFound', requestId, hashes: refused });
  }

  /** The node has sent a block. */
  received(header: Uint8Array, body: Uint8Array, now: number): NodeFault | undefined {
    const hash = this.view.hashHeaders(header);
    const awaited = this.#take(hash);
    if (awaited === undefined) return 'BITCOIN_UNSOLICITED';
    // Those behind it could not come before: a slow line is given the time of each.
    for (const each of this.#awaited.values()) each.deadline = now + BLOCK_TIMEOUT_MS;
    this.port.say({ type: 'blocks', requestId: awaited.requestId, hash, body });
    return undefined;
  }

  /** The node does not have a block. */
  notFound(hash: Uint8Array): void {
    const awaited = this.#take(hash);
    if (awaited !== undefined)
      this.port.say({ type: 'notFound', requestId: awaited.requestId, hashes: [awaited.hash] });
  }

  /** Gives up what is overdue: a full node does not answer for a block that it does not have. */
  advance(now: number): void {
    for (const { hash, deadline } of this.#awaited.values()) {
      if (now < deadline) return;
      this.notFound(hash);
    }
  }

  /** When an answer of the node is overdue. */
  nextWake(): number | undefined {
    const [oldest] = this.#awaited.values();
    return oldest?.deadline;
  }

  #mayHave(hash: Uint8Array): boolean {
    const height = this.view.heightOf(hash);
    return this.hasAll || height === undefined || height > this.view.tipHeight - PRUNED_BLOCKS;
  }

  #take(hash: Uint8Array): Awaited | undefined {
    const key = bytesToHex(hash);
    const awaited = this.#awaited.get(key);
    this.#awaited.delete(key);
    return awaited;
  }
}
