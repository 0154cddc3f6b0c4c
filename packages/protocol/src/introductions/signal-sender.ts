/**
 * Sends signals of this node: signs each once and gives it to a peer that knows the recipient. If that refuses it or does
 * not answer, another one is tried. The recipient takes a signal once, by whichever way it comes first.
 *
 * Memory: SIGNALS_SENDING_MAX signals.
 */
import type { SecretStream } from '../bytes/secret-stream.js';
import type { EventTime } from '../io/event.js';
import type { SendSignalCommand, SignalFault } from '../io/introduction.js';
import {
  INTRODUCTION_TIMEOUT_MS,
  SIGNAL_BYTES_MAX,
  SIGNAL_ROUTES_MAX,
  SIGNALS_PER_ROUTE_MAX,
  SIGNALS_SENDING_MAX,
} from '../limits.js';
import { medianClockAhead } from '../peer/clock-evidence.js';
import type { Reception } from '../peer/part.js';
import type { Peer } from '../peer/peer.js';
import type { TokenBucket } from '../peer/token-bucket.js';
import {
  type RelaySignal,
  SIGNAL_NONCE_BYTES,
  type SignalResult,
  signedSignal,
} from '../wire/messages/introductions.js';
import { type IntroducingNode, introductionRequest, sample } from './introduction-context.js';
import { perMinute } from './signal-relay.js';

/** `relaySignal`. */
const signalRequests = introductionRequest('relaySignal', INTRODUCTION_TIMEOUT_MS);

/** A signal on its way. */
interface Sending {
  /** Undefined until it is signed. */
  signal: Omit<RelaySignal, 'requestId'> | undefined;
  /** Peers that have been tried. */
  readonly tried: Set<Peer>;
  /** Who was asked to pass it on, and by which request; undefined while nobody is. */
  waiting: { readonly peer: Peer; readonly requestId: number } | undefined;
}

/** Sends what this node signals to others; see the head of this file. */
export class SignalSender {
  readonly #sending = new Set<Sending>();
  /** What may still be sent by way of each peer. */
  readonly #allowances = new Map<Peer, TokenBucket>();

  /** @param nonces  nobody else draws from it */
  constructor(
    readonly node: IntroducingNode,
    readonly nonces: SecretStream,
  ) {}

  /** How many signals are on their way. */
  get size(): number {
    return this.#sending.size;
  }

  /** The platform has something to tell a node. */
  send({ to, payload }: Pick<SendSignalCommand, 'to' | 'payload'>, { wallTime }: EventTime): void {
    const { own, family, peers, signatures } = this.node;
    const recipient = to.slice();
    const fault = this.#faultOf(payload);
    if (fault !== undefined) {
      this.#refuse(recipient, fault);
      return;
    }
    const ahead = medianClockAhead(peers.ready) ?? 0;
    const text = {
      type: 'relaySignal',
      sender: own,
      recipient,
      time: Math.max(0, Math.floor(wallTime + ahead)),
      nonce: this.nonces.nextBytes().slice(0, SIGNAL_NONCE_BYTES),
      payload: payload.slice(),
    } as const;
    const sending: Sending = { signal: undefined, tried: new Set(), waiting: undefined };
    this.#sending.add(sending);
    signatures.sign(signedSignal(family.networkId, text), (signature) => {
      if (signature === undefined) this.#fail(sending, recipient, 'SIGNAL_UNROUTABLE');
      else {
        sending.signal = { ...text, signature };
        this.#tryNext(sending, sending.signal);
      }
    });
  }

  #faultOf(payload: Uint8Array): SignalFault | undefined {
    if (payload.length === 0 || payload.length > SIGNAL_BYTES_MAX) return 'SIGNAL_TOO_LARGE';
    return this.#sending.size >= SIGNALS_SENDING_MAX ? 'SIGNAL_BUSY' : undefined;
  }

  /** A peer says what became of one. */
  answered(peer: Peer, { requestId, outcome }: SignalResult): Reception {
    const { ledger, now } = this.node;
    const answer = ledger.take(peer.id, signalRequests, requestId, now());
    if (answer === 'unsolicited') return 'PEER_UNSOLICITED';
    const sending = this.#waitingFor(peer, requestId);
    if (sending?.signal === undefined) return 'quiet';
    sending.waiting = undefined;
    if (outcome === 'relayed') this.#sending.delete(sending);
    else {
      if (outcome === 'unknown') this.node.named.remove(peer, sending.signal.recipient);
      this.#tryNext(sending, sending.signal);
    }
    // The deadline of the answer is another one now.
    return undefined;
  }

  peerGone(peer: Peer): void {
    this.#allowances.delete(peer);
    for (const sending of [...this.#sending]) if (sending.waiting?.peer === peer) this.#goOn(sending);
  }

  advance(now: number): void {
    const { ledger, named } = this.node;
    for (const [peerId, answers] of ledger.overdue(signalRequests, now)) {
      for (const { requestId } of answers) {
        ledger.giveUp(peerId, signalRequests, requestId);
        const sending = [...this.#sending].find(({ waiting }) => waiting?.requestId === requestId);
        if (sending?.waiting === undefined) continue;
        // Until it names somebody anew, nobody is reached by way of it.
        named.forget(sending.waiting.peer);
        this.#goOn(sending);
      }
    }
  }

  nextWake(): number | undefined {
    return this.node.ledger.dueAt(signalRequests);
  }

  #waitingFor(peer: Peer, requestId: number): Sending | undefined {
    return [...this.#sending].find(
      ({ waiting }) => waiting?.peer === peer && waiting.requestId === requestId,
    );
  }

  #goOn(sending: Sending): void {
    sending.waiting = undefined;
    if (sending.signal !== undefined) this.#tryNext(sending, sending.signal);
  }

  #tryNext(sending: Sending, signal: Omit<RelaySignal, 'requestId'>): void {
    const { ledger, named, outbox, random } = this.node;
    const now = this.node.now();
    const left = named.routesTo(signal.recipient).filter((each) => !sending.tried.has(each));
    const peer = sample(left, left.length, random).find((each) => this.#isAllowed(each, now));
    if (peer === undefined || sending.tried.size >= SIGNAL_ROUTES_MAX) {
      this.#fail(sending, signal.recipient, 'SIGNAL_UNROUTABLE');
      return;
    }
    sending.tried.add(peer);
    const requestId = ledger.ask(peer.id, signalRequests, INTRODUCTION_TIMEOUT_MS, now);
    sending.waiting = { peer, requestId };
    outbox.send(peer, { ...signal, requestId });
  }

  /** Whether one more may go by way of a peer: if so, it counts. */
  #isAllowed(peer: Peer, now: number): boolean {
    const allowance = this.#allowances.get(peer) ?? perMinute(SIGNALS_PER_ROUTE_MAX, now);
    this.#allowances.set(peer, allowance);
    return allowance.take(now);
  }

  #fail(sending: Sending, to: Uint8Array, code: SignalFault): void {
    this.#sending.delete(sending);
    this.#refuse(to, code);
  }

  #refuse(to: Uint8Array, code: SignalFault): void {
    this.node.tell({ kind: 'signalRefused', to, code });
  }
}
