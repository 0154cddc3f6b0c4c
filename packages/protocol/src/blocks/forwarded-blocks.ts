/**
 * Bodies that a peer asks for and that are not kept here, where a full node is connected that has them: they are fetched from
 * it and passed on. Only gateways are connected to full nodes. Without one, whoever asked is told that the body is not here,
 * or everyone would wait for everyone.
 *
 * Memory: FORWARDED_BLOCKS_MAX bodies that are being fetched, and as many that have come, with FORWARDED_BYTES_MAX.
 */
import { bytesToHex } from '../bytes/hex.js';
import { FORWARDED_BLOCKS_MAX, FORWARDED_BYTES_MAX } from '../limits.js';
import type { PeerSet } from '../peer/peer-set.js';
import type { BodySource } from './block-server.js';
import type { RequestedBlocks } from './requested-blocks.js';

/** What it takes of the node around it. */
export interface ForwardContext {
  /** What the node has itself. */
  readonly kept: BodySource;
  /** Fetches bodies. */
  readonly requested: RequestedBlocks;
  /** All peers, full nodes among them. */
  readonly peers: PeerSet;
  /** The node around it. */
  readonly listener: {
    /** Monotonic ms of the step that is being taken. */
    now(): number;
    /** Whether headers are on their way. */
    isSyncing(): boolean;
  };
}

/** Serves what the node has, and what a full node has. */
export class ForwardedBlocks implements BodySource {
  readonly #fetching = new Set<string>();
  /** By hash in hex, the one that was asked for least lately first. */
  readonly #bodies = new Map<string, Uint8Array>();
  #bytes = 0;

  constructor(
    /** Where it fetches from, and for whom. */
    readonly context: ForwardContext,
  ) {}

  whereabouts(hash: Uint8Array): 'here' | 'coming' | 'unknown' {
    const where = this.context.kept.whereabouts(hash);
    if (where !== 'unknown') return where;
    const key = bytesToHex(hash);
    if (this.#bodies.has(key)) return 'here';
    if (!this.#fetching.has(key) && !this.#fetch(key, hash)) return 'unknown';
    return this.#bodies.has(key) ? 'here' : 'coming';
  }

  read(hash: Uint8Array, reader: (body: Uint8Array | undefined) => void): void {
    const key = bytesToHex(hash);
    const body = this.#bodies.get(key);
    if (body === undefined) {
      this.context.kept.read(hash, reader);
      return;
    }
    this.#bodies.delete(key);
    this.#bodies.set(key, body);
    reader(body);
  }

  /** @returns whether it is being fetched */
  #fetch(key: string, hash: Uint8Array): boolean {
    const { peers, listener } = this.context;
    // A chain that grows by thousands of headers has another tip before any body is here.
    if (!peers.hasFullNode || listener.isSyncing() || this.#fetching.size >= FORWARDED_BLOCKS_MAX)
      return false;
    this.#fetching.add(key);
    // Only what a verified header commits to is fetched; of any other hash it says at once that it is unknown.
    this.context.requested.request(
      hash,
      (result) => {
        this.#fetching.delete(key);
        if (result.ok) this.#keep(key, result.body);
      },
      listener.now(),
    );
    return this.#fetching.has(key) || this.#bodies.has(key);
  }

  #keep(key: string, body: Uint8Array): void {
    this.#bodies.set(key, body);
    this.#bytes += body.length;
    for (const [oldest, { length }] of this.#bodies) {
      if (this.#bodies.size <= FORWARDED_BLOCKS_MAX && this.#bytes <= FORWARDED_BYTES_MAX) return;
      this.#bodies.delete(oldest);
      this.#bytes -= length;
    }
  }
}
