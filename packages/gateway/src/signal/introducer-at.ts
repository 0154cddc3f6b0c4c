/** Which client speaks to the introducer at an address: a signaling server, or a tracker. */
import type { Introducer, IntroducerEvents } from '@vision-light/peering';
import { trackerSocketUrl } from '@vision-light/signaling';
import { SignalingClient, type SignalingClientOptions } from '@vision-light/signaling/client';
import { type OpenTrackerSocket, TrackerClient } from '@vision-light/signaling/tracker';
import { WebSocket } from 'ws';
import { TRACKER_FRAME_BYTES_MAX } from '../limits.js';

/** What an introducer reports, its faults included. */
export interface GatewayIntroducerEvents extends IntroducerEvents {
  failed(code: string, reason: string): void;
}

/** Begins to connect. */
export function introducerAt(options: SignalingClientOptions, events: GatewayIntroducerEvents): Introducer {
  if (trackerSocketUrl(options.url) === undefined) return new SignalingClient(options, events);
  return new TrackerClient({ ...options, openSocket }, events);
}

const openSocket: OpenTrackerSocket = (url, events) => {
  const socket = new WebSocket(url, { maxPayload: TRACKER_FRAME_BYTES_MAX, perMessageDeflate: false });
  let reason = 'the connection was closed';
  socket.onopen = () => events.opened();
  socket.onmessage = ({ data }) => events.received(data);
  socket.onerror = ({ message }) => {
    reason = message;
  };
  socket.onclose = () => events.closed(reason);
  return socket;
};
