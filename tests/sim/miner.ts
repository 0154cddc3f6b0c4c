/** A miner of virtual hash rate: when it finds a block is drawn from the seed, and the block is then really mined. */

import { devnetMerkleRoot } from '@vision-light/protocol';
import { makeBody } from './vision-bodies.js';
import { mineHeader, visionSim } from './vision-chain.js';
import type { SimNode, World } from './world.js';

/** Bytes of transactions of the mempool in one block. */
const SELECTED_BYTES_MAX = 100_000;

export class SimMiner {
  #cancel: (() => void) | undefined;
  #tip: string | undefined;
  #isStopped = false;
  #blocks = 0;
  /** When each block of any miner was found, by hash; for whoever measures. */
  onBlock: ((hash: string) => void) | undefined;

  constructor(
    readonly world: World,
    readonly node: SimNode,
    readonly hashesPerSecond: number,
    /** In each of its blocks. */
    readonly transactions = 0,
    /** About how many bytes each of them takes. */
    readonly transactionBytes = 150,
  ) {}

  /** To be called with every new tip, and once when the node is ready: chance has no memory, so it is drawn anew. */
  restart(): void {
    const { core } = this.node;
    if (this.#isStopped || this.#tip === core.tip.hash) return;
    this.#tip = core.tip.hash;
    this.#draw();
  }

  stop(): void {
    this.#isStopped = true;
    this.#cancel?.();
  }

  /** One block at once. */
  mine(): void {
    const { node, world } = this;
    const { tree } = node.core;
    const wallTime = world.wallTime + (node.options.clockSkewS ?? 0);
    const { transactions, transactionBytes } = this;
    const made = transactions === 0 ? undefined : makeBody(++this.#blocks, transactions, transactionBytes);
    // Some of its own that nobody has heard of, and what people have sent.
    const own = made === undefined ? [] : (visionSim.splitBody(made.body) ?? []);
    const all = [...own, ...node.core.transactions.select(SELECTED_BYTES_MAX)];
    const root = all.length === 0 ? undefined : devnetMerkleRoot(all.map(({ id }) => id));
    const { record, hash } = mineHeader(tree, tree.tip, wallTime, node.id, root);
    this.onBlock?.(visionSim.hashToHex(hash));
    const batch = { count: 1, records: record, hashes: hash };
    const body = all.length === 0 ? undefined : visionSim.joinBody(all.map(({ bytes }) => bytes));
    node.driver.push({
      type: 'command',
      command: { kind: 'submit', batch, bodies: [body], ticket: 0 },
    });
  }

  #draw(): void {
    this.#cancel?.();
    const { tree } = this.node.core;
    const difficulty = Number(visionSim.work(tree.record(tree.tip)));
    const delayMs = this.world.random.exponential((1000 * difficulty) / this.hashesPerSecond);
    this.#cancel = this.world.after(delayMs, () => {
      if (this.#isStopped) return;
      // What is mined beside a longer chain is lost; but where headers do not come for a known reason, they need not be longer.
      const { phase, reason } = this.node.core.status;
      if (phase !== 'syncing' || reason !== undefined) this.mine();
      this.#draw();
    });
  }
}
