import type { PeerKind, RefusalCode } from '@vision-light/signaling';
import { BYTES_PER_TOKEN, QUEUED_PACKET_OVERHEAD } from '../limits.js';
import type { PageReports } from '../metrics/network-metrics.js';
import { type Rate, TokenBucket } from '../token-bucket.js';
import { isConnectPacket } from './connect-packet.js';
import { type EnginePacket, type EngineSocket, textLength } from './engine-internals.js';
import type { RequestQueue } from './request-queue.js';

const NONE: readonly string[] = [];

/** What every connection is held to; one object, shared by all. */
export interface ConnectionRates {
  /** What a client may send. */
  readonly messages: Rate;
  /** What it may send above that before it is closed. */
  readonly excess: Rate;
}

/** What is used of a client's socket.io socket here. */
export interface ClientSocket {
  readonly id: string;
  emit(event: 'refused', reason: { code: RefusalCode }): unknown;
}

/** What to do with a packet that has arrived. */
export type PacketVerdict = 'take' | 'drop' | 'malformed' | 'excess';

/** Everything that the server keeps about one connection, beside what socket.io keeps. */
export class Connection {
  readonly raw: EngineSocket;
  readonly connectedMs: number;
  /** Set while the client has the socket.io namespace open. */
  socket: ClientSocket | undefined;
  /** `joining` from the call of the directory until its answer. */
  membership: 'none' | 'joining' | 'joined' = 'none';
  /** What it says that it is; set while it is joined. */
  kind: PeerKind = 'browser';
  /** The metric label under which it is counted while it is joined. */
  label = '';
  /** Requests that are not answered yet; undefined until there is one. */
  requests: RequestQueue | undefined;
  /** What it has reported of its metrics; undefined until it has. */
  reports: PageReports | undefined;
  /** Since when it has been on its way out, if it is. */
  closingMs: number | undefined;
  readonly #rates: ConnectionRates;
  readonly #messages: TokenBucket;
  #excess: TokenBucket | undefined;
  #hasAskedToOpen = false;
  #early: { readonly packets: string[]; bytes: number } | undefined;

  constructor(raw: EngineSocket, rates: ConnectionRates, nowMs: number) {
    this.raw = raw;
    this.connectedMs = nowMs;
    this.#rates = rates;
    this.#messages = new TokenBucket(rates.messages, nowMs);
  }

  /** The id by which others address it; empty until the namespace is open. */
  get id(): string {
    return this.socket?.id ?? '';
  }

  /**
   * Judges a packet before anything parses it: first its turn, then the rate. Large packets cost more.
   *
   * @returns `drop` for a packet above the rate, `excess` for one too many of those
   */
  judge(packet: EnginePacket, nowMs: number): PacketVerdict {
    if (!this.#isInTurn(packet)) return 'malformed';
    return this.charge(1 + Math.floor(textLength(packet) / BYTES_PER_TOKEN), nowMs);
  }

  /** Charges for something the client sent. */
  charge(tokens: number, nowMs: number): 'take' | 'drop' | 'excess' {
    if (this.#messages.take(tokens, nowMs)) return 'take';
    this.#excess ??= new TokenBucket(this.#rates.excess, nowMs);
    return this.#excess.take(1, nowMs) ? 'drop' : 'excess';
  }

  /**
   * Keeps a packet that must come after the answer to `join`.
   *
   * @returns the bytes of all that are kept
   */
  keepEarly(packet: string): number {
    this.#early ??= { packets: [], bytes: 0 };
    this.#early.packets.push(packet);
    this.#early.bytes += packet.length + QUEUED_PACKET_OVERHEAD;
    return this.#early.bytes;
  }

  /** The packets that were kept, in the order in which they came; they are kept no longer. */
  takeEarly(): readonly string[] {
    const packets = this.#early?.packets ?? NONE;
    this.#early = undefined;
    return packets;
  }

  /** Only text, only the default namespace, one CONNECT first, then events, acknowledgements or the end. */
  #isInTurn({ type, data }: EnginePacket): boolean {
    if (type === 'pong') return true;
    if (type !== 'message' || typeof data !== 'string') return false;
    if (this.socket !== undefined) return /^[123](?!\/)/.test(data);
    if (this.#hasAskedToOpen || !isConnectPacket(data)) return false;
    this.#hasAskedToOpen = true;
    return true;
  }
}
