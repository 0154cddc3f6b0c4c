import type { OpenTrackerSocket } from '@vision-light/signaling/tracker';
import { WebSocket } from 'ws';
import { TRACKER_FRAME_BYTES_MAX } from '../limits.js';

/** A WebSocket of Node to a tracker. A frame that is too long ends the connection before it is in memory. */
export const openTrackerSocket: OpenTrackerSocket = (url, events) => {
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
