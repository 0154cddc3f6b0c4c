/** Which client speaks to the introducer at an address: a signaling server, or a tracker. */
import type { Introducer } from '@vision-light/peering';
import type { Metrics } from '@vision-light/protocol';
import { type IceServer, trackerSocketUrl } from '@vision-light/signaling';
import { SignalingClient } from '@vision-light/signaling/client';
import { browserClock } from '../boundary/browser-clock.js';
import { type FailingIntroducerEvents, LateTracker } from './late-tracker.js';
import { metricsReporter } from './metrics-reporter.js';

/** What every introducer of a page is told. */
export interface PageIntroducerOptions {
  /** 64 hex digits. */
  readonly networkId: string;
  /** Of a network that ships with the code: a label for the servers' metrics. */
  readonly networkName: string | undefined;
  /** Instead of those that the servers name. */
  readonly iceServers: readonly IceServer[] | undefined;
  /** Reads what the node counts, for signaling servers; undefined if it is not to be reported. */
  readonly metrics: (() => Metrics) | undefined;
}

/** What an introducer of a page reports. */
export interface PageIntroducerEvents extends FailingIntroducerEvents {
  /** Says why this browser cannot use ICE servers that a signaling server names. */
  iceObstacle(iceServers: readonly IceServer[]): string | undefined;
}

/** Begins to connect. */
export function introducerAt(
  url: string,
  { networkId, networkName, iceServers, metrics }: PageIntroducerOptions,
  events: PageIntroducerEvents,
): Introducer {
  if (trackerSocketUrl(url) !== undefined) {
    const importClient = () => import('vision-light:tracker');
    return new LateTracker({ url, networkId, iceServers }, events, importClient);
  }
  const report = metrics && metricsReporter(metrics);
  const options = { url, networkId, networkName, iceServers, kind: 'browser', clock: browserClock } as const;
  return new SignalingClient(options, {
    ...events,
    joined: (client, peerIds) => {
      report?.(client);
      events.joined(client, peerIds);
    },
  });
}
