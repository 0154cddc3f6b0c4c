/** What must hold of a node's effects, seen from outside: what is under way never exceeds what `effect.ts` promises. */
import {
  type Effect,
  type LightNode,
  type NodeEventBody,
  PEERS_MAX,
  SIDE_HEADERS_MAX,
  UNSENT_BYTES_MAX,
} from '@vision-light/protocol';

/** What may be sent in one step beyond the cap: the node looks at it once a step. */
const STEP_BYTES_MAX = 4 * 2 ** 20;

export class CapChecker {
  readonly #jobs = new Set<number>();
  #writes = 0;
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
    if (event.type === 'sendDrained') this.#unsent.set(event.peer, event.bufferedBytes);
    if (event.type === 'peerDisconnected') this.#unsent.delete(event.peer);
  }

  performed(effect: Effect): void {
    if (effect.type === 'verifyPow') this.#jobs.add(effect.job);
    if (effect.type === 'store') this.#writes++;
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
    holds('peers', node.status.peers, this.peersMax);
    holds('bytes that wait for one peer', this.#unsentMax, UNSENT_BYTES_MAX + STEP_BYTES_MAX);
  }
}
