/** What can be wrong with a signaling server, by stable code. */
export const signalingFaults = {
  SIGNAL_UNREACHABLE: 'A signaling server does not answer, so it introduces no new peers for now.',
  SIGNAL_REFUSED: 'A signaling server refused a request.',
  SIGNAL_MALFORMED: 'A signaling server answered with something that is not its protocol.',
} as const;

/** A code of {@link signalingFaults}. */
export type SignalingFault = keyof typeof signalingFaults;
