/**
 * Which branches have to show their work first, and the passes over them (presync.ts).
 *
 * A branch has enough work if it reaches the network's minimum chainwork and comes within 144 blocks of our own tip: what
 * is below both is no chain that anybody should follow, and costs little to make. Where the last header in the tree that
 * the branch begins on has as much already, nothing is in the way. Where the first answer brings the branch there, nothing of
 * that answer counts unless all of it is proven, for what it claims may be invented.
 *
 * Memory: PRESYNCS_MAX passes, those of the leader and of peers whose turn was interrupted, each below
 * PRESYNC_BYTES_MAX. Above it the one that led longest ago is forgotten, and begins anew.
 */
import { ByteReader } from '../../bytes/byte-reader.js';
import { areEqual } from '../../bytes/compare-bytes.js';
import type { SecretStream } from '../../bytes/secret-stream.js';
import { PRESYNCS_MAX, RECENT_BLOCKS } from '../../limits.js';
import type { Peer } from '../../peer/peer.js';
import type { HeaderTree } from '../../tree/header-tree.js';
import type { Headers } from '../../wire/messages/headers.js';
import type { Lead } from '../lead.js';
import { Presync } from './presync.js';

/** Why a turn ends with its first answer. */
export type Obstacle =
  /** A side branch that was dropped here after it was named. */
  | { readonly kind: 'dropped here' }
  /** The base of this tree is not on the peer's chain. */
  | { readonly kind: 'below the base' }
  /** The peer has no more headers, and these do not suffice. `shown`: chainwork of its branch, as far as claimed. */
  | { readonly kind: 'too little work'; readonly shown: bigint };

/** The bar that branches have to pass, and those that are on their way. */
export class LowWork {
  /** Least recently led first. */
  readonly #presyncs = new Map<Peer, Presync>();
  /** The peer for whose branch the tree keeps a place. */
  #reservedFor: Peer | undefined;

  constructor(
    readonly tree: HeaderTree,
    /** What the network, or the application, demands; more once a checkpoint was given up that claims more. */
    public minChainwork: bigint,
    readonly secrets: SecretStream,
  ) {}

  /** Chainwork that a branch has to show. */
  get enough(): bigint {
    const nearTip = this.tree.chainwork(this.tree.tip) - this.#recentWork;
    if (nearTip < this.minChainwork) return this.minChainwork;
    return nearTip;
  }

  /** Work of the newest blocks, as much as a branch may lack. */
  get #recentWork(): bigint {
    const { tree } = this;
    return BigInt(RECENT_BLOCKS) * tree.family.work(tree.record(tree.tip));
  }

  /** Bytes that all passes hold, and those of one peer. */
  bytes(peer?: Peer): number {
    if (peer !== undefined) return this.#presyncs.get(peer)?.bytes ?? 0;
    return [...this.#presyncs.values()].reduce((sum, { bytes }) => sum + bytes, 0);
  }

  /**
   * The first answer of a turn tells where the peer's branch leaves ours, and whether it has to show its work first.
   *
   * @returns what keeps the turn from going on, if anything does
   */
  connect(lead: Lead, { parent, count, payload }: Headers, wallTime: number): Obstacle | undefined {
    const { tree } = this;
    const { peer } = lead;
    if (lead.presync !== undefined && areEqual(parent, lead.presync.lastHash)) return undefined;
    // It has left the branch that it had shown.
    this.drop(peer);
    lead.presync = undefined;
    const base = tree.find(parent);
    if (base === undefined)
      return { kind: areEqual(parent, tree.family.genesis.hash) ? 'below the base' : 'dropped here' };
    lead.baseHeight = tree.height(base);
    const { enough } = this;
    let shown = tree.chainwork(base);
    if (shown >= enough || count === 0) return undefined;
    shown = this.#claimed(shown, payload, count, parent, lead.baseHeight) ?? enough;
    if (shown >= enough) lead.isFirstWhole = true;
    else if (lead.isExhausted) return { kind: 'too little work', shown };
    else lead.presync = this.#begin(peer, base, wallTime);
    return undefined;
  }

  /** @returns chainwork after some headers, as far as they claim; undefined if something is wrong with them */
  #claimed(
    before: bigint,
    payload: Uint8Array,
    count: number,
    parent: Uint8Array,
    parentHeight: number,
  ): bigint | undefined {
    const { family } = this.tree;
    if (count * family.encodedHeaderBytesMin > payload.length) return undefined;
    const batch = family.decodeBatch(new ByteReader(payload), count, parent, parentHeight);
    if (typeof batch === 'string' || batch.fault !== undefined) return undefined;
    let work = before;
    for (let i = 0; i < count; i++) work += family.work(batch.records, i * family.recordBytes);
    return work;
  }

  /** The first pass over a branch begins. */
  #begin(peer: Peer, base: number, wallTime: number): Presync {
    const { tree } = this;
    const presync = new Presync(
      tree.family,
      tree.ancestry(base),
      tree.hash(base),
      tree.chainwork(base),
      this.enough,
      this.secrets,
      wallTime,
    );
    const [oldest] = this.#presyncs.keys();
    if (this.#presyncs.size >= PRESYNCS_MAX && oldest !== undefined) this.drop(oldest);
    this.#presyncs.set(peer, presync);
    return presync;
  }

  /** The pass of a peer that leads again, if it can be continued. */
  resume(peer: Peer): Presync | undefined {
    const presync = this.#presyncs.get(peer);
    if (presync === undefined) return undefined;
    this.drop(peer);
    const { enough } = this;
    if (presync.pass === 'first' && presync.enough < enough) presync.enough = enough;
    // Our own chain grows meanwhile. By as much again as a branch may lack: then what this one has shown is too little.
    if (presync.enough < enough - this.#recentWork) return undefined;
    this.#presyncs.set(peer, presync);
    return presync;
  }

  drop(peer: Peer): void {
    this.#presyncs.delete(peer);
  }

  /** The tree begins anew: where the branches begin is not known any more. */
  restart(): void {
    this.#presyncs.clear();
    this.#reservedFor = undefined;
  }

  /**
   * A branch in its second pass gets a place in the tree, which it keeps until all of it has come or another one needs it.
   *
   * @returns false if there is none: then the passes are over
   */
  reserve(peer: Peer): boolean {
    const presync = this.#presyncs.get(peer);
    if (presync?.pass !== 'second') return true;
    this.#reservedFor = peer;
    if (this.tree.reserveSide(presync.count)) return true;
    this.drop(peer);
    return false;
  }

  /** The branch of a peer needs no place any longer. */
  unreserve(peer: Peer): void {
    if (this.#reservedFor !== peer) return;
    this.#reservedFor = undefined;
    this.tree.reserveSide(0);
  }
}
