/**
 * Introductions by way of the peers that a node has: as an introducer among others. The core decides who is introduced, and
 * signs, checks and bounds what passes (`packages/protocol/src/introductions`); here it becomes links. Peers are known by
 * their keys, so an id is a key in hexadecimal digits.
 *
 * One description passes each way, with its candidates. It holds addresses, the fingerprint of a certificate and what ICE needs,
 * and nothing else.
 *
 * Memory: {@link SIGNALS_MAX} descriptions that wait to hear whether they reach anybody.
 */
import type { IceServer, SignalData } from '@vision-light/signaling';
import { decodeDescription, encodeDescription } from './compact/compact-description.js';
import { hexOf } from './hex.js';
import type { Introducer, IntroducerEvents } from './introducer.js';

/** What a {@link PeerIntroducer} needs from outside. */
export interface PeerIntroducerOptions {
  /** This node's key, 64 hex digits. */
  readonly ownId: string;
  /** ICE servers to use: peers name none. */
  readonly iceServers: () => readonly IceServer[];
  /** Has the core sign a signal and pass it on to the node with this key, 32 bytes. */
  readonly send: (to: Uint8Array, payload: Uint8Array) => void;
}

/** What the core tells of introductions. Keys are 32 bytes. */
export type PeerIntroduction =
  /** A peer knows these nodes. */
  | { readonly kind: 'introducible'; readonly keys: readonly Uint8Array[] }
  /** A node has signalled, by way of a peer. */
  | { readonly kind: 'signalReceived'; readonly from: Uint8Array; readonly payload: Uint8Array }
  /** A signal of ours reaches nobody. */
  | { readonly kind: 'signalRefused'; readonly to: Uint8Array };

/** Says that an offer finds no place. No description begins like this. */
const FULL = Uint8Array.of(0xff);

/** Descriptions of which it is remembered whom to tell that they reach nobody; of older ones the time-out says it. */
const SIGNALS_MAX = 64;

/** See the head of this file. */
export class PeerIntroducer implements Introducer {
  readonly url = 'a peer of both';
  readonly ownId: string;
  readonly sendsWhole = true;
  /** Whom peers know is no more to be relied on than the peers are. */
  readonly keepsPlaces = false;
  /** The core asks peers by itself when it wants more. */
  readonly isJoined = false;
  readonly #options: PeerIntroducerOptions;
  readonly #events: IntroducerEvents;
  /** By key, the oldest first. */
  readonly #refusals = new Map<string, () => void>();

  constructor(options: PeerIntroducerOptions, events: IntroducerEvents) {
    this.ownId = options.ownId;
    this.#options = options;
    this.#events = events;
  }

  get iceServers(): readonly IceServer[] {
    return this.#options.iceServers();
  }

  /** Takes what the core tells. */
  take(introduction: PeerIntroduction): void {
    switch (introduction.kind) {
      case 'introducible':
        this.#events.joined(this, introduction.keys.map(hexOf));
        break;
      case 'signalReceived':
        this.#receive(introduction.from, introduction.payload);
        break;
      case 'signalRefused':
        this.#refuse(hexOf(introduction.to));
        break;
      default:
        introduction satisfies never;
    }
  }

  send(to: string, data: SignalData, refused: () => void): void {
    if (data.type === 'candidate') return;
    const payload = data.type === 'full' ? FULL : encodeDescription(data);
    if (payload === undefined) {
      refused();
      return;
    }
    this.#refusals.delete(to);
    this.#refusals.set(to, refused);
    const [oldest] = this.#refusals.keys();
    if (this.#refusals.size > SIGNALS_MAX && oldest !== undefined) this.#refusals.delete(oldest);
    this.#options.send(keyOf(to), payload);
  }

  samplePeers(): Promise<readonly string[]> {
    return Promise.resolve([]);
  }

  nudge(): void {}

  leave(): void {
    this.#refusals.clear();
  }

  close(): void {
    this.#refusals.clear();
  }

  /** What is no signal is ignored. */
  #receive(from: Uint8Array, payload: Uint8Array): void {
    const data: SignalData | undefined =
      payload.length === 1 && payload[0] === FULL[0] ? { type: 'full' } : decodeDescription(payload);
    if (data !== undefined) this.#events.signal(this, hexOf(from), data);
  }

  #refuse(id: string): void {
    const refused = this.#refusals.get(id);
    this.#refusals.delete(id);
    refused?.();
  }
}

function keyOf(id: string): Uint8Array {
  return Uint8Array.from(id.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}
