/** Introductions through peers, between the node and its platform: whom to connect to, and what the two ends tell each other. */

/** Why a signal cannot reach the node that it is for. */
export const signalFaults = {
  SIGNAL_UNROUTABLE: 'No peer that was asked passes the signal on: none of them knows the node any more.',
  SIGNAL_TOO_LARGE: 'There is nothing to signal, or more than peers pass on.',
  SIGNAL_BUSY: 'Too many signals are on their way at once.',
} as const;

/** A code of {@link signalFaults}. */
export type SignalFault = keyof typeof signalFaults;

/** One thing that the platform has to do, or to know, for introductions; `kind` says which. Keys are 32 bytes. */
export type Introduction =
  /**
   * A peer knows these nodes: connect to each of them. What they are to be told goes out by the command `sendSignal`.
   * `via` is the key of the peer, which has introduced them.
   */
  | { readonly kind: 'introducible'; readonly via: Uint8Array; readonly keys: readonly Uint8Array[] }
  /** A node has signalled: `from` has signed the payload for this node, a moment ago. Answers go out by `sendSignal`. */
  | {
      readonly kind: 'signalReceived';
      readonly via: Uint8Array;
      readonly from: Uint8Array;
      readonly payload: Uint8Array;
    }
  /** A signal of ours reaches nobody: what it was to set up is given up. */
  | { readonly kind: 'signalRefused'; readonly to: Uint8Array; readonly code: SignalFault };

/** Something is to be told to a node that is to be connected to, by way of a peer that knows it. */
export interface SendSignalCommand {
  /** By this the node knows the command. */
  readonly kind: 'sendSignal';
  /** 32 bytes: key of the node, as `introducible` or `signalReceived` gave it. */
  readonly to: Uint8Array;
  /** 1 to SIGNAL_BYTES_MAX bytes. */
  readonly payload: Uint8Array;
}
