/**
 * Signatures of signals, of those that are passed on and of those that are for this node. A peer can make a node verify as
 * many as it sends, so only few are verified at a time, of one peer fewer.
 *
 * Memory: SIGNALS_VERIFYING_MAX signals.
 */
import { SIGNALS_VERIFYING_MAX, SIGNALS_VERIFYING_PER_PEER_MAX } from '../limits.js';
import type { Peer } from '../peer/peer.js';
import { type RelaySignal, signedSignal } from '../wire/messages/introductions.js';
import type { IntroducingNode } from './introduction-context.js';

/** Verifies signals; see the head of this file. */
export class SignalChecks {
  /** How many of each peer are being verified. */
  readonly #inFlight = new Map<Peer, number>();
  #total = 0;

  constructor(readonly node: IntroducingNode) {}

  /** How many are being verified. */
  get size(): number {
    return this.#total;
  }

  /**
   * Has the signature of a signal verified. One that is false is a fault of the peer that it came from: whoever passes a
   * signal on has verified it before.
   *
   * @param done  is called if the signature is good and the peer still there, with a copy of the signal; with undefined if
   *   the platform could not verify
   * @returns false if too many are being verified
   */
  verify(peer: Peer, message: RelaySignal, done: (signal: RelaySignal | undefined) => void): boolean {
    const ofPeer = this.#inFlight.get(peer) ?? 0;
    if (this.#total >= SIGNALS_VERIFYING_MAX || ofPeer >= SIGNALS_VERIFYING_PER_PEER_MAX) return false;
    const { family, peers, signatures, punish } = this.node;
    const signal = copyOf(message);
    this.#count(peer, 1);
    const check = {
      publicKey: signal.sender,
      message: signedSignal(family.networkId, signal),
      signature: signal.signature,
    };
    signatures.verify([check], (valid) => {
      this.#count(peer, -1);
      if (peers.get(peer.id) !== peer) return;
      if (valid === undefined) done(undefined);
      else if (valid[0] === 1) done(signal);
      else punish(peer, 'PEER_SIGNAL_FALSE');
    });
    return true;
  }

  #count(peer: Peer, by: number): void {
    const count = (this.#inFlight.get(peer) ?? 0) + by;
    if (count === 0) this.#inFlight.delete(peer);
    else this.#inFlight.set(peer, count);
    this.#total += by;
  }
}

/** Views point into the received frame, which must not be kept alive for them. */
function copyOf({ sender, recipient, nonce, payload, signature, ...plain }: RelaySignal): RelaySignal {
  return {
    ...plain,
    sender: sender.slice(),
    recipient: recipient.slice(),
    nonce: nonce.slice(),
    payload: payload.slice(),
    signature: signature.slice(),
  };
}
