/** What must hold of a node's effects, seen from outside: what is under way never exceeds what `effect.ts` promises. */
import {
  BODY_BYTES_WORST_MAX,
  BODY_READS_MAX,
  type Effect,
  type LightNode,
  type NodeEventBody,
  ORPHAN_BYTES_MAX,
  ORPHANS_MAX,
  PEERS_MAX,
  SIDE_HEADERS_MAX,
  UNSENT_BYTES_MAX,
  WANTED_BLOCKS_MAX,
} from '@vision-light/protocol';

/** What may be sent in one step beyond the cap: the node looks at it once a step. */
const STEP_BYTES_MAX = 4 * 2 ** 20;

export class CapChecker {
  readonly #jobs = new Set<number>();
  #writes = 0;
  #bodyWrites = 0;
  readonly #bodyReads = new Set<number>();
  readonly #unsent = new Map<string, number>();
  #unsentMax = 0;

  constructor(
    readonly node: LightNode,
    readonly jobsMax: number,
    readonly peersMax = PEERS_MAX,
  ) {}

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
  }

  performed(effect: Effect): void {
    if (effect.type === 'verifyPow') this.#jobs.add(effect.job);
    if (effect.type === 'store') this.#writes++;
    if (effect.type === 'storeBodies') this.#bodyWrites++;
    if (effect.type === 'readBody') this.#bodyReads.add(effect.read);
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
    const { download, orphans } = node.blocks;
    holds('body writes under way', this.#bodyWrites, 1);
    holds('body reads under way', this.#bodyReads.size, BODY_READS_MAX);
    holds('bodies wanted', download.pending, WANTED_BLOCKS_MAX);
    holds('bytes of bodies under way', download.bytesInFlight, BODY_BYTES_WORST_MAX);
    holds('orphans', orphans.size, ORPHANS_MAX);
    holds('bytes of orphans', orphans.bytes, ORPHAN_BYTES_MAX);
    holds('parents of orphans', orphans.parents, orphans.size);
    holds('peers', node.status.peers, this.peersMax);
    holds('bytes that wait for one peer', this.#unsentMax, UNSENT_BYTES_MAX + STEP_BYTES_MAX);
  }
}
