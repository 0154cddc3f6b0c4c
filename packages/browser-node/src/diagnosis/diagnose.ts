/**
 * Tries what a node needs, one thing beside the other, and says what stands in the way. A module of its own, loaded when it
 * is asked for.
 */
import { type IceServer, trackerSocketUrl } from '@vision-light/signaling';
import { findConnectionObstacle } from '../boundary/connection-obstacle.js';
import { findWasmObstacle } from '../boundary/wasm-obstacle.js';
import { type Diagnosis, type Evidence, findObstacles } from './diagnosis.js';
import { gatherCandidates, type IceCandidates } from './gather-candidates.js';

/** What is to be tried, and what a node knows already. */
export interface DiagnosisInput
  extends Pick<Evidence, 'peers' | 'attempts' | 'clockAheadS' | 'isRelayed' | 'namesGateways'> {
  /** Addresses of signaling servers, and whether the node has joined them. */
  readonly signaling: readonly { readonly url: string; readonly isJoined: boolean }[];
  readonly iceServers: readonly IceServer[];
  /** What is known to keep the node from storing; undefined if nothing is, or if there is no node. */
  readonly storageObstacle: string | undefined;
}

/**
 * Milliseconds that a signaling server has to take a connection, STUN servers to answer, and the browser to open a database.
 * Browsers ask STUN servers for about as long.
 */
const TIMEOUT_MS = 8000;

/** Name of a database that is opened to see whether that is allowed, and removed again. */
const PROBE_DATABASE = 'vision-light-diagnosis';

/** Takes up to eight seconds, if something does not answer. */
export async function diagnose(input: DiagnosisInput): Promise<Diagnosis> {
  const hasWebRtc = typeof RTCPeerConnection === 'function';
  const refusal = hasWebRtc ? findConnectionObstacle(input.iceServers) : undefined;
  const connectionObstacle = refusal?.fault === 'connection' ? String(refusal.cause) : undefined;
  // Servers that the browser does not take are none.
  const iceServers = refusal?.fault === 'iceServers' ? [] : input.iceServers;
  const [signaling, candidates, storageObstacle] = await Promise.all([
    Promise.all(
      input.signaling.map(async ({ url, isJoined }) => ({
        url,
        isJoined,
        isReachable: isJoined || (await answers(url)),
      })),
    ),
    hasWebRtc && connectionObstacle === undefined ? gather(iceServers, input.isRelayed) : undefined,
    input.storageObstacle ?? findStorageObstacle(),
  ]);
  const evidence: Evidence = {
    isOnline: navigator.onLine,
    wasmObstacle: findWasmObstacle(),
    storageObstacle,
    connectionObstacle,
    hasWebRtc,
    signaling,
    candidates,
    isRelayed: input.isRelayed,
    namesGateways: input.namesGateways,
    peers: input.peers,
    attempts: input.attempts,
    clockAheadS: input.clockAheadS,
  };
  return { findings: findObstacles(evidence), evidence };
}

function gather(iceServers: readonly IceServer[], isRelayed: boolean): Promise<IceCandidates | undefined> {
  return gatherCandidates(iceServers, TIMEOUT_MS, isRelayed).catch(() => undefined);
}

/** Whether a signaling server takes a connection, as socket.io makes it, or a tracker. */
function answers(url: string): Promise<boolean> {
  return new Promise((resolve) => {
    const end = (isReachable: boolean): void => {
      clearTimeout(timer);
      resolve(isReachable);
      socket?.close();
    };
    const timer = setTimeout(() => end(false), TIMEOUT_MS);
    let socket: WebSocket | undefined;
    try {
      socket = new WebSocket(trackerSocketUrl(url) ?? signalingSocketUrl(url));
      socket.onopen = () => end(true);
      socket.onerror = () => end(false);
    } catch {
      // A content security policy forbids it.
      end(false);
    }
  });
}

function signalingSocketUrl(url: string): string {
  const address = new URL(url);
  address.protocol = address.protocol.replace('http', 'ws');
  address.pathname = `${address.pathname.replace(/\/$/, '')}/socket.io/`;
  address.search = 'EIO=4&transport=websocket';
  return address.href;
}

/** What the browser says if it keeps nothing here. */
function findStorageObstacle(): Promise<string | undefined> {
  return new Promise((resolve) => {
    const end = (obstacle: string | undefined): void => {
      clearTimeout(timer);
      resolve(obstacle);
    };
    // Safari is known never to answer at times.
    const timer = setTimeout(() => end('the browser does not open a database'), TIMEOUT_MS);
    try {
      const request = indexedDB.open(PROBE_DATABASE);
      request.onerror = () => end(String(request.error));
      request.onsuccess = () => {
        request.result.close();
        indexedDB.deleteDatabase(PROBE_DATABASE);
        end(undefined);
      };
    } catch (error) {
      end(String(error));
    }
  });
}
