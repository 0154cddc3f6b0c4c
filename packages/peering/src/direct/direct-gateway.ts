/**
 * One gateway whose address and certificate are known, as an introducer: it knows one peer, and answers an offer to that peer
 * by itself, so that no server has to pass anything on. What is decided elsewhere stays there: when to dial, and for how long
 * a peer that did not answer is left alone.
 */
import type { Clock, IceServer, SignalData } from '@vision-light/signaling';
import type { Introducer, IntroducerEvents } from '../introducer.js';
import { type DirectAddress, writeDirectAddress } from './direct-address.js';
import { answerOf } from './direct-descriptions.js';

/** A gateway that is dialed without an introduction; see the head of this file. */
export class DirectGateway implements Introducer {
  /**
   * Its address in full, by which the two are said to be introduced. It is the id of its one peer, too: longer than any id that a
   * server can give.
   */
  readonly url: string;
  readonly ownId = '';
  /** Whoever names a gateway wants it, whatever others say. */
  readonly keepsPlaces = true;
  readonly peersMax = 1;
  readonly iceServers: readonly IceServer[];
  readonly #address: DirectAddress;
  readonly #clock: Clock;
  readonly #events: IntroducerEvents;
  #isJoined = false;
  #isClosed = false;
  #cancelJoin = (): void => {};

  /** @param iceServers  for pages that reach others through a TURN server only */
  constructor(
    address: DirectAddress,
    iceServers: readonly IceServer[],
    clock: Clock,
    events: IntroducerEvents,
  ) {
    this.#address = address;
    this.#clock = clock;
    this.#events = events;
    this.iceServers = iceServers;
    this.url = writeDirectAddress(address);
    this.#join();
  }

  get isJoined(): boolean {
    return this.#isJoined;
  }

  async samplePeers(): Promise<readonly string[]> {
    return [this.url];
  }

  send(_to: string, data: SignalData): void {
    if (data.type !== 'offer') return;
    const sdp = answerOf(this.#address, data.sdp);
    if (sdp === undefined) return;
    // Later, as if it had come over a network: the offer is still being noted.
    this.#clock.setTimer(0, () => this.#events.signal(this, this.url, { type: 'answer', sdp }));
  }

  nudge(): void {
    if (!this.#isJoined) this.#join();
  }

  leave(): void {
    this.#isJoined = false;
    this.#cancelJoin();
  }

  close(): void {
    this.#isClosed = true;
    this.leave();
  }

  #join(): void {
    if (this.#isClosed) return;
    this.#cancelJoin();
    this.#cancelJoin = this.#clock.setTimer(0, () => {
      this.#isJoined = true;
      this.#events.joined(this, [this.url]);
    });
  }
}
