import {
  createLightNode,
  type LightNodeHandle,
  type LightNodeOptions,
  type Subscriptions,
} from '../index.js';

/** What a provider has. */
export interface NodeState {
  /** Undefined until the node has started, on a server, and after an error. */
  readonly node: LightNodeHandle | undefined;
  /** Why there is no node: what `createLightNode` rejected with. */
  readonly error: Error | undefined;
}

/** On a server, and until a node has started. */
export const NO_NODE: NodeState = Object.freeze({ node: undefined, error: undefined });

/** Where a provider's node comes from. */
export type NodeOrOptions = { readonly node: LightNodeHandle } | { readonly options: LightNodeOptions };

/**
 * A node for components, as a store that React can read.
 *
 * The node is started when the first holder comes. It is closed when the last one has gone and none has come back within the
 * task: under StrictMode React takes every effect back and runs it again, and that shall not cost a second start.
 */
export class NodeSource {
  readonly #from: NodeOrOptions;
  #state: NodeState;
  #holders = 0;
  #started: Promise<LightNodeHandle> | undefined;
  readonly #listeners = new Set<() => void>();

  /** Does nothing yet: React may throw away what it rendered. */
  constructor(from: NodeOrOptions) {
    this.#from = from;
    this.#state = 'node' in from ? { node: from.node, error: undefined } : NO_NODE;
  }

  /** The same object until something changes. */
  get state(): NodeState {
    return this.#state;
  }

  /** @returns a function that lets go of the node */
  hold(): () => void {
    this.#holders++;
    if (!('node' in this.#from)) this.#start(this.#from.options);
    return () => {
      this.#holders--;
      if (this.#holders === 0) setTimeout(() => this.#closeUnheld());
    };
  }

  /**
   * Calls a listener when there is another node, and after news of these kinds from the one that there is.
   *
   * @returns a function that ends this
   */
  follow(kinds: readonly (keyof Subscriptions)[], listener: () => void): () => void {
    let ends: (() => void)[] = [];
    let followed: LightNodeHandle | undefined;
    const end = (): void => {
      for (const each of ends) each();
      ends = [];
    };
    const attach = (): void => {
      const { node } = this.#state;
      if (node === followed) return;
      end();
      followed = node;
      ends = node === undefined ? [] : kinds.map((kind) => node.subscribe(kind, listener));
    };
    const changed = (): void => {
      attach();
      listener();
    };
    attach();
    this.#listeners.add(changed);
    return () => {
      this.#listeners.delete(changed);
      end();
    };
  }

  #start(options: LightNodeOptions): void {
    if (this.#started !== undefined) return;
    const started = createLightNode(options);
    this.#started = started;
    started.then(
      (node) => {
        if (this.#started === started) this.#become({ node, error: undefined });
      },
      (reason: unknown) => {
        const error = reason instanceof Error ? reason : new Error(String(reason));
        if (this.#started === started) this.#become({ node: undefined, error });
      },
    );
  }

  #closeUnheld(): void {
    const started = this.#started;
    if (this.#holders > 0 || started === undefined) return;
    this.#started = undefined;
    this.#become(NO_NODE);
    // A node that could not be started needs no end.
    started.then(
      (node) => node.close(),
      () => {},
    );
  }

  #become(state: NodeState): void {
    this.#state = state;
    for (const listener of [...this.#listeners]) listener();
  }
}
