import type { OpenTrackerSocket } from '@vision-light/signaling/tracker';

/** The browser's WebSocket to a tracker. */
export const openTrackerSocket: OpenTrackerSocket = (url, events) => {
  const socket = new WebSocket(url);
  socket.onopen = () => events.opened();
  socket.onmessage = ({ data }) => events.received(data);
  // A browser tells nobody why. It calls this after an error, too.
  socket.onclose = () => events.closed('the connection was closed');
  return socket;
};
