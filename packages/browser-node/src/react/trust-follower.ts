import type { LightNodeHandle, Trust } from '../index.js';
import type { NodeSource } from './node-source.js';

/** News after which a node may be trusted otherwise, or counts otherwise. */
const kinds = ['trust', 'tip'] as const;

/**
 * What a node's answers rest on, as a store that React can read: the node makes a new object each time that it is asked, and
 * React asks until it gets the same one twice.
 */
export class TrustFollower {
  readonly #source: NodeSource;
  #node: LightNodeHandle | undefined;
  #trust: Trust | undefined;

  constructor(source: NodeSource) {
    this.#source = source;
  }

  /** The same object until there are news. */
  get trust(): Trust | undefined {
    const { node } = this.#source.state;
    if (node !== this.#node) this.#ask();
    return this.#trust;
  }

  /** @returns a function that ends this */
  follow(listener: () => void): () => void {
    return this.#source.follow(kinds, () => {
      this.#ask();
      listener();
    });
  }

  #ask(): void {
    this.#node = this.#source.state.node;
    this.#trust = this.#node?.trust();
  }
}
