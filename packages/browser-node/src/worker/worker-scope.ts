import type { FromNodeWorker } from '../boundary/messages.js';

/** Of a dedicated worker's globals, what the workers use; the DOM's declarations lack them. */
export interface WorkerScope<Out> {
  /** The worker's name, which says its role. */
  readonly name: string;
  onmessage: ((event: MessageEvent) => void) | null;
  postMessage(message: Out, transfer: Transferable[]): void;
}

/** The globals of the node worker. */
export type NodeWorkerScope = WorkerScope<FromNodeWorker>;
