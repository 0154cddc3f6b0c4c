/**
 * The bridge to existing Vision nodes, and to gateways that are reached by their HTTP routes alone (docs/chains/vision.md §7).
 * What they have is fetched and judged as what a peer sends; what is new here is posted to them. So two gateways without any
 * WebRTC between them, each of which names the other, have the same chain and the same transactions.
 *
 * Memory: for each of VISION_NODES_MAX nodes one answer, and what block-pull.ts and news-push.ts keep.
 */
import { BlockThread } from '../../http/p2p/block-thread.js';
import type { NodeHost } from '../../node-host.js';
import { NodeClient, type NodeClientLimits } from './node-client.js';
import { NodeDriver, type NodeDriverOptions } from './node-driver.js';
import { followedNodes, type VisionNodeStatus } from './node-talk.js';

/** What it takes to follow Vision nodes. */
export interface VisionBridgeOptions extends Omit<NodeDriverOptions, 'thread' | 'changed'> {
  /** Of their HTTP sides. */
  readonly urls: readonly string[];
  /** To change for tests. */
  readonly limits?: Partial<NodeClientLimits>;
}

/** What is known of one node. */
export interface VisionNodeFacts extends VisionNodeStatus {
  readonly url: string;
}

/** Talks to all of them until it is closed. */
export class VisionBridge {
  readonly #host: NodeHost;
  #isReached = false;
  #height = 0;
  readonly #drivers: readonly NodeDriver[];
  readonly #thread = new BlockThread();
  readonly #unsubscribe: () => void;

  constructor({ urls, limits, ...options }: VisionBridgeOptions) {
    const thread = this.#thread;
    this.#host = options.host;
    this.#drivers = urls.map(
      (url) =>
        new NodeDriver(new NodeClient(url, limits), { ...options, thread, changed: () => this.#tell() }),
    );
    this.#unsubscribe = options.host.subscribe((notice) => {
      for (const driver of this.#drivers) driver.heard(notice);
    });
  }

  /** What is known of each node, in the order of their URLs. */
  get facts(): VisionNodeFacts[] {
    return this.#drivers.map(({ status }) => status);
  }

  /** Somebody has announced a block that is not known here, so the nodes are asked soon. */
  announced(): void {
    for (const driver of this.#drivers) driver.announced();
  }

  /** Tells the node how the others fare, if that is another than before. */
  #tell(): void {
    const { isReached, height } = followedNodes(this.#drivers.map(({ status }) => status));
    if (isReached === this.#isReached && height === this.#height) return;
    this.#isReached = isReached;
    this.#height = height;
    this.#host.followed({ isReached, height });
  }

  async close(): Promise<void> {
    this.#unsubscribe();
    await Promise.all([...this.#drivers.map((each) => each.close()), this.#thread.close()]);
  }
}
