import { findConnectionObstacle } from '../boundary/connection-obstacle.js';
import { LightNodeError } from '../boundary/light-node-error.js';
import type { LightNodeHandle } from './light-node-handle.js';
import { checkOptions, type LightNodeOptions, type LightNodeSettings } from './light-node-options.js';
import { publicHandle } from './public-handle.js';
import { RunningNode } from './running-node.js';
import { joinNode } from './shared-nodes.js';

/**
 * Starts a light node: it joins a proof-of-work network over WebRTC and verifies every header in a worker. Tabs of one
 * origin, and whoever asks twice in one page, share one node of a network (option `share`).
 *
 *     const node = await createLightNode({ signal: ['https://signal.example'] });
 *     node.subscribe('tip', ({ height, hash }) => console.log(height, hash));
 *
 * @returns the handle once the stored chain is loaded, before any peer is met; where another tab has the node already, once
 *   that has answered
 * @throws {TypeError | RangeError} if an option is wrong; names it and the value received
 * @throws {LightNodeError} NO_PAGE outside of a page; NO_WEBRTC or NO_WASM where the browser lacks them; WORKER_FAILED if
 *   the node's worker cannot be started at all, or has not answered in 45 seconds. Everything else is an `error` event
 * @throws the reason of `abort`, if that came first
 */
export async function createLightNode(options: LightNodeOptions): Promise<LightNodeHandle> {
  assertPage();
  const settings = checkOptions(options);
  const { abort } = settings;
  abort?.throwIfAborted();
  assertPlatform(settings);
  const shared = joinNode(settings);
  let node: RunningNode | undefined;
  let callOff = (_reason: unknown): void => {};
  const calledOff = new Promise<never>((_resolve, reject) => {
    callOff = reject;
  });
  const end = (): void => {
    if (node === undefined) callOff(abort?.reason);
    else void node.close();
  };
  abort?.addEventListener('abort', end);
  const forget = (): void => abort?.removeEventListener('abort', end);
  try {
    await Promise.race([shared.ready, calledOff]);
    abort?.throwIfAborted();
    node = new RunningNode(shared, settings);
    void node.closed.then(forget);
    return publicHandle(node);
  } catch (error) {
    forget();
    await shared.release();
    throw error;
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
