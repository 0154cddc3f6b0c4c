/**
 * Introductions by way of the peers that a node has: as an introducer among others. The core decides who is introduced, and
 * signs, checks and bounds what passes (`packages/protocol/src/introductions`); here it becomes links. Peers are known by
 * their keys, so an id is a key in hexadecimal digits.
 *
 * One description passes each way, with its candidates. It holds addresses, the fingerprint of a certificate and what ICE needs,
 * and nothing else.
 *
 * A peer may invent those whom it introduces. So through one peer there are {@link INTRODUCED_BY_ONE_MAX} links and set-ups at a
 * time, and the others' introductions find a place.
 *
 * Memory: {@link SIGNALS_MAX} descriptions that wait to hear whether they reach anybody, and as many nodes of which it is
 * remembered who has named them; a note for each link.
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
  /** The peer `via` knows these nodes. */
  | { readonly kind: 'introducible'; readonly via: Uint8Array; readonly keys: readonly Uint8Array[] }
  /** A node has signalled, by way of the peer `via`. */
  | {
      readonly kind: 'signalReceived';
      readonly via: Uint8Array;
      readonly from: Uint8Array;
      readonly payload: Uint8Array;
    }
  /** A signal of ours reaches nobody. */
  | { readonly kind: 'signalRefused'; readonly to: Uint8Array };

/** Says that an offer finds no place. No description begins like this. */
const FULL = Uint8Array.of(0xff);

/** Descriptions of which it is remembered whom to tell that they reach nobody; of older ones the time-out says it. */
const SIGNALS_MAX = 64;

/**
 * Links and set-ups through one peer. A node looks for eight peers, so one that knows a single peer gets all others by that one at
 * once. Of the ten set-ups that no server has for itself three are left to others.
 */
export const INTRODUCED_BY_ONE_MAX = 7;

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
  /** Who has named a node last, by key, the oldest first. */
  readonly #namedBy = new Map<string, string>();
  /** Through whom a link or a set-up is, by key. */
  readonly #through = new Map<string, string>();

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
        this.#name(introduction.keys.map(hexOf), hexOf(introduction.via));
        break;
      case 'signalReceived':
        this.#receive(hexOf(introduction.from), introduction.payload, hexOf(introduction.via));
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
    if (
      payload === undefined ||
      (data.type === 'offer' && !this.#hasPlace(to, this.#namedBy.get(to) ?? ''))
    ) {
      refused();
      return;
    }
    if (data.type === 'full') this.ended(to);
    else this.#through.set(to, this.#namedBy.get(to) ?? '');
    remember(this.#refusals, to, refused);
    this.#options.send(keyOf(to), payload);
  }

  ended(id: string): void {
    this.#through.delete(id);
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

  #name(ids: readonly string[], via: string): void {
    const found = ids.filter((id) => !this.#through.has(id));
    const named = found.slice(0, Math.max(0, INTRODUCED_BY_ONE_MAX - this.#countThrough(via)));
    for (const id of named) remember(this.#namedBy, id, via);
    this.#events.joined(this, named);
  }

  /** What is no signal is ignored. */
  #receive(from: string, payload: Uint8Array, via: string): void {
    const data: SignalData | undefined =
      payload.length === 1 && payload[0] === FULL[0] ? { type: 'full' } : decodeDescription(payload);
    if (data === undefined) return;
    if (data.type === 'offer') {
      if (!this.#hasPlace(from, via)) {
        this.#options.send(keyOf(from), FULL);
        return;
      }
      // It stays with whoever introduced it: a place that moved from one relay to another would be free again for the first.
      const introducer = this.#through.get(from) ?? via;
      remember(this.#namedBy, from, introducer);
      // Before the links have answered: others may offer in the meantime.
      this.#through.set(from, introducer);
    }
    this.#events.signal(this, from, data);
  }

  #hasPlace(id: string, via: string): boolean {
    return this.#through.has(id) || this.#countThrough(via) < INTRODUCED_BY_ONE_MAX;
  }

  #countThrough(via: string): number {
    return [...this.#through.values()].filter((each) => each === via).length;
  }

  #refuse(id: string): void {
    const refused = this.#refusals.get(id);
    this.#refusals.delete(id);
    refused?.();
  }
}

/** Notes something last, and forgets the oldest of more than {@link SIGNALS_MAX}. */
function remember<Value>(notes: Map<string, Value>, id: string, value: Value): void {
  notes.delete(id);
  notes.set(id, value);
  const [oldest] = notes.keys();
  if (notes.size > SIGNALS_MAX && oldest !== undefined) notes.delete(oldest);
}

function keyOf(id: string): Uint8Array {
  return Uint8Array.from(id.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}
