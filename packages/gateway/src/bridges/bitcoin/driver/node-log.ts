/**
 * What the log and the metrics say of full nodes: a line when one comes and when it goes, and when the last one goes. A node
 * that cannot be reached is dialed again and again, and has one line until it is there.
 *
 * Memory: a word for each node that is away, NODES_AWAY_MAX at most, and a number for each code.
 */
import type { Logger } from 'pino';
import { NODES_AWAY_MAX } from '../../../limits.js';
import { bitcoinFaults } from '../bitcoin-faults.js';
import type { EndReason } from '../bridge.js';
import { formatPlace, type NodePlace } from '../node-place.js';
import type { NodeFacts } from '../session/node-facts.js';
import { sessionFaults } from '../session/session-faults.js';

const sentences: ReadonlyMap<string, string> = new Map(
  Object.entries({ ...bitcoinFaults, ...sessionFaults }),
);

/** See the head of this file. */
export class NodeLog {
  /** How often connections ended, by the code of what the node did wrong. */
  readonly faults = new Map<string, number>();
  /** Why they ended, of those that are away. */
  readonly #away = new Map<string, string>();
  #isLost = false;

  constructor(readonly log: Logger) {}

  /** @param count  how many are connected now */
  connected(place: NodePlace, { userAgent, startHeight }: NodeFacts, count: number): void {
    const node = formatPlace(place);
    this.#away.delete(node);
    this.#isLost = false;
    this.log.info({ node, userAgent, height: startHeight, fullNodes: count }, 'full node connected');
  }

  /**
   * A connection ended, or none came about.
   *
   * @param reason  a code of this bridge or of the core, or what the system says
   * @param count  how many are connected now
   */
  ended(place: NodePlace, reason: EndReason, detail: string, count: number): void {
    const node = formatPlace(place);
    if (/^[A-Z]+_[A-Z_]+$/.test(reason)) this.faults.set(reason, (this.faults.get(reason) ?? 0) + 1);
    const wasAway = this.#away.get(node) === reason;
    this.#away.delete(node);
    this.#away.set(node, reason);
    for (const oldest of this.#away.keys()) {
      if (this.#away.size <= NODES_AWAY_MAX) break;
      this.#away.delete(oldest);
    }
    const facts = { node, reason, ...(detail === '' ? {} : { detail }) };
    const sentence = sentences.get(reason) ?? 'full node away';
    if (wasAway) this.log.debug(facts, sentence);
    else this.log.info(facts, sentence);
    if (count === 0) this.#lost({ reason });
  }

  /** No DNS seed has named a node, and none is known. */
  stranded(retryMs: number): void {
    this.#lost({ reason: 'no DNS seed answers', retryMs });
  }

  #lost(facts: object): void {
    if (this.#isLost) return;
    this.#isLost = true;
    this.log.warn(facts, 'no full node is connected, so nothing newer is heard of; it goes on trying');
  }
}
