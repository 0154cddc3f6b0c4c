/** The client of trackers, with the browser's own WebSocket. A module of its own, since few pages name a tracker. */
import type { IceServer } from '@vision-light/signaling';
import {
  type OpenTrackerSocket,
  TrackerClient,
  type TrackerClientEvents,
} from '@vision-light/signaling/tracker';
import { browserClock } from '../boundary/browser-clock.js';

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
  return new TrackerClient({ ...options, clock: browserClock, openSocket }, events);
}

const openSocket: OpenTrackerSocket = (url, events) => {
  const socket = new WebSocket(url);
  socket.onopen = () => events.opened();
  socket.onmessage = ({ data }) => events.received(data);
  // A browser tells nobody why, and calls this after an error, too.
  socket.onclose = () => events.closed('the connection was closed');
  return socket;
};
