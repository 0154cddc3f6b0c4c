/**
 * Mining in the page, switched on and off by the visitor. It is off when the page is opened, and ends with the node. The document
 * is not used here.
 */
import type { LightNodeHandle, MiningEvent } from '@vision-light/browser-node';

/** A block that was found in this visit. */
export interface FoundBlock {
  readonly height: number;
  readonly hash: string;
}

/** Blocks whose links are shown; of all others only the number is kept. Arbitrary. */
const SHOWN_BLOCKS_MAX = 5;

/** What the page shows of it. */
export class MiningSession {
  /** Undefined before anything was measured, and while it is off. */
  hashesPerSecond: number | undefined;
  /** The height that it searches a block for; undefined while it waits for the node to be synced, and while it is off. */
  height: number | undefined;
  /** How many blocks were found in this visit. */
  found = 0;
  /** The last ones, newest first. */
  readonly newest: FoundBlock[] = [];
  /** Why it ended by itself. */
  fault: string | undefined;
  #stop: AbortController | undefined;

  /** @param onChange  called after every change, with the milliseconds that it may wait until it is drawn */
  constructor(readonly onChange: (withinMs: number) => void) {}

  get isOn(): boolean {
    return this.#stop !== undefined;
  }

  /** Begins to mine, if it does not yet. The promise is fulfilled when it has ended. */
  async start(node: LightNodeHandle): Promise<void> {
    if (this.#stop !== undefined) return;
    const stop = new AbortController();
    this.#stop = stop;
    this.fault = undefined;
    this.onChange(0);
    try {
      for await (const event of node.mine({ signal: stop.signal })) {
        if (stop.signal.aborted) break;
        this.#take(event);
      }
    } catch (error) {
      if (!stop.signal.aborted) this.fault = error instanceof Error ? error.message : String(error);
    }
    if (this.#stop === stop) this.stop();
  }

  /** Ends it. */
  stop(): void {
    if (this.#stop === undefined) return;
    this.#stop.abort();
    this.#stop = undefined;
    this.hashesPerSecond = undefined;
    this.height = undefined;
    this.onChange(0);
  }

  #take(event: MiningEvent): void {
    switch (event.kind) {
      case 'searched':
        this.hashesPerSecond = event.hashesPerSecond;
        this.height = event.height;
        break;
      case 'paused':
        this.hashesPerSecond = undefined;
        this.height = undefined;
        break;
      case 'mined': {
        const { height, hash } = event;
        this.found++;
        this.newest.unshift({ height, hash });
        this.newest.length = Math.min(this.newest.length, SHOWN_BLOCKS_MAX);
        break;
      }
    }
    this.onChange(0);
  }
}
