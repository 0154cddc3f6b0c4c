import { ed25519Url } from 'vision-light:ed25519-url';
import { leaveReasonOf } from '@vision-light/peering';
import { type Metrics, type NodeNotice, type Tip, zeroMetrics } from '@vision-light/protocol';
import { LightNodeError } from '../boundary/light-node-error.js';
import type { FromNode, StartResult } from '../boundary/messages.js';
import { type NodeWorkerEvents, NodeWorkerLink } from '../boundary/node-worker-link.js';
import { inTime } from '../boundary/start-deadline.js';
import { firstTrust } from '../boundary/trust.js';
import { workerSource } from '../boundary/worker-script.js';
import { watchDevice } from '../device/watch-device.js';
import { PagePeers } from '../peers/page-peers.js';
import { requestPersistence } from '../store/request-persistence.js';
import type { EngineEvents, EngineStart, NodeEngine } from '../tabs/engine.js';
import type { PendingCall } from '../tabs/pending-calls.js';
import type { NodeSnapshot } from '../tabs/tab-messages.js';
import type { LightNodeSettings } from './light-node-options.js';

/** Milliseconds for the node to take leave and write; afterwards its worker is ended all the same. */
const CLOSE_TIMEOUT_MS = 3000;

/** What the worker says of a node that could be started. */
type GoodStart = Extract<StartResult, { ok: true }>;

/**
 * Starts a node in this tab: its worker, and what it has in the page.
 *
 * @returns once the stored chain is loaded
 * @throws {LightNodeError | TypeError | RangeError} what keeps it from starting; the reason of `signal` if that came first
 */
export async function startEngine(
  settings: LightNodeSettings,
  how: EngineStart,
  events: EngineEvents,
): Promise<NodeEngine> {
  const source = await workerSource(settings.network, settings.workerUrl).catch((error: unknown) => {
    throw new LightNodeError('WORKER_FAILED', `its script cannot be loaded: ${error}`, error);
  });
  const { signal } = how;
  signal.throwIfAborted();
  const startup = new Startup(settings, events, signal);
  let worker: NodeWorkerLink;
  try {
    worker = new NodeWorkerLink(source, startup);
  } catch (error) {
    throw startFailed(error, settings);
  }
  try {
    const started = await inTime(Promise.race([start(worker, settings, how), startup.failure]), () => {
      throw startFailed('it does not answer', settings);
    });
    const tip = await Promise.race([startup.ready, startup.failure]);
    signal.throwIfAborted();
    const engine = new WorkerEngine(worker, { ...started, tip }, settings, events);
    startup.handOver(engine);
    if (settings.storage === 'indexeddb') void requestPersistence();
    return engine;
  } catch (error) {
    worker.terminate();
    throw error;
  }
}

/** Listens to the worker until there is an engine to do so. */
class Startup implements NodeWorkerEvents {
  readonly ready: Promise<Tip>;
  /** Never fulfilled. */
  readonly failure: Promise<never>;
  #isReady: (tip: Tip) => void = () => {};
  #hasFailed: (reason: unknown) => void = () => {};
  readonly #early: FromNode[] = [];
  readonly #settings: LightNodeSettings;
  readonly #events: EngineEvents;
  #engine: WorkerEngine | undefined;

