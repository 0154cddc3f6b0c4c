/**
 * Introductions through peers: a node asks its peers whom they know, and is introduced to those by way of them. So who has
 * one connection needs no server any more.
 *
 * Each peer names a random sample of its own peers (`getPeers`, `peers`). The platform then connects to some of them; what
 * the two ends have to tell each other for that goes from the one to the peer that both have, and from that to the other
 * (`relaySignal`), and no further. `signal-sender.ts`, `signal-relay.ts` and `signal-receiver.ts` are the three ends of that
 * way. A node whose platform does not connect by signals takes no part, and says nothing of its peers.
 *
 * Memory of one peer: two fields here, and what the others name. INTRODUCED_LATELY_MAX keys.
 */
import { defined } from '../assert.js';
import { areEqual } from '../bytes/compare-bytes.js';
import { bytesToHex } from '../bytes/hex.js';
import { SecretStream } from '../bytes/secret-stream.js';
import { sha256 } from '../bytes/sha256.js';
import type { EventTime } from '../io/event.js';
import type { SendSignalCommand } from '../io/introduction.js';
import {
  GET_PEERS_INTERVAL_MS,
  INTRODUCED_AGAIN_MS,
  INTRODUCED_KEYS_MAX,
  INTRODUCED_LATELY_MAX,
  INTRODUCERS_ASKED,
  INTRODUCTION_TIMEOUT_MS,
} from '../limits.js';
import { earliest, type Part, type Reception } from '../peer/part.js';
import type { Peer } from '../peer/peer.js';
import type { GetPeers, Peers, RelaySignal, SignalResult } from '../wire/messages/introductions.js';
import {
  hasKey,
  type IntroducingNode,
  type IntroductionContext,
  introducers,
  introductionRequest,
  isIntroducer,
  keyOf,
  sample,
} from './introduction-context.js';
import { NamedKeys } from './named-keys.js';
import { SignalChecks } from './signal-checks.js';
import { SignalReceiver } from './signal-receiver.js';
import { SignalRelay } from './signal-relay.js';
import { SignalSender } from './signal-sender.js';

/** `getPeers`. */
const peersRequests = introductionRequest('getPeers', INTRODUCTION_TIMEOUT_MS);

/** The messages of introductions. */
type IntroductionMessage = GetPeers | Peers | RelaySignal | SignalResult;

/** Who asks, and is asked, whom a node knows; see the head of this file. */
export class Introductions implements Part<IntroductionMessage> {
  readonly name = 'introductions';
  readonly named = new NamedKeys();
  /** Absent in a node that takes no part. */
  readonly #node: IntroducingNode | undefined;
  readonly sender: SignalSender | undefined;
  readonly receiver: SignalReceiver | undefined;
  readonly checks: SignalChecks | undefined;
  readonly #relay: SignalRelay | undefined;
  /** When each peer was asked last, and for how many keys. */
  readonly #asked = new Map<Peer, { readonly at: number; readonly count: number }>();
  /** When the platform was last told to connect to a node, or that signalled, by key: the oldest first. */
  readonly #lately = new Map<string, number>();

  /**
   * @param own  the key of this node, if its platform connects by signals
   * @param wanted  how many peers are wanted beside those that there are
   * @param secret  16 random bytes: nonces follow from them
   */
  constructor(
    readonly context: IntroductionContext,
    own: Uint8Array | undefined,
    readonly wanted: () => number,
    secret: Uint8Array,
  ) {
    if (own === undefined) return;
    const node: IntroducingNode = {
      ...context,
      own,
      named: this.named,
      tell: (introduction) => {
        if (introduction.kind === 'signalReceived') this.#remember(introduction.from);
        context.outbox.push({ type: 'introduction', introduction });
      },
    };
    this.#node = node;
    this.checks = new SignalChecks(node);
    this.#relay = new SignalRelay(node, this.checks);
    this.receiver = new SignalReceiver(node, this.checks);
    // A stream of its own, as that of the greetings.
    this.sender = new SignalSender(node, new SecretStream(sha256(sha256(secret))));
  }

