import { ed25519Url } from 'vision-light:ed25519-url';
import type { Tip } from '@vision-light/protocol';
import type { FromNode, StartResult } from '../boundary/messages.js';
import { type NodeWorkerEvents, NodeWorkerLink } from '../boundary/node-worker-link.js';
import { inTime } from '../boundary/start-deadline.js';
import { type WorkerSource, workerSource } from '../boundary/worker-script.js';
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
 * @throws {LightNodeError} NO_PAGE outside of a page; NO_WEBRTC or NO_WASM where the browser lacks them; WORKER_FAILED if
 *   the node's worker cannot be started at all, or has not answered in 45 seconds. Everything else is an `error` event
 * @throws the reason of `abort`, if that came first
 */
export async function createLightNode(options: LightNodeOptions): Promise<LightNodeHandle> {
  assertPage();
  const settings = checkOptions(options);
  settings.abort?.throwIfAborted();
  assertPlatform(settings);
  const source = await workerSource(settings.network, settings.workerUrl).catch((error: unknown) => {
    throw new LightNodeError('WORKER_FAILED', `its script cannot be loaded: ${error}`, error);
  });
  settings.abort?.throwIfAborted();
  const startup = new Startup(settings);
  const worker = startWorker(source, settings, startup);
  startup.begin();
  try {
    const { networkId, identity } = await inTime(
      Promise.race([start(worker, settings), startup.failure]),
      () => {
        throw startFailed('it does not answer', settings);
      },
    );
    const tip = await Promise.race([startup.ready, startup.failure]);
    settings.abort?.throwIfAborted();
    const node = new RunningNode({ worker, networkId, identity, tip }, settings);
    startup.handOver(node);
    if (settings.storage === 'indexeddb') void requestPersistence();
    return publicHandle(node);
  } catch (error) {
    startup.end();
    worker.terminate();
    throw error;
  }
}

/** What the worker says of a node that could be started. */
type GoodStart = Extract<StartResult, { ok: true }>;

/** Listens to the worker until there is a node to do so. */
class Startup implements NodeWorkerEvents {
  readonly ready: Promise<Tip>;
  /** Never fulfilled. */
  readonly failure: Promise<never>;
  #isReady: (tip: Tip) => void = () => {};
  #hasFailed: (reason: unknown) => void = () => {};
  readonly #early: FromNode[] = [];
  readonly #settings: LightNodeSettings;
  #node: RunningNode | undefined;

  constructor(settings: LightNodeSettings) {
    this.#settings = settings;
    this.ready = new Promise((resolve) => {
      this.#isReady = resolve;
    });
    this.failure = new Promise((_resolve, reject) => {
      this.#hasFailed = reject;
    });
    // Heard where it matters; afterwards nobody waits for it.
    this.failure.catch(() => {});
  }

  /** The worker is there: it can be ended. */
  begin(): void {
    this.#settings.abort?.addEventListener('abort', this.#abort);
  }

  readonly #abort = (): void => {
    if (this.#node === undefined) this.#hasFailed(this.#settings.abort?.reason);
    else void this.#node.close();
  };

  /** Nobody waits for the start or has the node any more. */
  end(): void {
    this.#settings.abort?.removeEventListener('abort', this.#abort);
  }

  message(message: FromNode): void {
    if (this.#node !== undefined) {
      this.#node.receive(message);
      return;
    }
    this.#early.push(message);
    if (message.type !== 'notices') return;
    for (const notice of message.notices) {
      if (notice.type === 'ready') this.#isReady(notice.tip);
      else if (notice.type === 'error' && notice.code === 'NODE_BROKEN')
        this.#hasFailed(new LightNodeError('WORKER_FAILED', notice.code));
    }
  }

  failed(reason: unknown): void {
    if (this.#node === undefined) this.#hasFailed(startFailed(reason, this.#settings));
    else this.#node.crash(reason);
  }

  /** Passes everything on to the node, what came before included. */
  handOver(node: RunningNode): void {
    this.#node = node;
    void node.closed.then(() => this.end());
    for (const message of this.#early.splice(0)) node.receive(message);
  }
}

/** On a server that renders pages, for one, a node can be imported but not started. */
function assertPage(): void {
  const missing = ['document', 'Worker'].filter((name) => !(name in globalThis));
  if (missing.length === 0) return;
  throw new LightNodeError('NO_PAGE', `without ${missing.join(', ')}`);
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

function startWorker(
  source: WorkerSource,
  settings: LightNodeSettings,
  events: NodeWorkerEvents,
): NodeWorkerLink {
  try {
    return new NodeWorkerLink(source, events);
  } catch (error) {
    throw startFailed(error, settings);
  }
}

async function start({ control }: NodeWorkerLink, settings: LightNodeSettings): Promise<GoodStart> {
  const { network, storage, hashers, maxPeers, followedBlocks, minChainwork, checkpoint, gateways } =
    settings;
  const result = await control
    .start({
      network,
      storage,
      hashers,
      maxPeers,
      followedBlocks,
      minChainwork,
      checkpoint,
      gateways,
      ed25519Url,
    })
    .catch((error: unknown) => {
      if (error instanceof DOMException && error.name === 'DataCloneError') {
        throw new TypeError(`network and checkpoint: must be plain data, got ${error.message}`);
      }
      throw startFailed(error, settings);
    });
  if (result.ok) return result;
  const { fault, message } = result;
  if (fault === 'NO_WASM') throw new LightNodeError(fault, message);
  throw fault === 'TypeError' ? new TypeError(message) : new RangeError(message);
}

/** Browsers hardly say why they do not start a worker, and a policy that forbids it is what has a remedy. */
function startFailed(reason: unknown, { workerUrl }: LightNodeSettings): LightNodeError {
  const remedy =
    workerUrl === undefined ? '; where a policy forbids workers from blob:, the option workerUrl helps' : '';
  return new LightNodeError('WORKER_FAILED', `${reason}${remedy}`, reason);
}
