import type { IceServer } from '@vision-light/signaling';
import type { Diagnosis } from '../diagnosis/diagnosis.js';

/** What {@link diagnose} is told: as a node is. */
export interface DiagnoseOptions {
  /** Addresses of signaling servers. Default: none is tried. */
  readonly signal?: readonly string[];
  /** STUN and TURN servers. Default: none. */
  readonly iceServers?: readonly IceServer[];
}

/**
 * Says what stands in the way of a node in this page, for when `createLightNode` rejects; a running node has
 * `node.diagnose()`, which knows more. Takes up to eight seconds if something does not answer. What does it is a file of
 * its own beside this module.
 *
 * @throws {TypeError} if the file cannot be loaded, or an address is none
 */
export async function diagnose({ signal = [], iceServers = [] }: DiagnoseOptions = {}): Promise<Diagnosis> {
  const made = await import('vision-light:diagnosis');
  const signaling = signal.map((url) => ({ url: new URL(url, document.baseURI).href, isJoined: false }));
  return made.diagnose({
    signaling,
    iceServers,
    isRelayed: false,
    namesGateways: false,
    peers: 0,
    attempts: undefined,
    clockAheadS: undefined,
    storageObstacle: undefined,
  });
}