  /** More peers are wanted: asks some of those that there are whom they know. */
  search(now: number): void {
    const { peers, random } = this.context;
    const free = introducers(peers).filter((peer) => this.#mayAsk(peer, now));
    for (const peer of sample(free, INTRODUCERS_ASKED, random)) this.#ask(peer, now);
  }

  /** The platform has something to tell a node that was named to it, or that has signalled. */
  send(command: SendSignalCommand, time: EventTime): void {
    defined(this.sender, 'only a node that is made to introduce peers is told to signal').send(command, time);
  }

  peerReady(peer: Peer): void {
    // Its first answer may be what a page that was alone has waited for.
    const now = this.context.now();
    if (isIntroducer(peer) && this.#mayAsk(peer, now)) this.#ask(peer, now);
  }

  peerGone(peer: Peer): void {
    this.#asked.delete(peer);
    this.named.forget(peer);
    this.#relay?.peerGone(peer);
    this.sender?.peerGone(peer);
  }

  receive(peer: Peer, message: IntroductionMessage, time: EventTime): Reception {
    switch (message.type) {
      case 'getPeers':
        return this.#serve(peer, message);
      case 'peers':
        return this.#answered(peer, message, time);
      case 'relaySignal':
        return this.#signal(peer, message, time);
      case 'signalResult':
        return this.sender === undefined ? 'PEER_UNSOLICITED' : this.sender.answered(peer, message);
    }
  }

  advance({ now }: EventTime): void {
    const { ledger } = this.context;
    for (const [peerId, answers] of ledger.overdue(peersRequests, now))
      for (const { requestId } of answers) ledger.giveUp(peerId, peersRequests, requestId);
    this.sender?.advance(now);
  }

  nextWake(): number | undefined {
    return earliest(this.context.ledger.dueAt(peersRequests), this.sender?.nextWake());
  }

  #mayAsk(peer: Peer, now: number): boolean {
    const asked = this.#asked.get(peer);
    const isDue = asked === undefined || now >= asked.at + GET_PEERS_INTERVAL_MS;
    return isDue && this.#node !== undefined && this.wanted() > 0;
  }

  #ask(peer: Peer, now: number): void {
    const { ledger, outbox } = this.context;
    // Some of them will be known already.
    const count = Math.min(INTRODUCED_KEYS_MAX, 2 * this.wanted());
    this.#asked.set(peer, { at: now, count });
    const requestId = ledger.ask(peer.id, peersRequests, INTRODUCTION_TIMEOUT_MS, now);
    outbox.send(peer, { type: 'getPeers', requestId, count });
  }

  #serve(peer: Peer, { requestId, count }: GetPeers): Reception {
    const { outbox, peers, random } = this.context;
    const asker = keyOf(peer);
    const known = new Map<string, Uint8Array>();
    for (const each of this.#node === undefined ? [] : introducers(peers)) {
      const key = keyOf(each);
      if (key !== undefined && (asker === undefined || !areEqual(key, asker)))
        known.set(bytesToHex(key), key);
    }
    outbox.send(peer, { type: 'peers', requestId, keys: sample([...known.values()], count, random) });
    return 'quiet';
  }

  #answered(peer: Peer, { requestId, keys }: Peers, { now, wallTime }: EventTime): Reception {
    const answer = this.context.ledger.take(peer.id, peersRequests, requestId, now);
    if (answer === 'unsolicited') return 'PEER_UNSOLICITED';
    const asked = this.#asked.get(peer);
    const [node, via] = [this.#node, keyOf(peer)];
    if (answer === 'late' || node === undefined || via === undefined) return 'quiet';
    const names = new Set(keys.map(bytesToHex));
    const isFalse =
      names.size < keys.length || keys.some((key) => areEqual(key, node.own) || areEqual(key, via));
    if (isFalse || keys.length > (asked?.count ?? 0)) return 'PEER_KEYS_FALSE';
    for (const key of keys) this.named.add(peer, key);
    const chosen = keys.filter((key) => this.#isNew(key, now, wallTime)).slice(0, this.wanted());
    for (const key of chosen) this.#remember(key);
    if (chosen.length > 0) node.tell({ kind: 'introducible', via, keys: chosen.map((key) => key.slice()) });
    return 'quiet';
  }

  /** Whether a node is to be connected to: it is no peer, is not refused, and was not tried lately. */
  #isNew(key: Uint8Array, now: number, wallTime: number): boolean {
    const { isDiscouraged, peers } = this.context;
    const triedAt = this.#lately.get(bytesToHex(key));
    if (triedAt !== undefined && now < triedAt + INTRODUCED_AGAIN_MS) return false;
    return !isDiscouraged(key, wallTime) && !peers.ready.some((peer) => hasKey(peer, key));
  }

  #remember(key: Uint8Array): void {
    const name = bytesToHex(key);
    this.#lately.delete(name);
    this.#lately.set(name, this.context.now());
    const [oldest] = this.#lately.keys();
    if (this.#lately.size > INTRODUCED_LATELY_MAX && oldest !== undefined) this.#lately.delete(oldest);
  }

  #signal(peer: Peer, signal: RelaySignal, { now, wallTime }: EventTime): Reception {
    const { requestId } = signal;
    if (this.#node === undefined || this.#relay === undefined || this.receiver === undefined) {
      // Nobody was told that this node takes part.
      this.context.outbox.send(peer, { type: 'signalResult', requestId, outcome: 'unknown' });
      return 'quiet';
    }
    if (areEqual(signal.recipient, this.#node.own)) return this.receiver.receive(peer, signal, wallTime);
    // What was passed on once is passed on no further.
    return requestId === 0 ? 'PEER_SIGNAL_FALSE' : this.#relay.receive(peer, signal, now);
  }
}
