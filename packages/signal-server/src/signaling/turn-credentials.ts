/**
 * Credentials of a TURN server, made by the scheme that coturn's `use-auth-secret` takes: both know a secret, so the TURN
 * server needs no list of users, and what a peer is given stops working by itself.
 *
 * @see draft-uberti-behave-turn-rest-00, section 2.2
 */
import { createHmac, randomBytes } from 'node:crypto';
import type { IceServer } from '@vision-light/signaling';

/** A TURN server that takes credentials by a shared secret. */
export interface TurnOptions {
  /** Its addresses, `turn:` or `turns:`. */
  readonly urls: readonly string[];
  /** coturn's `static-auth-secret`. It is neither logged nor sent. */
  readonly secret: string;
  /** Seconds for which credentials are good. A relayed connection that is up lasts longer. */
  readonly ttlS: number;
}

/**
 * Makes credentials for one peer. The user name says nothing about the peer.
 *
 * @param wallTimeS  Unix seconds, as the TURN server has them
 */
export function turnServerFor({ urls, secret, ttlS }: TurnOptions, wallTimeS: number): IceServer {
  const username = `${Math.floor(wallTimeS) + ttlS}:${randomBytes(9).toString('base64url')}`;
  const credential = createHmac('sha1', secret).update(username).digest('base64');
  return { urls, username, credential };
}
