import { workerNames } from './worker-names.js';

/**
 * The hash workers of a node. The page starts them on behalf of the node worker, which talks to each through a port.
 *
 * The node worker could start them itself. But in a Firefox to whose workers something listens, such as a WebDriver agent,
 * `new Worker` in a worker sometimes never returns (ESR 153, once in a hundred times on a busy machine), and then that worker
 * is lost. In a page it always returns.
 */
export class HashWorkers {
  readonly #script: string;
  readonly #died: (hasher: number, reason: string) => void;
  readonly #workers = new Map<number, Worker>();

  /**
   * @param script  address of the worker script, trusted where the page asks for that
   * @param died  called when a hash worker could not be started, or crashed
   */
  constructor(script: string, died: (hasher: number, reason: string) => void) {
    this.#script = script;
    this.#died = died;
  }

  /** Starts one that takes its jobs from a port. The node worker decides how many there are. */
  start(hasher: number, port: MessagePort): void {
    try {
      const worker = new Worker(this.#script, { name: workerNames.pow });
      this.#workers.set(hasher, worker);
      worker.onerror = (event) => {
        event.preventDefault();
        this.#died(hasher, event.message || 'not started');
      };
      worker.postMessage(port, [port]);
    } catch (error) {
      this.#died(hasher, String(error));
    }
  }

  end(hasher: number): void {
    this.#workers.get(hasher)?.terminate();
    this.#workers.delete(hasher);
  }

  endAll(): void {
    for (const hasher of this.#workers.keys()) this.end(hasher);
  }
}
