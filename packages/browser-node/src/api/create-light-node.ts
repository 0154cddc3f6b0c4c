import type { Tip } from '@vision-light/protocol';
import { describeError } from '../boundary/error-codes.js';
import type { FromNodeWorker } from '../boundary/messages.js';
import { type NodeWorkerEvents, NodeWorkerLink } from '../boundary/node-worker-link.js';
import { findConnectionObstacle } from '../peers/connection-obstacle.js';
import { requestPersistence } from '../store/request-persistence.js';
import { LightNodeError } from './light-node-error.js';
import type { LightNodeHandle } from './light-node-handle.js';
import { checkOptions, type LightNodeOptions, type LightNodeSettings } from './light-node-options.js';
import { publicHandle } from './public-handle.js';
import { RunningNode } from './running-node.js';

/**
 * Starts a light node: it joins a proof-of-work network over WebRTC and verifies every header in a worker.
 *
 *     const node = await createLightNode({ signal: ['https://signal.example'] });
 *     node.subscribe('tip', ({ height, hash }) => console.log(height, hash));
 *
 * @returns the handle once the stored chain is loaded, before any peer is met
 * @throws {TypeError | RangeError} if an option is wrong; names it and the value received
 * @throws {LightNodeError} NO_WEBRTC or NO_WASM where the browser lacks them; WORKER_FAILED if the node's worker cannot be
 *   started at all. Everything else is an `error` event
 */
export async function createLightNode(options: LightNodeOptions): Promise<LightNodeHandle> {
  const settings = checkOptions(options);
  assertPlatform(settings);
  const startup = new Startup();
  const worker = startWorker(settings, startup);
  try {
    const networkId = await Promise.race([start(worker, settings), startup.failure]);
    const tip = await Promise.race([startup.ready, startup.failure]);
    const node = new RunningNode({ worker, networkId, tip }, settings);
    startup.handOver(node);
    if (settings.storage === 'indexeddb') void requestPersistence();
    return publicHandle(node);
  } catch (error) {
    worker.terminate();
    throw error;
  }
}

/** Listens to the worker until there is a node to do so. */
class Startup implements NodeWorkerEvents {
  readonly ready: Promise<Tip>;
  /** Never fulfilled. */
  readonly failure: Promise<never>;
  #isReady: (tip: Tip) => void = () => {};
  #hasFailed: (error: LightNodeError) => void = () => {};
  readonly #early: FromNodeWorker[] = [];
  #node: RunningNode | undefined;

  constructor() {
    this.ready = new Promise((resolve) => {
      this.#isReady = resolve;
    });
    this.failure = new Promise((_resolve, reject) => {
      this.#hasFailed = reject;
    });
    // Heard where it matters; afterwards nobody waits for it.
    this.failure.catch(() => {});
  }

  message(message: FromNodeWorker): void {
    if (this.#node !== undefined) {
      this.#node.receive(message);
      return;
    }
    this.#early.push(message);
    if (message.type !== 'notices') return;
    for (const notice of message.notices) {
      if (notice.type === 'ready') this.#isReady(notice.tip);
      else if (notice.type === 'error' && notice.code === 'NODE_BROKEN') this.failed(notice.message);
    }
  }

  failed(reason: unknown): void {
    if (this.#node === undefined) this.#hasFailed(workerFailed(reason));
    else this.#node.crash(reason);
  }

  /** Passes everything on to the node, what came before included. */
  handOver(node: RunningNode): void {
    this.#node = node;
    for (const message of this.#early.splice(0)) node.receive(message);
  }
}

function assertPlatform({ iceServers }: LightNodeSettings): void {
  if (typeof RTCPeerConnection !== 'function') throw new LightNodeError('NO_WEBRTC');
  if (typeof WebAssembly !== 'object') throw new LightNodeError('NO_WASM');
  if (iceServers === undefined) return;
  const obstacle = findConnectionObstacle(iceServers);
  if (obstacle?.fault !== 'iceServers') return;
  const given = JSON.stringify(iceServers.map(({ urls }) => urls));
  const { cause } = obstacle;
  throw new RangeError(`iceServers: the browser does not take ${given}: ${String(cause)}`, { cause });
}

function startWorker({ workerUrl }: LightNodeSettings, events: NodeWorkerEvents): NodeWorkerLink {
  try {
    return new NodeWorkerLink(workerUrl, events);
  } catch (error) {
    throw workerFailed(error);
  }
}

/** @returns the network id */
async function start({ control }: NodeWorkerLink, settings: LightNodeSettings): Promise<string> {
  const { network, storage, hashers, maxPeers, followedBlocks, minChainwork } = settings;
  const result = await control
    .start({ network, storage, hashers, maxPeers, followedBlocks, minChainwork })
    .catch((error: unknown) => {
      if (error instanceof DOMException && error.name === 'DataCloneError') {
        throw new TypeError(`network: must be plain data, got ${error.message}`);
      }
      throw workerFailed(error);
    });
  if (result.ok) return result.networkId;
  const { fault, message } = result;
  if (fault === 'NO_WASM') throw new LightNodeError(fault, describeError(fault, message));
  throw fault === 'TypeError' ? new TypeError(message) : new RangeError(message);
}

function workerFailed(reason: unknown): LightNodeError {
  return new LightNodeError('WORKER_FAILED', describeError('WORKER_FAILED', String(reason)), reason);
}
