/** Brings the links of this gateway together with the signaling servers that introduce peers. */
import { PeerFinder, type PeerLinks } from '@vision-light/peering';
import { SignalingClient } from '@vision-light/signaling/client';
import type { Logger } from 'pino';
import { platformClock } from '../platform-clock.js';
import type { RtcLink } from '../webrtc/rtc-link.js';

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
export function searchPeers({ urls, links, log, ...network }: PeerSearchOptions): PeerFinder<RtcLink> {
  return new PeerFinder(links, (events) =>
    urls.map((url) => {
      const options = { url, ...network, kind: 'gateway', clock: platformClock } as const;
      return new SignalingClient(options, {
        joined: (client, peerIds) => {
          log.info({ signal: url, peers: peerIds.length }, 'joined signaling server');
          events.joined(client, peerIds);
        },
        signal: events.signal,
        failed: (code, reason) => log.warn({ code, reason }, 'signaling server fails; going on without it'),
      });
    }),
  );
}
