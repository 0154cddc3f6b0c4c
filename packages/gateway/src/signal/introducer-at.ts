/** Which client speaks to the introducer at an address: a signaling server, or a tracker. */
import type { Introducer, IntroducerEvents } from '@vision-light/peering';
import { trackerSocketUrl } from '@vision-light/signaling';
import { SignalingClient, type SignalingClientOptions } from '@vision-light/signaling/client';
import { TrackerClient } from '@vision-light/signaling/tracker';
import { openTrackerSocket } from './tracker-socket.js';

/** What an introducer reports, its faults included. */
export interface GatewayIntroducerEvents extends IntroducerEvents {
  failed(code: string, reason: string): void;
}

/** Begins to connect. */
export function introducerAt(options: SignalingClientOptions, events: GatewayIntroducerEvents): Introducer {
  if (trackerSocketUrl(options.url) === undefined) return new SignalingClient(options, events);
  return new TrackerClient({ ...options, openSocket: openTrackerSocket }, events);
}
