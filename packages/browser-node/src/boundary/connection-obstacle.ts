import type { IceServer } from '@vision-light/signaling';

/** Why the browser makes no connection: for its ICE servers, or none at all. */
export interface ConnectionObstacle {
  readonly fault: 'iceServers' | 'connection';
  readonly cause: unknown;
}

/** Tries whether the browser makes a connection with these ICE servers. */
export function findConnectionObstacle(iceServers: readonly IceServer[]): ConnectionObstacle | undefined {
  try {
    makeConnection(iceServers);
    return undefined;
  } catch (cause) {
    try {
      makeConnection([]);
      return { fault: 'iceServers', cause };
    } catch {
      return { fault: 'connection', cause };
    }
  }
}

function makeConnection(iceServers: readonly IceServer[]): void {
  new RTCPeerConnection({ iceServers: iceServers as RTCIceServer[] }).close();
}
