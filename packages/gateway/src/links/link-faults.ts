/** What a kind of links can do wrong, as it is logged. The codes are stable; none of them ends the node. */
export const linkFaults = {
  LINK_ATTACH_FAILED: 'A kind of links could not be attached. It brings no links.',
  LINK_SEND_FAILED: 'A message could not be sent. The link was disconnected.',
  LINK_DISCONNECT_FAILED: 'A link could not be disconnected. The node has forgotten it.',
  LINK_REQUEST_FAILED: 'Peers could not be requested.',
  LINK_CLOSE_FAILED: 'A kind of links could not be closed.',
  LINK_CLOSE_TIMEOUT: 'A kind of links did not close in time. It was left as it is.',
  LINK_EVENT_INVALID: 'An event of a link made no sense. The link was disconnected.',
  LINK_FLOODED: 'Too many events of a link waited. The link was disconnected.',
} as const;

/** Code of a fault of a kind of links. */
export type LinkFaultCode = keyof typeof linkFaults;
