/** Brings the links of this gateway together with the signaling servers, trackers and peers that introduce peers. */
import {
  PeerFinder,
  PeerIntroducer,
  type PeerIntroducerOptions,
  type PeerIntroduction,
  type PeerLinks,
} from '@vision-light/peering';
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
  /** Whom peers introduce, and how they are told something; undefined if peers are not to introduce anybody. */
  readonly viaPeers?: Pick<PeerIntroducerOptions, 'ownId' | 'send'>;
  readonly log: Logger;
}

/** Finds peers, also through those that there are. */
export interface PeerSearch {
  readonly finder: PeerFinder<RtcLink>;
  /** The node tells of introductions. */
  introduced(introduction: PeerIntroduction): void;
}

/** Joins every signaling server. The node goes on while servers are away. */
export function searchPeers(options: PeerSearchOptions): PeerSearch {
  const { urls, links, log, networkId, viaPeers } = options;
  // Networks of one's own have names of any kind.
  const networkName = isNetworkName(options.networkName) ? options.networkName : undefined;
  let introduced = (_introduction: PeerIntroduction): void => {};
  const finder = new PeerFinder(links, platformClock, (events) => {
    const servers = urls.map((url) => {
      const client = { url, networkId, networkName, kind: 'gateway', clock: platformClock } as const;
      return introducerAt(client, {
        joined: (route, peerIds) => {
          log.info({ signal: url, peers: peerIds.length }, 'joined signaling server');
          events.joined(route, peerIds);
        },
        signal: events.signal,
        failed: (code, reason) => log.warn({ code, reason }, 'signaling server fails; going on without it'),
      });
    });
    if (viaPeers === undefined) return servers;
    const iceServers = () => servers.flatMap((server) => server.iceServers);
    const introducer = new PeerIntroducer({ ...viaPeers, iceServers }, events);
    introduced = (introduction) => introducer.take(introduction);
    return [...servers, introducer];
  });
  return { finder, introduced: (introduction) => introduced(introduction) };
}
