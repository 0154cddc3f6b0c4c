/**
 * Takes signals that are for this node, from whichever peer: signed by their sender for this node and network, a moment
 * ago, and not taken before. The peer that passed one on is to blame only for what it could see itself. That a signal is
 * old, or comes a second time by another peer, is no fault: clocks differ, and a sender tries several peers.
 *
 * Memory: `seen-signals.ts`.
 */
import { areEqual } from '../bytes/compare-bytes.js';
import { SIGNAL_TIME_S, TRUSTED_PEERS_MIN } from '../limits.js';
import { medianClockAhead } from '../peer/clock-evidence.js';
import type { Reception } from '../peer/part.js';
import type { Peer } from '../peer/peer.js';
import type { RelaySignal } from '../wire/messages/introductions.js';
import { hasKey, type IntroducingNode, keyOf } from './introduction-context.js';
import { SeenSignals } from './seen-signals.js';
import type { SignalChecks } from './signal-checks.js';

/** Takes what is signalled to this node; see the head of this file. */
export class SignalReceiver {
  readonly #seen = new SeenSignals();

  constructor(
    readonly node: IntroducingNode,
    readonly checks: SignalChecks,
  ) {}

  /** How many signals it remembers. */
  get remembered(): number {
    return this.#seen.size;
  }

  /** A peer brings a signal that names this node as its recipient. @param wallTime  Unix seconds */
  receive(peer: Peer, signal: RelaySignal, wallTime: number): Reception {
    const { own, isDiscouraged, peers } = this.node;
    const { sender, requestId, time } = signal;
    // Without a request id it was passed on, and nobody passes on to a node what is its own, or to a peer what that has said.
    if (areEqual(sender, own) || (requestId === 0) === hasKey(peer, sender)) return 'PEER_SIGNAL_FALSE';
    const clocks = this.#clocks(wallTime);
    const isTimely = clocks.some((clock) => Math.abs(time - clock) <= SIGNAL_TIME_S);
    const isPeer = requestId === 0 && peers.ready.some((each) => hasKey(each, sender));
    if (isTimely && !isPeer && !isDiscouraged(sender, wallTime) && !this.#seen.has(signal)) {
      const oldest = Math.min(...clocks) - SIGNAL_TIME_S;
      this.checks.verify(peer, signal, (good) => {
        if (good !== undefined) this.#take(peer, good, oldest);
      });
    }
    if (requestId !== 0) this.node.outbox.send(peer, { type: 'signalResult', requestId, outcome: 'relayed' });
    return 'quiet';
  }

  #take(peer: Peer, signal: RelaySignal, oldest: number): void {
    const via = keyOf(peer);
    // It may have come by two peers at once.
    if (via === undefined || this.#seen.has(signal)) return;
    this.#seen.add(signal, oldest);
    const { sender: from, payload } = signal;
    this.node.named.add(peer, from);
    this.node.tell({ kind: 'signalReceived', via, from, payload });
  }

  /**
   * The clocks by which a signal may be timely: this node's, and that of most of its peers, if they are enough to say what
   * the time is. A node whose own clock is wrong can be introduced all the same.
   */
  #clocks(wallTime: number): readonly number[] {
    const { ready } = this.node.peers;
    const ahead = ready.length >= TRUSTED_PEERS_MIN ? medianClockAhead(ready) : undefined;
    return ahead === undefined ? [wallTime] : [wallTime, wallTime + ahead];
  }
}
