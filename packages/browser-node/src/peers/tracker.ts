/** The client of trackers, with the browser's own WebSocket. A module of its own, since few pages name a tracker. */
import type { IceServer } from '@vision-light/signaling';
import { TrackerClient, type TrackerClientEvents } from '@vision-light/signaling/tracker';
import { browserClock } from '../boundary/browser-clock.js';
import { openTrackerSocket } from './tracker-socket.js';

/** Which swarm a page joins, and where. */
export interface PageTrackerOptions {
  /** Address of the tracker, with `#tracker` after it. */
  readonly url: string;
  /** 64 hex digits. */
  readonly networkId: string;
  readonly iceServers: readonly IceServer[] | undefined;
}

/** Begins to connect. */
export function joinTracker(options: PageTrackerOptions, events: TrackerClientEvents): TrackerClient {
  return new TrackerClient({ ...options, clock: browserClock, openSocket: openTrackerSocket }, events);
}
