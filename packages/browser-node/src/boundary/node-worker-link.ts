import { type Remote, wrap } from 'comlink';
import { HashWorkers } from './hash-workers.js';
import type { FromNode, FromNodeWorker, NodeControl, ToNodeWorker } from './messages.js';
import { scriptAddress } from './trusted-script.js';
import { workerNames } from './worker-names.js';
import type { WorkerSource } from './worker-script.js';

/** What a {@link NodeWorkerLink} reports. */
export interface NodeWorkerEvents {
  message(message: FromNode): void;
  /** The worker could not be started, or an error in it was not caught. */
  failed(reason: unknown): void;
}

/** The page's end of the node worker. */
export class NodeWorkerLink {
  readonly control: Remote<NodeControl>;
  readonly #worker: Worker;
  readonly #controlPort: MessagePort;
  readonly #hashWorkers: HashWorkers;
  readonly #blobUrl: string | undefined;

  /**
   * Starts the worker; `failed` is called if it does not run.
   *
   * @throws if the page's content security policy forbids the worker
   */
  constructor(source: WorkerSource, events: NodeWorkerEvents) {
    let address = source;
    if (address instanceof Blob) {
      // It stays valid until the end: hash workers are started from it, now and after one has died.
      address = URL.createObjectURL(address);
      this.#blobUrl = address;
    }
    // A worker takes what the page's policy has made as it is.
    const script = typeof address === 'string' ? scriptAddress(address) : (address as unknown as string);
    this.#worker = new Worker(script, { name: workerNames.node });
    this.#hashWorkers = new HashWorkers(script, (hasher, reason) =>
      this.post({ type: 'hasherDied', hasher, reason }),
    );
    this.#worker.onmessage = ({ data }: MessageEvent<FromNodeWorker>) => {
      if (data.type === 'hasherWanted') this.#hashWorkers.start(data.hasher, data.port);
      else if (data.type === 'hasherDone') this.#hashWorkers.end(data.hasher);
      else events.message(data);
    };
    this.#worker.onmessageerror = () => events.failed('a message could not be read');
    this.#worker.onerror = (event) => {
      event.preventDefault();
      events.failed(event.error ?? (event.message || 'the script could not be loaded'));
    };
    const { port1, port2 } = new MessageChannel();
    this.#controlPort = port1;
    this.control = wrap<NodeControl>(port1);
    this.post({ type: 'control', port: port2 }, [port2]);
  }

  /** @throws {DOMException} DataCloneError if something in `transfer` cannot be transferred here */
  post(message: ToNodeWorker, transfer: Transferable[] = []): void {
    this.#worker.postMessage(message, transfer);
  }

  /** Ends the worker, its hash workers and all that they hold. */
  terminate(): void {
    this.#controlPort.close();
    this.#worker.onmessage = null;
    this.#worker.onerror = null;
    this.#worker.terminate();
    this.#hashWorkers.endAll();
    if (this.#blobUrl !== undefined) URL.revokeObjectURL(this.#blobUrl);
  }
}
