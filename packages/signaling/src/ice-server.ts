import { isRecord } from './is-record.js';

/** An ICE server as `RTCPeerConnection` takes it. */
export interface IceServer {
  /** Addresses, `stun:` or `turn:`. */
  readonly urls: string | readonly string[];
  /** Of a TURN server. */
  readonly username?: string;
  /** Of a TURN server. */
  readonly credential?: string;
}

/** True if a value has the shape of an ICE server. Its addresses may still be of any kind: {@link hasIceAddresses}. */
export function isIceServer(value: unknown): value is IceServer {
  if (!isRecord(value)) return false;
  const { urls, username, credential } = value;
  const addresses: readonly unknown[] = Array.isArray(urls) ? urls : [urls];
  return (
    addresses.length > 0 &&
    addresses.every((address) => typeof address === 'string') &&
    [username, credential].every((text) => text === undefined || typeof text === 'string')
  );
}

/**
 * True if each address of a server is one of STUN or TURN. The rest of the address is for the WebRTC library to judge.
 *
 * @see RFC 7064 and RFC 7065
 */
export function hasIceAddresses({ urls }: IceServer): boolean {
  return [urls].flat().every((address) => /^(stun|turn)s?:/.test(address));
}
