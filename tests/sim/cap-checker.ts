/** What must hold of a node's effects, seen from outside: what is under way never exceeds what `effect.ts` promises. */
import {
  BLOCK_DEMANDS_MAX,
  BODY_BYTES_WORST_MAX,
  BODY_READS_MAX,
  DEFERRED_REQUESTS_MAX,
  type Effect,
  type NodeEventBody,
  ORPHAN_BYTES_MAX,
  ORPHANS_MAX,
  ORPHANS_PER_PEER_MAX,
  PEERS_MAX,
  SIDE_HEADERS_MAX,
  UNSENT_BYTES_MAX,
  WANTED_BLOCKS_MAX,
  WINDOW_MAX,
} from '@vision-light/protocol';

/** What may be sent in one step beyond the cap: the node looks at it once a step. */
const STEP_BYTES_MAX = 4 * 2 ** 20;

/** What is looked at of a node; a `LightNode` has it, and so does what a test puts in its place. */
export interface CheckedNode {
  readonly status: { readonly peers: number };
  readonly tree: { readonly sideCount: number; readonly family: { readonly bodyBytesMax: number } };
  readonly blocks: {
    readonly download: {
      readonly pending: number;
      readonly bytesInFlight: number;
      windowOf(peer: string): { readonly size: number } | undefined;
    };
    readonly orphans: {
      readonly size: number;
      readonly bytes: number;
      readonly parents: number;
      countOf(peer: string): number;
    };
    /** All of them, also those that have not said hello. */
    readonly peers: Iterable<{ readonly id: string; readonly deferred: readonly unknown[] }> & {
      readonly size: number;
    };
  };
}

export class CapChecker {
  readonly #jobs = new Set<number>();
  #writes = 0;
  #bodyWrites = 0;
  readonly #bodyReads = new Set<number>();
  readonly #unsent = new Map<string, number>();
  /** Requests of the application for blocks that are not answered. */
  #demands = 0;
  #unsentMax = 0;

  constructor(
    readonly node: CheckedNode,
    readonly jobsMax: number,
    readonly peersMax = PEERS_MAX,
  ) {}

  /** The most bytes that ever waited for one peer. */
  get unsentMax(): number {
    return this.#unsentMax;
  }

  /** Bytes that wait for all peers together. */
  get unsentTotal(): number {
    let total = 0;
    for (const bytes of this.#unsent.values()) total += bytes;
    return total;
  }

  before(event: NodeEventBody): void {
    if (event.type === 'powVerified') this.#jobs.delete(event.job);
    if (event.type === 'stored' || event.type === 'storeFailed') this.#writes = 0;
    if (event.type === 'bodiesStored' || event.type === 'bodiesFailed') this.#bodyWrites = 0;
    if (event.type === 'bodyRead') this.#bodyReads.delete(event.read);
    if (event.type === 'sendDrained') this.#unsent.set(event.peer, event.bufferedBytes);
    if (event.type === 'peerDisconnected') this.#unsent.delete(event.peer);
    if (event.type === 'command' && event.command.kind === 'block') this.#demands++;
  }

  performed(effect: Effect): void {
    if (effect.type === 'verifyPow') this.#jobs.add(effect.job);
    if (effect.type === 'store') this.#writes++;
    if (effect.type === 'storeBodies') this.#bodyWrites++;
    if (effect.type === 'readBody') this.#bodyReads.add(effect.read);
    if (effect.type === 'emit') {
      if (effect.notice.type === 'block') this.#demands--;
      // Nobody is answered any more.
      if (effect.notice.type === 'closed') this.#demands = Number.NEGATIVE_INFINITY;
    }
    if (effect.type === 'disconnect') this.#unsent.delete(effect.peer);
    if (effect.type !== 'send') return;
    const unsent = (this.#unsent.get(effect.peer) ?? 0) + effect.bytes.length;
    this.#unsent.set(effect.peer, unsent);
    this.#unsentMax = Math.max(this.#unsentMax, unsent);
  }

  /** @throws {Error} naming the cap that does not hold */
  check(): void {
    const { node } = this;
    const holds = (what: string, value: number, max: number): void => {
      if (value > max) throw new Error(`${what}: ${value} is more than ${max}`);
    };
    holds('hash jobs under way', this.#jobs.size, this.jobsMax);
    holds('writes under way', this.#writes, 1);
    holds('headers beside the best chain', node.tree.sideCount, SIDE_HEADERS_MAX);
    const { download, orphans, peers } = node.blocks;
    holds('body writes under way', this.#bodyWrites, 1);
    holds('body reads under way', this.#bodyReads.size, BODY_READS_MAX);
    holds('bodies wanted', download.pending, WANTED_BLOCKS_MAX);
    holds('bytes of bodies under way', download.bytesInFlight, BODY_BYTES_WORST_MAX);
    holds('orphans', orphans.size, ORPHANS_MAX);
    holds('bytes of orphans', orphans.bytes, ORPHAN_BYTES_MAX);
    holds('parents of orphans', orphans.parents, orphans.size);
    holds('peers', peers.size, this.peersMax);
    holds('peers that said hello', node.status.peers, peers.size);
    for (const { id, deferred } of peers) {
      holds('requests of one peer that wait', deferred.length, DEFERRED_REQUESTS_MAX);
      holds('orphans of one peer', orphans.countOf(id), ORPHANS_PER_PEER_MAX);
      holds('the window of one peer', download.windowOf(id)?.size ?? 0, WINDOW_MAX);
    }
    holds('blocks that the application waits for', this.#demands, BLOCK_DEMANDS_MAX);
    holds('bytes that wait for one peer', this.#unsentMax, UNSENT_BYTES_MAX + STEP_BYTES_MAX);
  }
}
