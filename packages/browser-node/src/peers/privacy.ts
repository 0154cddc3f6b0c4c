/** Which servers a page asks to learn or hide its addresses. */
import type { IceServer } from '@vision-light/signaling';

/**
 * What a page tells of its visitor:
 *
 * - `relay-only`: connections pass through TURN servers alone, so peers see the addresses of those. Nothing else is
 *   gathered, and without a TURN server there are no connections.
 * - `no-stun`: peers see the visitor's addresses as the browser names them. Of the servers that a signaling server names,
 *   only TURN servers are used; STUN servers, which may be anybody's, are not asked.
 * - `stun`: also the STUN servers that a signaling server names are asked, and learn the visitor's address.
 */
export type Privacy = 'relay-only' | 'no-stun' | 'stun';

/** Every value of {@link Privacy}, the default first. */
export const privacies: readonly Privacy[] = ['no-stun', 'stun', 'relay-only'];

/**
 * The ICE servers that are used of those that are named.
 *
 * @param isChosen  the application has named them itself, and so has said that they may be asked
 */
export function usedIceServers(
  iceServers: readonly IceServer[],
  privacy: Privacy,
  isChosen: boolean,
): readonly IceServer[] {
  const mayAskStun = privacy === 'stun' || (privacy === 'no-stun' && isChosen);
  if (mayAskStun) return iceServers;
  return iceServers.flatMap((server) => {
    const urls = [server.urls].flat().filter(isTurn);
    return urls.length === 0 ? [] : [{ ...server, urls }];
  });
}

/** Whether any of the servers relays. */
export function hasTurn(iceServers: readonly IceServer[]): boolean {
  return iceServers.some(({ urls }) => [urls].flat().some(isTurn));
}

const isTurn = (url: string): boolean => /^turns?:/.test(url);
