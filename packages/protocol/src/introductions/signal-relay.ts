/**
 * Passes signals on, from one peer to another and no further. A signal must be of the peer that it comes from, so that
 * nobody can send any in another's name, and its recipient must be a peer. What costs little is looked at first, the
 * signature last; only what is signed is passed on. The recipient judges the time, because a relay's clock may be wrong.
 *
 * Memory of one peer: a token bucket, and one for each peer to which it has signalled.
 */
import { areEqual } from '../bytes/compare-bytes.js';
import { SIGNALS_PER_PAIR_MAX, SIGNALS_PER_RECIPIENT_MAX } from '../limits.js';
import type { Reception } from '../peer/part.js';
import type { Peer } from '../peer/peer.js';
import { TokenBucket } from '../peer/token-bucket.js';
import type { RelaySignal, SignalResult } from '../wire/messages/introductions.js';
import { findIntroducer, hasKey, type IntroducingNode } from './introduction-context.js';
import type { SignalChecks } from './signal-checks.js';

/** What a peer may still be passed on: from anybody, and from each other peer. */
interface Allowance {
  readonly all: TokenBucket;
  readonly from: Map<Peer, TokenBucket>;
}

/** Passes on what a peer has signed for another one; see the head of this file. */
export class SignalRelay {
  /** By recipient. */
  readonly #allowances = new Map<Peer, Allowance>();

  constructor(
    readonly node: IntroducingNode,
    readonly checks: SignalChecks,
  ) {}

  peerGone(peer: Peer): void {
    this.#allowances.delete(peer);
    for (const { from } of this.#allowances.values()) from.delete(peer);
  }

  /** A peer wants a signal to be passed on. */
  receive(peer: Peer, signal: RelaySignal, now: number): Reception {
    if (!hasKey(peer, signal.sender) || areEqual(signal.sender, signal.recipient)) return 'PEER_SIGNAL_FALSE';
    const recipient = findIntroducer(this.node.peers, signal.recipient);
    if (recipient === undefined) return this.#answer(peer, signal, 'unknown');
    if (!this.#isAllowed(peer, recipient, now)) return this.#answer(peer, signal, 'busy');
    const isTaken = this.checks.verify(peer, signal, (good) => this.#pass(peer, recipient, signal, good));
    return isTaken ? 'quiet' : this.#answer(peer, signal, 'busy');
  }

  #pass(peer: Peer, recipient: Peer, { requestId }: RelaySignal, signal: RelaySignal | undefined): void {
    if (signal === undefined) this.#answer(peer, { requestId }, 'busy');
    else if (this.node.peers.get(recipient.id) !== recipient) this.#answer(peer, signal, 'unknown');
    else {
      this.node.outbox.send(recipient, { ...signal, requestId: 0 });
      this.#answer(peer, signal, 'relayed');
    }
  }

  #answer(
    peer: Peer,
    { requestId }: Pick<RelaySignal, 'requestId'>,
    outcome: SignalResult['outcome'],
  ): 'quiet' {
    this.node.outbox.send(peer, { type: 'signalResult', requestId, outcome });
    return 'quiet';
  }

  #isAllowed(sender: Peer, recipient: Peer, now: number): boolean {
    const allowance = this.#allowances.get(recipient) ?? {
      all: perMinute(SIGNALS_PER_RECIPIENT_MAX, now),
      from: new Map<Peer, TokenBucket>(),
    };
    this.#allowances.set(recipient, allowance);
    const pair = allowance.from.get(sender) ?? perMinute(SIGNALS_PER_PAIR_MAX, now);
    allowance.from.set(sender, pair);
    // The pair first: what one sender has too many of must take nothing from the others.
    return pair.take(now) && allowance.all.take(now);
  }
}

/** So many in a minute, at once or spread. */
export function perMinute(count: number, now: number): TokenBucket {
  return new TokenBucket(count / 60, count, now);
}
