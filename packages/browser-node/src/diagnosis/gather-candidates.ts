/** Which addresses the browser finds of itself, with the STUN and TURN servers that a node would use. */
import type { IceServer } from '@vision-light/signaling';

/** How many addresses of which kind; UDP only. */
export interface IceCandidates {
  /** Addresses of this device. */
  readonly hosts: number;
  /** Those of them that are names for multicast DNS, which only the same network can resolve. */
  readonly hidden: number;
  /** Addresses that STUN servers saw, each counted once. */
  readonly reflexive: number;
  /** The most of them that a single STUN server sees: the same number, unless each server sees other ports. */
  readonly reflexiveOfOne: number;
  /** Addresses at TURN servers. */
  readonly relayed: number;
  /** Addresses of servers that were asked. */
  readonly stunServers: number;
  /** How many TURN servers were asked. */
  readonly turnServers: number;
  /** What the browser says of servers that it could not use, each once. */
  readonly errors: readonly string[];
}

/** STUN servers that are asked alone. Arbitrary: two that answer are enough. */
const ASKED_ALONE_MAX = 4;

/** Messages of the browser that are kept. Arbitrary. */
const ERRORS_MAX = 8;

/**
 * Asks all servers together, and each STUN server alone, at the same time.
 *
 * @param isRelayed  only addresses at TURN servers are looked for, and no STUN server is asked
 * @throws if the browser makes no connection
 */
export async function gatherCandidates(
  iceServers: readonly IceServer[],
  timeoutMs: number,
  isRelayed = false,
): Promise<IceCandidates> {
  const urls = iceServers.flatMap(({ urls: each }) => each);
  const stunUrls = urls.filter((url) => url.startsWith('stun'));
  const alone = isRelayed || stunUrls.length < 2 ? [] : stunUrls.slice(0, ASKED_ALONE_MAX);
  const [all, ...ofOne] = await Promise.all([
    gather(iceServers, timeoutMs, isRelayed),
    ...alone.map((url) => gather([{ urls: url }], timeoutMs, false)),
  ]);
  const { host, srflx, relay } = all.addresses;
  return {
    hosts: host.size,
    hidden: [...host].filter((address) => address.includes('.local:')).length,
    reflexive: srflx.size,
    reflexiveOfOne:
      alone.length === 0 ? srflx.size : Math.max(...ofOne.map(({ addresses }) => addresses.srflx.size)),
    relayed: relay.size,
    stunServers: stunUrls.length,
    turnServers: urls.filter((url) => url.startsWith('turn')).length,
    errors: all.errors,
  };
}

interface Addresses {
  readonly host: Set<string>;
  readonly srflx: Set<string>;
  readonly relay: Set<string>;
}

/**
 * Makes a connection that leads nowhere, and waits until the browser has asked every server, or `timeoutMs` long.
 */
async function gather(
  iceServers: readonly IceServer[],
  timeoutMs: number,
  isRelayed: boolean,
): Promise<{ addresses: Addresses; errors: readonly string[] }> {
  const addresses: Addresses = {
    host: new Set<string>(),
    srflx: new Set<string>(),
    relay: new Set<string>(),
  };
  const errors = new Set<string>();
  const connection = new RTCPeerConnection({
    iceServers: iceServers as RTCIceServer[],
    iceTransportPolicy: isRelayed ? 'relay' : 'all',
  });
  try {
    const gathered = new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, timeoutMs);
      connection.onicecandidate = ({ candidate }) => {
        if (candidate === null) {
          clearTimeout(timer);
          resolve();
        } else note(candidate, addresses);
      };
      connection.onicecandidateerror = ({ url, errorCode, errorText }) => {
        if (errors.size < ERRORS_MAX) errors.add(`${url}: ${errorCode} ${errorText}`.trim());
      };
    });
    connection.createDataChannel('');
    await connection.setLocalDescription(await connection.createOffer());
    await gathered;
  } finally {
    connection.close();
  }
  return { addresses, errors: [...errors] };
}

function note({ type, address, port, protocol }: RTCIceCandidate, addresses: Addresses): void {
  if (protocol === 'udp' && type !== null && type !== 'prflx') addresses[type].add(`${address}:${port}`);
}
