/** What can be wrong with bytes on the wire, before anyone looks at their meaning. Stable codes. */
export const wireFaults = {
  WIRE_FRAME_TOO_LARGE: 'A data channel message is larger than the protocol allows.',
  WIRE_TOO_LARGE: 'A message is larger than the network allows.',
  WIRE_EMPTY: 'A message of no bytes was sent.',
  WIRE_UNKNOWN_TYPE: 'A message has a type that this version does not know.',
  WIRE_MALFORMED: 'A message is truncated, has trailing bytes or a value out of range.',
} as const;

/** A code of {@link wireFaults}. */
export type WireFault = keyof typeof wireFaults;