  constructor(settings: LightNodeSettings, events: EngineEvents, signal: AbortSignal) {
    this.#settings = settings;
    this.#events = events;
    this.ready = new Promise((resolve) => {
      this.#isReady = resolve;
    });
    this.failure = new Promise((_resolve, reject) => {
      this.#hasFailed = reject;
    });
    // Those who start the node wait for it. Afterwards nobody does, and it must not count as unhandled.
    this.failure.catch(() => {});
    signal.addEventListener('abort', () => this.#hasFailed(signal.reason), { once: true });
  }

  message(message: FromNode): void {
    if (this.#engine !== undefined) {
      this.#engine.receive(message);
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
    if (this.#engine === undefined) this.#hasFailed(startFailed(reason, this.#settings));
    else this.#events.crashed(new LightNodeError('WORKER_FAILED', String(reason), reason));
  }

  /** Passes everything on to the engine, what came before included. */
  handOver(engine: WorkerEngine): void {
    this.#engine = engine;
    let isReady = false;
    // The tips that come before `ready` are those of the stored chain while it is loaded. They are not shown.
    const isShown = ({ type }: NodeNotice): boolean => {
      isReady ||= type === 'ready';
      return isReady || type !== 'tip';
    };
    for (const message of this.#early.splice(0))
      engine.receive(
        message.type === 'notices' ? { ...message, notices: message.notices.filter(isShown) } : message,
      );
  }
}

/** A node in a worker of this page, with the peers that only a page can have. */
class WorkerEngine implements NodeEngine {
  readonly snapshot: NodeSnapshot;
  readonly #worker: NodeWorkerLink;
  readonly #peers: PagePeers;
  readonly #events: EngineEvents;
  #metrics: Metrics = zeroMetrics();
  readonly #unwatchDevice: () => void;
  #isEnding = false;
  #isOver = false;

  constructor(
    worker: NodeWorkerLink,
    { networkId, identity, tip }: GoodStart & { readonly tip: Tip },
    settings: LightNodeSettings,
    events: EngineEvents,
  ) {
    this.#worker = worker;
    this.#events = events;
    this.snapshot = {
      identity,
      tip,
      status: {
        phase: 'connecting',
        peers: 0,
        bestPeerHeight: tip.height,
        headersPerSecond: 0,
        storedHeight: 0,
        verifiedFrom: 0,
        progress: 0,
      },
      peers: [],
      metrics: this.#metrics,
      sent: [],
      trust: firstTrust(tip),
      signaling: { named: settings.signal.length, joined: 0 },
    };
    const { network, iceServers, privacy, maxPeers, reportMetrics } = settings;
    const networkName = typeof network === 'string' ? network : undefined;
    this.#peers = new PagePeers({
      signal: settings.signal,
      direct: settings.direct,
      networkId,
      networkName,
      identity,
      iceServers,
      privacy,
      metrics: reportMetrics ? () => this.#metrics : undefined,
      maxPeers,
      post: (message, transfer) => worker.post(message, transfer),
      failed: (code, detail) =>
        events.news({ notices: [{ type: 'error', code, detail }], metrics: undefined }),
      signalingChanged: (joined) =>
        events.news({
          notices: [{ type: 'signaling', signaling: { named: settings.signal.length, joined } }],
          metrics: undefined,
        }),
    });
    // Last: nobody would end it if one of those before had failed.
    this.#unwatchDevice = watchDevice((conditions) => void worker.control.device(conditions));
  }

  /** Takes a message of the node worker. */
  receive(message: FromNode): void {
    switch (message.type) {
      case 'notices':
        if (message.metrics !== undefined) this.#metrics = message.metrics;
        this.#events.news(message);
        break;
      case 'requestPeers':
        if (!this.#isEnding) void this.#peers.finder.find(message.count);
        break;
      case 'introduction':
        if (!this.#isEnding) this.#peers.introduced(message.introduction);
        break;
      case 'opened':
        this.#peers.opened(message.peer);
        break;
      case 'leaving':
        this.#peers.links.leave(message.peer, leaveReasonOf(message.fault));
        break;
      case 'closed':
        this.#peers.links.drop(message.peer, 'the channel is closed');
        break;
      case 'fenced':
        this.#events.fenced();
        break;
      default:
        message satisfies never;
    }
  }

  call({ name, args }: PendingCall, isRepeated: boolean): Promise<unknown> {
    if (name === 'ways') return Promise.resolve(this.#peers.ways);
    if (name === 'invite') return this.#peers.invite();
    if (name === 'accept') return this.#peers.accept(args[0] as string);
    if (name === 'isJoinedByHand') return this.#peers.isJoinedByHand(args[0] as string);
    if (name === 'resume') this.#peers.finder.nudge();
    const { control } = this.#worker;
    if (name === 'sendTransaction') return control.sendTransaction(args[0] as Uint8Array, isRepeated);
    // Whoever made the call has checked its arguments, and the name is one of the list.
    return (control[name] as (...all: readonly unknown[]) => Promise<unknown>)(...args);
  }

  rest(): void {
    this.#peers.finder.leave();
  }

  end(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#isEnding = true;
    this.#unwatchDevice();
    this.#peers.finder.close();
    this.#peers.links.dropAll('closed');
    this.#worker.terminate();
  }

  async close(): Promise<void> {
    this.#isEnding = true;
    this.#peers.finder.close();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const timeout = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, CLOSE_TIMEOUT_MS);
    });
    // However it ends, everything is released afterwards.
    await Promise.race([this.#worker.control.close(), timeout]).catch(() => {});
    clearTimeout(timer);
    this.end();
  }
}

async function start(
  { control }: NodeWorkerLink,
  settings: LightNodeSettings,
  { isShared, isTheft }: EngineStart,
): Promise<GoodStart> {
  const { network, storage, hashers, maxPeers, followedBlocks, limits, minChainwork, checkpoint, gateways } =
    settings;
  const chain = { network, minChainwork, checkpoint, gateways };
  const options = { ...chain, storage, hashers, maxPeers, followedBlocks, limits };
  const result = await control
    .start({ ...options, ed25519Url, isShared, isTheft })
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
