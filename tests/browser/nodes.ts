/** Nodes for the tests: on a small network of their own, and closed after each test. */
import {
  type CustomNetwork,
  createLightNode,
  type LightNodeError,
  type LightNodeHandle,
  type LightNodeOptions,
} from '@vision-light/browser-node';
import './expect.js';

/** VisionX at sizes that cost nothing. */
const visionx = { datasetMb: 1, scratchMb: 1, mixIters: 64, readsPerIter: 4, writeEvery: 4 };

let networks = 0;
const open: LightNodeHandle[] = [];

/** A network that no other test knows. */
export function newNetwork(): CustomNetwork {
  networks += 1;
  return { name: `browser test ${networks} ${Date.now()}`, visionx, targetSpacingS: 5 };
}

/** Address of a fake signaling server, by its behaviour. */
export function signalAt(behaviour: string): string {
  const { signalingOrigin } = globalThis as unknown as { readonly signalingOrigin: string };
  return `${signalingOrigin}/${behaviour}`;
}

/** A node in memory that meets nobody, unless told otherwise; closed after the test. */
export async function startNode(options: Partial<LightNodeOptions> = {}): Promise<LightNodeHandle> {
  const node = await createLightNode({
    network: newNetwork(),
    signal: [signalAt('honest')],
    storage: 'memory',
    hashers: 1,
    ...options,
  });
  open.push(node);
  return node;
}

/** Resolves with the first error of a code. */
export function errorOf(node: LightNodeHandle, code: string): Promise<LightNodeError> {
  return new Promise((resolve) => {
    const unsubscribe = node.subscribe('error', (error) => {
      if (error.code !== code) return;
      unsubscribe();
      resolve(error);
    });
  });
}

/** Resolves once a node has so many peers. */
export function peersOf(node: LightNodeHandle, count: number): Promise<void> {
  return new Promise((resolve) => {
    const look = (): void => {
      if (node.peers().length !== count) return;
      unsubscribe();
      resolve();
    };
    const unsubscribe = node.subscribe('peer', look);
    queueMicrotask(look);
  });
}

/** Resolves once a node is closed, whoever closes it. */
export function isClosed(node: LightNodeHandle): Promise<void> {
  return new Promise((resolve) => {
    const look = (): void => {
      if (node.status.phase === 'closed') resolve();
    };
    node.subscribe('status', look);
    look();
  });
}

/** Closes what the test opened. */
export async function closeNodes(): Promise<void> {
  await Promise.all(open.splice(0).map((node) => node.close()));
}

/** For the time of `body`, every worker runs `prelude` before its script. */
export async function withWorkerPrelude<T>(prelude: string, body: () => Promise<T>): Promise<T> {
  const own = Worker;
  class PreparedWorker extends own {
    constructor(url: string | URL, options?: WorkerOptions) {
      const script = `${prelude}; importScripts(${JSON.stringify(String(url))});`;
      super(URL.createObjectURL(new Blob([script], { type: 'text/javascript' })), options);
    }
  }
  Object.assign(globalThis, { Worker: PreparedWorker });
  try {
    return await body();
  } finally {
    Object.assign(globalThis, { Worker: own });
  }
}

/** For the time of `body`, this page knows which of its workers run. */
export async function withWorkers<T>(body: (workers: Set<Worker>) => Promise<T>): Promise<T> {
  const own = Worker;
  const workers = new Set<Worker>();
  class WatchedWorker extends own {
    constructor(url: string | URL, options?: WorkerOptions) {
      super(url, options);
      workers.add(this);
    }
    override terminate(): void {
      workers.delete(this);
      super.terminate();
    }
  }
  Object.assign(globalThis, { Worker: WatchedWorker });
  try {
    return await body(workers);
  } finally {
    Object.assign(globalThis, { Worker: own });
  }
}
