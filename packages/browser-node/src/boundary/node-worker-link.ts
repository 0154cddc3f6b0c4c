import { workerScript } from 'vision-light:worker-script';
import { type Remote, releaseProxy, wrap } from 'comlink';
import type { FromNodeWorker, NodeControl, ToNodeWorker } from './messages.js';
import { workerNames } from './worker-names.js';

/** What a {@link NodeWorkerLink} reports. */
export interface NodeWorkerEvents {
  message(message: FromNodeWorker): void;
  /** The worker could not be started, or an error in it was not caught. */
  failed(reason: unknown): void;
}

/** The page's end of the node worker. */
export class NodeWorkerLink {
  readonly control: Remote<NodeControl>;
  readonly #worker: Worker;
  readonly #blobUrl: string | undefined;

  /**
   * Starts the worker; `failed` is called if it does not run.
   *
   * @param workerUrl  address of the script; undefined for the copy in this module
   * @throws if the page's content security policy forbids the worker
   */
  constructor(workerUrl: string | undefined, events: NodeWorkerEvents) {
    // The address stays valid until the end: the worker starts its hash workers from it, now and after one has died.
    if (workerUrl === undefined) {
      this.#blobUrl = URL.createObjectURL(new Blob([workerScript], { type: 'text/javascript' }));
    }
    this.#worker = new Worker(workerUrl ?? (this.#blobUrl as string), { name: workerNames.node });
    this.#worker.onmessage = ({ data }: MessageEvent<FromNodeWorker>) => events.message(data);
    this.#worker.onmessageerror = () => events.failed('a message could not be read');
    this.#worker.onerror = (event) => {
      event.preventDefault();
      events.failed(event.error ?? (event.message || 'the script could not be loaded'));
    };
    const { port1, port2 } = new MessageChannel();
    this.control = wrap<NodeControl>(port1);
    this.post({ type: 'control', port: port2 }, [port2]);
  }

  /** @throws {DOMException} DataCloneError if something in `transfer` cannot be transferred here */
  post(message: ToNodeWorker, transfer: Transferable[] = []): void {
    this.#worker.postMessage(message, transfer);
  }

  /** Ends the worker, its hash workers and all that they hold. */
  terminate(): void {
    this.control[releaseProxy]();
    this.#worker.onmessage = null;
    this.#worker.onerror = null;
    this.#worker.terminate();
    if (this.#blobUrl !== undefined) URL.revokeObjectURL(this.#blobUrl);
  }
}
