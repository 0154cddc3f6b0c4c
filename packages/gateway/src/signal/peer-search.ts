/** Brings the links of this gateway together with the signaling servers and trackers that introduce peers. */
import { PeerFinder, type PeerLinks } from '@vision-light/peering';
import { isNetworkName } from '@vision-light/signaling';
import type { Logger } from 'pino';
import { platformClock } from '../platform-clock.js';
import type { RtcLink } from '../webrtc/rtc-link.js';
import { introducerAt } from './introducer-at.js';

/** Which network to meet peers of, and where. */
export interface PeerSearchOptions {
  readonly urls: readonly string[];
  /** 64 hex digits. */
  readonly networkId: string;
  readonly networkName: string;
  readonly links: PeerLinks<RtcLink>;
  readonly log: Logger;
}

/** Joins every signaling server. The node goes on while servers are away. */
export function searchPeers(options: PeerSearchOptions): PeerFinder<RtcLink> {
  const { urls, links, log, networkId } = options;
  // Networks of one's own have names of any kind.
  const networkName = isNetworkName(options.networkName) ? options.networkName : undefined;
  return new PeerFinder(links, platformClock, (events) =>
    urls.map((url) => {
      const client = { url, networkId, networkName, kind: 'gateway', clock: platformClock } as const;
      return introducerAt(client, {
        joined: (route, peerIds) => {
          log.info({ signal: url, peers: peerIds.length }, 'joined signaling server');
          events.joined(route, peerIds);
        },
        signal: events.signal,
        failed: (code, reason) => log.warn({ code, reason }, 'signaling server fails; going on without it'),
      });
    }),
  );
}
